-- What an auditor relies on: views over the journal, and nothing else. Kept free of tables, so that any number of
-- processes can open the database read-only while the gateway writes.
--
-- `journal_files()` is defined by whoever runs this file.
--
-- Column names "at" and "groups" are key words of SQL: write e.at, or "at" in double quotes.
--
-- All times are UTC, as TIMESTAMP without a zone: Python's DuckDB needs another package to fetch one with a zone. Compare
-- them with now() AT TIME ZONE 'UTC'.

-- One row per record. A line that is still being written has no checksum yet and does not show.
CREATE VIEW records AS
WITH lines AS (
    SELECT TRY_CAST(seq AS UBIGINT) AS seq, record
    FROM read_csv(
        journal_files(),
        columns = {'seq': 'VARCHAR', 'record': 'VARCHAR', 'crc': 'VARCHAR'},
        delim = '\t', quote = '', escape = '', new_line = '\n', header = false, auto_detect = false,
        null_padding = true, ignore_errors = true, max_line_size = 16900000, buffer_size = 33800000
    )
    WHERE length(crc) = 8 AND json_valid(record)
)
SELECT
    seq,
    record ->> '$.kind' AS kind,
    record ->> '$.id' AS id,
    make_timestamp(TRY_CAST(record ->> '$.at' AS BIGINT)) AS "at",
    record ->> '$.gateway' AS gateway,
    CAST(record AS JSON) AS record
FROM lines
WHERE seq IS NOT NULL;

COMMENT ON VIEW records IS 'Every record of the journal as it was written. The other views are made from this one.';
COMMENT ON COLUMN records.seq IS 'Sequence number: from 0, without gaps, in the order in which records became durable.';
COMMENT ON COLUMN records.kind IS 'intent, outcome, approval or event.';
COMMENT ON COLUMN records.id IS 'Id of the call, of the approval or of the event.';
COMMENT ON COLUMN records."at" IS 'When the record was made.';
COMMENT ON COLUMN records.gateway IS 'Name of the gateway that wrote it.';
COMMENT ON COLUMN records.record IS 'The record: canonical JSON (RFC 8785).';

-- One row per call, for the views below. One pass over the journal, so that intent and outcome are of one moment.
-- The newest record of a call has who, what and the decision; its intent has the request, its outcome the answer.
CREATE VIEW calls AS
WITH parsed AS (
    SELECT
        seq,
        kind,
        record,
        coalesce(record ->> '$.flow', id) AS id,
        json_transform(record, '{
            "id": "VARCHAR", "at": "BIGINT", "started_at": "BIGINT", "duration": "BIGINT", "gateway": "VARCHAR",
            "client": "VARCHAR", "subject": "VARCHAR", "issuer": "VARCHAR", "groups": ["VARCHAR"],
            "session": "VARCHAR", "service": "VARCHAR", "protocol": "VARCHAR", "operation": "VARCHAR",
            "method": "VARCHAR", "host": "VARCHAR", "path": "VARCHAR", "model": "VARCHAR", "verdict": "VARCHAR",
            "reason": "VARCHAR", "rules": ["VARCHAR"], "risk": "BIGINT", "approval_id": "VARCHAR",
            "status": "INTEGER", "request_bytes": "BIGINT", "response_bytes": "BIGINT", "tokens_in": "BIGINT",
            "tokens_out": "BIGINT", "inspected": "VARCHAR", "policy_digest": "VARCHAR", "error": "VARCHAR",
            "redactions": {"request": "MAP(VARCHAR, BIGINT)", "response": "MAP(VARCHAR, BIGINT)"}
        }') AS head
    FROM records
    WHERE kind IN ('intent', 'outcome', 'approval')
)
SELECT
    id,
    max(seq) AS seq,
    arg_max(head, seq) FILTER (kind <> 'approval') AS head,
    max(head."at") FILTER (kind = 'intent') AS intended_at,
    max(head."at") FILTER (kind = 'outcome') AS ended_at,
    arg_max(head.id, seq) FILTER (kind = 'approval') AS approval_id,
    arg_max(record -> '$.request', seq) FILTER (kind = 'intent') AS request,
    arg_max(record -> '$.response', seq) FILTER (kind = 'outcome') AS response,
    arg_max(record -> '$.messages', seq) FILTER (kind = 'intent') AS request_messages,
    arg_max(record -> '$.messages', seq) FILTER (kind = 'outcome') AS response_messages,
    arg_max(record -> '$.findings', seq) FILTER (kind <> 'approval') AS findings
FROM parsed
GROUP BY id
HAVING count(*) FILTER (kind <> 'approval') > 0;

COMMENT ON VIEW calls IS 'The parts that flows, findings and messages are made of. Use those: this one may change.';

CREATE VIEW flows AS
SELECT
    id,
    make_timestamp(head.started_at) AS started_at,
    make_timestamp(ended_at) AS ended_at,
    head.duration AS duration_us,
    head.gateway AS gateway,
    head.client AS client,
    head.subject AS subject,
    head.issuer AS issuer,
    head."groups" AS "groups",
    head."session" AS "session",
    head.service AS service,
    head.protocol AS protocol,
    head.operation AS operation,
    head."method" AS "method",
    head.host AS host,
    head."path" AS "path",
    head.model AS model,
    head.verdict AS verdict,
    head.reason AS reason,
    head.rules AS rules,
    head.risk AS risk,
    coalesce(head.approval_id, approval_id) AS approval_id,
    head.status AS status,
    head.request_bytes AS request_bytes,
    head.response_bytes AS response_bytes,
    head.tokens_in AS tokens_in,
    head.tokens_out AS tokens_out,
    head.redactions AS redactions,
    head.inspected AS inspected,
    head.policy_digest AS policy_digest,
    head.error AS error,
    request ->> '$.data' AS request,
    response ->> '$.data' AS response,
    request ->> '$.encoding' AS request_encoding,
    response ->> '$.encoding' AS response_encoding,
    TRY_CAST(request ->> '$.truncated' AS BOOLEAN) AS request_truncated,
    TRY_CAST(response ->> '$.truncated' AS BOOLEAN) AS response_truncated,
    seq
FROM calls;

COMMENT ON VIEW flows IS 'One row per call, refused ones included. A call in progress, or cut off by a crash, has no ended_at.';
COMMENT ON COLUMN flows.id IS 'Id of the call; the client finds it in a refusal.';
COMMENT ON COLUMN flows.started_at IS 'When the request arrived, UTC.';
COMMENT ON COLUMN flows.ended_at IS 'When the outcome was recorded, UTC; NULL while there is none.';
COMMENT ON COLUMN flows.duration_us IS 'Microseconds from started_at to ended_at, waiting for people included.';
COMMENT ON COLUMN flows.gateway IS 'Name of the gateway.';
COMMENT ON COLUMN flows.client IS 'Address and port that the call came from.';
COMMENT ON COLUMN flows.subject IS 'Verified identity: the token''s subject. NULL where there was no valid token.';
COMMENT ON COLUMN flows.issuer IS 'Who vouches for the subject; a subject is unique per issuer only.';
COMMENT ON COLUMN flows."groups" IS 'The subject''s groups at the time of the call.';
COMMENT ON COLUMN flows."session" IS 'Session of the token: its sid, jti or digest.';
COMMENT ON COLUMN flows.service IS 'Service of the policy.';
COMMENT ON COLUMN flows.protocol IS 'Protocol that the call was parsed as.';
COMMENT ON COLUMN flows.operation IS 'What was done, in the protocol''s words; NULL where the call was not parsed.';
COMMENT ON COLUMN flows."method" IS 'HTTP method.';
COMMENT ON COLUMN flows.host IS 'Host that was called.';
COMMENT ON COLUMN flows."path" IS 'Path without its query, which is not recorded.';
COMMENT ON COLUMN flows.model IS 'Model that was asked for.';
COMMENT ON COLUMN flows.verdict IS 'allow, observe, redact, hold or block: the strictest of request and answer; block where any step refused. A call that failed upstream, or whose client left, keeps what the rules said. NULL where nothing was decided.';
COMMENT ON COLUMN flows.reason IS 'Reason code of the verdict or the failure; approved where a held call was released.';
COMMENT ON COLUMN flows.rules IS 'All rules that matched, those in observe mode included.';
COMMENT ON COLUMN flows.risk IS 'Risk points: the higher of request and answer.';
COMMENT ON COLUMN flows.approval_id IS 'Approval that the call waited or waits for: see approvals.';
COMMENT ON COLUMN flows.status IS 'HTTP status that the client was sent.';
COMMENT ON COLUMN flows.request_bytes IS 'Bytes of the request''s body as it arrived.';
COMMENT ON COLUMN flows.response_bytes IS 'Bytes of the answer''s body as it arrived.';
COMMENT ON COLUMN flows.tokens_in IS 'Tokens of the prompt, as counted by the provider.';
COMMENT ON COLUMN flows.tokens_out IS 'Tokens of the answer, as counted by the provider.';
COMMENT ON COLUMN flows.redactions IS 'Values that were masked, per direction: type to count.';
COMMENT ON COLUMN flows.inspected IS 'full: all of both bodies was parsed and read by rules and detectors. partial: a part was not. none: at least one body was not read at all. The weaker of both directions counts; until there is an outcome, the request''s.';
COMMENT ON COLUMN flows.policy_digest IS 'SHA-256 of the policy file that judged the call.';
COMMENT ON COLUMN flows.error IS 'What went wrong upstream or with the client; NULL where nothing did.';
COMMENT ON COLUMN flows.request IS 'Body of the request as it went on: masked, decoded, and cut where request_truncated says so.';
COMMENT ON COLUMN flows.response IS 'Body of the answer as the client got it: masked, decoded, and cut where response_truncated says so.';
COMMENT ON COLUMN flows.request_encoding IS 'text, or base64 where the body is not UTF-8.';
COMMENT ON COLUMN flows.response_encoding IS 'text, or base64 where the body is not UTF-8.';
COMMENT ON COLUMN flows.request_truncated IS 'Whether the record holds only the beginning of the body.';
COMMENT ON COLUMN flows.response_truncated IS 'Whether the record holds only the beginning of the body.';
COMMENT ON COLUMN flows.seq IS 'Sequence number of the newest record about the call: grows when anything is added.';

CREATE VIEW findings AS
WITH found AS (SELECT id, intended_at, ended_at, unnest(TRY_CAST(findings AS JSON[])) AS finding FROM calls)
SELECT
    id AS flow_id,
    make_timestamp(coalesce(if(finding ->> '$.direction' = 'request', intended_at, ended_at), ended_at)) AS "at",
    finding ->> '$.direction' AS direction,
    finding ->> '$.type' AS "type",
    finding ->> '$.place' AS place,
    finding ->> '$.rule' AS "rule",
    finding ->> '$.action' AS "action",
    TRY_CAST(finding ->> '$.count' AS BIGINT) AS "count"
FROM found;

COMMENT ON VIEW findings IS 'What detectors and redacting rules found. The values themselves are never recorded.';
COMMENT ON COLUMN findings.flow_id IS 'Call in which it was found: flows.id.';
COMMENT ON COLUMN findings."at" IS 'When the record of that direction was made.';
COMMENT ON COLUMN findings.direction IS 'request or response.';
COMMENT ON COLUMN findings."type" IS 'What kind of thing: the detector''s name, or token, token_garbled, token_unknown.';
COMMENT ON COLUMN findings.place IS 'Where it stood: a JSON pointer (RFC 6901), or for instance header:cookie.';
COMMENT ON COLUMN findings."rule" IS 'Rule that found it; empty where the redaction section of the policy did.';
COMMENT ON COLUMN findings."action" IS 'masked, hashed, tokenised, restored (a token turned back for the client) or kept.';
COMMENT ON COLUMN findings."count" IS 'How many there were.';

CREATE VIEW approvals AS
WITH steps AS (
    SELECT
        seq,
        gateway,
        json_transform(record, '{
            "id": "VARCHAR", "at": "BIGINT", "event": "VARCHAR", "state": "VARCHAR", "flow": "VARCHAR",
            "digest": "VARCHAR", "direction": "VARCHAR", "requester": "VARCHAR", "issuer": "VARCHAR",
            "service": "VARCHAR", "operation": "VARCHAR", "rule": "VARCHAR", "message": "VARCHAR", "risk": "BIGINT",
            "approvers_needed": "BIGINT", "groups_needed": [["VARCHAR"]], "expires_at": "BIGINT", "channel": "VARCHAR", "reason": "VARCHAR",
            "decisions": [{"approver": "VARCHAR", "issuer": "VARCHAR", "groups": ["VARCHAR"], "approve": "BOOLEAN",
                           "reason": "VARCHAR", "channel": "VARCHAR", "at": "BIGINT"}]
        }') AS step
    FROM records
    WHERE kind = 'approval'
),
newest AS (
    SELECT
        step.id AS id,
        arg_max(step, seq) AS now,
        arg_max(gateway, seq) AS gateway,
        min(step."at") FILTER (step.event = 'requested') AS requested_at,
        min(step."at") FILTER (step.state <> 'pending') AS decided_at,
        arg_min(step.channel, seq) FILTER (step.state <> 'pending') AS channel,
        list(step.event ORDER BY seq) AS events,
        list_sort(list(DISTINCT step.flow)) AS flow_ids
    FROM steps
    GROUP BY step.id
)
SELECT
    id,
    now.state AS state,
    now.requester AS requester,
    now.issuer AS issuer,
    now.service AS service,
    now.operation AS operation,
    now.direction AS direction,
    now.rule AS "rule",
    now.message AS message,
    now.risk AS risk,
    now.approvers_needed AS approvers_needed,
    now.groups_needed AS groups_needed,
    [decision.approver FOR decision IN now.decisions IF decision.approve] AS approvers,
    [decision.approver FOR decision IN now.decisions IF NOT decision.approve] AS deniers,
    make_timestamp(requested_at) AS requested_at,
    make_timestamp(now.expires_at) AS expires_at,
    make_timestamp(decided_at) AS decided_at,
    now.reason AS reason,
    channel,
    flow_ids,
    now.digest AS digest,
    events,
    [{'approver': decision.approver, 'issuer': decision.issuer, 'groups': decision."groups",
      'approve': decision.approve, 'reason': decision.reason, 'channel': decision.channel,
      'at': make_timestamp(decision."at")}
     FOR decision IN now.decisions] AS decisions,
    gateway
FROM newest;

COMMENT ON VIEW approvals IS 'One row per approval, as it stands now.';
COMMENT ON COLUMN approvals.id IS 'Id of the approval.';
COMMENT ON COLUMN approvals.state IS 'pending, approved, consumed (approved and used by its call), denied, expired, withdrawn or superseded.';
COMMENT ON COLUMN approvals.requester IS 'Subject whose call was held.';
COMMENT ON COLUMN approvals.issuer IS 'Issuer of the requester''s token.';
COMMENT ON COLUMN approvals.service IS 'Service that was called.';
COMMENT ON COLUMN approvals.operation IS 'What was to be done.';
COMMENT ON COLUMN approvals.direction IS 'request, or response where the answer was held.';
COMMENT ON COLUMN approvals."rule" IS 'Rule that held the call.';
COMMENT ON COLUMN approvals.message IS 'The rule''s message.';
COMMENT ON COLUMN approvals.risk IS 'Risk points of the call.';
COMMENT ON COLUMN approvals.approvers_needed IS 'How many distinct people must approve.';
COMMENT ON COLUMN approvals.groups_needed IS 'Sets of groups that each need that many; an empty one means anybody.';
COMMENT ON COLUMN approvals.approvers IS 'Who approved, in order.';
COMMENT ON COLUMN approvals.deniers IS 'Who denied.';
COMMENT ON COLUMN approvals.requested_at IS 'When the call was first held.';
COMMENT ON COLUMN approvals.expires_at IS 'When it would expire or expired.';
COMMENT ON COLUMN approvals.decided_at IS 'When it stopped being pending; NULL while it is.';
COMMENT ON COLUMN approvals.reason IS 'Reason that the last decision gave.';
COMMENT ON COLUMN approvals.channel IS 'Where the decision came from: cli, mitmweb, or gateway (expiry).';
COMMENT ON COLUMN approvals.flow_ids IS 'Calls that waited for it: the first one and its retries. See flows.id.';
COMMENT ON COLUMN approvals.digest IS 'Digest of exactly the call that the approval is for.';
COMMENT ON COLUMN approvals.events IS 'What happened to it, in order.';
COMMENT ON COLUMN approvals.decisions IS 'Each decision: approver, issuer and groups, whether they approved, reason, channel, time.';
COMMENT ON COLUMN approvals.gateway IS 'Gateway that recorded the last step.';

CREATE VIEW messages AS
WITH said AS (
    SELECT id, intended_at AS "at", 'request' AS direction, unnest(TRY_CAST(request_messages AS JSON[])) AS message
    FROM calls
    UNION ALL
    SELECT id, ended_at AS "at", 'response' AS direction, unnest(TRY_CAST(response_messages AS JSON[])) AS message
    FROM calls
)
SELECT
    id AS flow_id,
    make_timestamp(said."at") AS "at",
    direction,
    TRY_CAST(message ->> '$.position' AS BIGINT) AS position,
    message ->> '$.role' AS role,
    message ->> '$.content' AS content,
    message -> '$.tool_calls' AS tool_calls
FROM said;

COMMENT ON VIEW messages IS 'The conversations of calls to models, masked as they went on.';
COMMENT ON COLUMN messages.flow_id IS 'Call that the message was part of: flows.id.';
COMMENT ON COLUMN messages."at" IS 'When the record of that direction was made.';
COMMENT ON COLUMN messages.direction IS 'request or response.';
COMMENT ON COLUMN messages.position IS 'Place in the conversation, from 0. Of a very long one only the newest messages are recorded.';
COMMENT ON COLUMN messages.role IS 'Who speaks, in the protocol''s words.';
COMMENT ON COLUMN messages.content IS 'The text.';
COMMENT ON COLUMN messages.tool_calls IS 'Tool calls of the message: a list of {id, name, arguments, place}; arguments is text.';

CREATE VIEW events AS
SELECT id, records."at" AS "at", gateway, record ->> '$.name' AS name, record -> '$.details' AS details
FROM records
WHERE kind = 'event';

COMMENT ON VIEW events IS 'What happened besides calls: gateway_started, policy_loaded, policy_rejected and the like.';
COMMENT ON COLUMN events.id IS 'Id of the event: a digest of what it says.';
COMMENT ON COLUMN events."at" IS 'When it happened.';
COMMENT ON COLUMN events.gateway IS 'Name of the gateway.';
COMMENT ON COLUMN events.name IS 'What happened.';
COMMENT ON COLUMN events.details IS 'What is to be known about it.';
