"""Files that must be refused, each with the line that says why. Lines are counted below five lines of a sound head."""

import pytest

from addons.core.policy.parse import parse
from addons.core.policy.problems import PolicyError
from tests.core.policy.texts import HEAD, policy


def problems(text: str | bytes) -> list[str]:
    """Return the problems of a whole file."""
    with pytest.raises(PolicyError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), name="policies.yaml")
    return [str(problem).removeprefix("policies.yaml:") for problem in caught.value.problems]


RULES = [
    ("{name: r, when: {tolo: x}, then: block}", "24: guardrails[0].when.tolo: unknown key. Did you mean 'tool'?"),
    ("{name: r, wen: {tool: x}, when: {tool: y}, then: block}", "14: guardrails[0].wen: unknown key."),
    ("{name: r, then: block}", "5: guardrails[0]: missing key 'when'."),
    ("{name: r, when: {tool: x}}", "5: guardrails[0]: missing key 'then'."),
    ("{when: {tool: x}, then: block}", "5: guardrails[0]: missing key 'name'."),
    ("{name: r, when: {tool: x}, then: deny}", "38: guardrails[0].then: unknown value 'deny'. "
     "Known: block, hold, observe, redact."),
    ("{name: r, when: {tool: x}, then: bloc}", "38: guardrails[0].then: unknown value 'bloc'. Did you mean 'block'?"),
    ("{name: 'a b', when: {tool: x}, then: block}", "12: guardrails[0].name: 'a b' is not a name for a rule. "
     "Use up to 80 letters, digits, '-', '_' and '.'."),
    ("{name: 7, when: {tool: x}, then: block}", "12: guardrails[0].name: expected a text, got the number 7. "
     "Put it in quotes."),
    ("{name: r, name: s, when: {tool: x}, then: block}", "15: guardrails[0].name: duplicate key, first on line 7. "
     "Remove one of them."),
    ("{name: r, when: {tool: x, tool: y}, then: block}", "31: guardrails[0].when.tool: duplicate key, first on line 7. "
     "Remove one of them."),
    ("{name: r, when: {}, then: block}", "21: guardrails[0].when: a rule without conditions. "
     'For all calls write `service: "*"`.'),
    ("{name: r, when: [], then: block}", "21: guardrails[0].when: the list is empty."),
    ("{name: r, when: tool, then: block}", "21: guardrails[0].when: expected a mapping, got a text."),
    ("{name: r, when: {tool: []}, then: block}", "28: guardrails[0].when.tool: the list is empty."),
    ("{name: r, when: {tool: [a, [b]]}, then: block}", "32: guardrails[0].when.tool[1]: expected a text, got a list."),
    ("{name: r, when: {tool: ''}, then: block}", "28: guardrails[0].when.tool: the text is empty."),
    ("{name: r, when: {not: {}}, then: block}", "27: guardrails[0].when.not: a rule without conditions. "
     'For all calls write `service: "*"`.'),
    ("{name: r, when: {not: {tolo: x}}, then: block}", "28: guardrails[0].when.not.tolo: unknown key. "
     "Did you mean 'tool'?"),
    ("{name: r, when: {sql: x}, then: block}", "22: guardrails[0].when.sql: not available yet. "
     "Rules on SQL come with the PostgreSQL protocol."),
    ("{name: r, when: {command: x}, then: block}", "22: guardrails[0].when.command: not available yet. "
     "Rules on commands come with the Kubernetes protocol; for a tool use `argument: {command: …}`."),
    ("{name: r, when: {service: opneai}, then: block}", "31: guardrails[0].when.service: unknown service 'opneai'. "
     "Did you mean 'openai'?"),
    ("{name: r, when: {service: [openai, 'x*']}, then: block}", "40: guardrails[0].when.service[1]: "
     "unknown service 'x*'. Known: crm, openai."),
    ("{name: r, when: {service: openai, operation: chatt}, then: block}", "52: guardrails[0].when.operation: "
     "no operation 'chatt' in openai. Did you mean 'chat'?"),
    ("{name: r, when: {service: crm, operation: chat}, then: block}", "49: guardrails[0].when.operation: "
     "no operation 'chat' in http. Did you mean 'patch'?"),
    ("{name: r, when: {service: crm, not: {operation: chat}}, then: block}", "55: guardrails[0].when.not.operation: "
     "no operation 'chat' in http. Did you mean 'patch'?"),
    ("{name: r, when: {direction: up}, then: block}", "33: guardrails[0].when.direction: unknown value 'up'. "
     "Known: request, response."),
    ("{name: r, when: {direction: request, not: {direction: request}}, then: block}", "21: guardrails[0].when: "
     "these conditions can never hold together. Remove the one that contradicts the others."),
    ("{name: r, when: {direction: request, not: {direction: [request, response]}, tool: x}, then: block}",
     "21: guardrails[0].when: these conditions can never hold together. Remove the one that contradicts the others."),
    ("{name: r, when: {operation: chat, not: {service: openai}}, then: block}", "21: guardrails[0].when: "
     "these conditions can never hold together. Remove the one that contradicts the others."),
    ("{name: r, when: {tool: x, model: y, not: {tool: x}}, then: block}", "21: guardrails[0].when: "
     "these conditions can never hold together. Remove the one that contradicts the others."),
    ("{name: r, when: [{tool: x}, {role: u, not: {role: u}}], then: block}", "33: guardrails[0].when[1]: "
     "these conditions can never hold together. Remove the one that contradicts the others."),
    ("{name: r, when: {size: huge}, then: block}", "28: guardrails[0].when.size: 'huge' is not a size. "
     'Write it as ">1MB", "<=100KB" or ">512".'),
    ("{name: r, when: {size: '>1TB'}, then: block}", "28: guardrails[0].when.size: '>1TB' is not a size. "
     'Write it as ">1MB", "<=100KB" or ">512".'),
    ("{name: r, when: {size: '<0'}, then: block}", "28: guardrails[0].when.size: '<0' holds for no body."),
    ("{name: r, when: {path: admin}, then: block}", "28: guardrails[0].when.path: the path 'admin' does not start "
     "with /."),
    ("{name: r, when: {path: '/a?b=c'}, then: block}", "28: guardrails[0].when.path: a path has no query. "
     "Match the query with `text`."),
    ("{name: r, when: {text: drop}, then: block}", "28: guardrails[0].when.text: expected a mapping, got a text."),
    ("{name: r, when: {text: {words: [a], regex: b}}, then: block}", "28: guardrails[0].when.text: "
     "expected either 'words' or 'regex'."),
    ("{name: r, when: {text: {}}, then: block}", "28: guardrails[0].when.text: expected either 'words' or 'regex'."),
    ('{name: r, when: {text: {words: "\\u200b"}}, then: block}', "36: guardrails[0].when.text.words: "
     "a word has only invisible characters."),
    ("{name: r, when: {text: {regex: '('}}, then: block}", "36: guardrails[0].when.text.regex: "
     "not a regular expression: missing ) at position 1."),
    ("{name: r, when: {text: {regex: 'x*'}}, then: block}", "36: guardrails[0].when.text.regex: "
     "the regular expression matches the empty text. Then it matches everything: ask for a character."),
    ("{name: r, when: {argument: {command: {regex: 'a|'}}}, then: block}", "49: guardrails[0].when.argument.command."
     "regex: the regular expression matches the empty text. Then it matches everything: ask for a character."),
    ("{name: r, when: {argument: {}}, then: block}", "32: guardrails[0].when.argument: no argument is named."),
    ("{name: r, when: {argument: {a..b: x}}, then: block}", "39: guardrails[0].when.argument.a..b: 'a..b' is not a "
     "path of names with dots between them."),
    ("{name: r, when: {argument: {a: [[x]]}}, then: block}", "37: guardrails[0].when.argument.a[0]: "
     "expected a text, a number, true, false or null."),
    ("{name: r, when: {detect: emial}, then: block}", "30: guardrails[0].when.detect: unknown detector 'emial'. "
     "Did you mean 'email'?"),
    ("{name: r, when: {tool: x}, then: redact}", "21: guardrails[0].when: a rule that says 'then: redact' needs "
     "'text' or 'detect'. They say what is masked."),
    ("{name: r, when: {tool: x}, then: block, risk: -1}", "51: guardrails[0].risk: -1 is not between 0 and 1000000."),
    ("{name: r, when: {tool: x}, then: block, risk: 1.5}", "51: guardrails[0].risk: expected a whole number, "
     "got the number 1.5."),
    ("{name: r, when: {tool: x}, then: block, risk: true}", "51: guardrails[0].risk: expected a whole number, "
     "got true."),
    ("{name: r, when: {tool: x}, then: block, mode: off}", "51: guardrails[0].mode: unknown value 'off'. "
     "Known: enforce, observe."),
    ("{name: r, when: {tool: x}, then: block, controls: [AC-3]}", "55: guardrails[0].controls: 'AC-3' is not a control. "
     "Write it as FRAMEWORK:CONTROL, as in NIST:AC-3."),
    ("{name: r, when: {tool: x}, then: block, message: ''}", "54: guardrails[0].message: the text is empty."),
    ("{name: r, when: {tool: x}, then: block, approvers: {count: 1}}", "56: guardrails[0].approvers: a rule that says "
     "'then: block' asks nobody. Write `then: hold`, or remove it."),
    ("{name: r, when: {tool: x}, then: hold, approvers: {count: 0}}", "63: guardrails[0].approvers.count: 0 is not "
     "between 1 and 20."),
    ("{name: r, when: {tool: x}, then: hold, approvers: {expires: 15}}", "65: guardrails[0].approvers.expires: "
     "'15' is not a duration. Write it as 90s, 15m, 2h or 400d."),
    ("{name: r, when: {tool: x}, then: hold, approvers: {expires: 8d}}", "65: guardrails[0].approvers.expires: "
     "8d is not between 10s and 7d."),
    ("{name: r, when: {tool: x}, then: hold, approvers: {mitmweb: yes}}", "65: guardrails[0].approvers.mitmweb: "
     "unknown value 'yes'. Known: allowed, refused."),
    ("{name: r, when: {tool: x}, then: block, tests: [{match: {tol: x}}]}", "62: guardrails[0].tests[0].match.tol: "
     "unknown key. Did you mean 'tool'?"),
    ("{name: r, when: {tool: x}, then: block, tests: [{fail: {tool: x}}]}", "53: guardrails[0].tests[0]: "
     "expected either 'match' or 'pass'."),
    ("{name: r, when: {tool: x}, then: block, tests: [{pass: {argument: {a: 1}}}]}", "71: guardrails[0].tests[0].pass."
     "argument: arguments of no tool. Name the 'tool' as well."),
    ("{name: r, when: {tool: x}, then: block, tests: [{pass: {service: x}}]}", "70: guardrails[0].tests[0].pass."
     "service: unknown service 'x'. Known: crm, openai."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_a_broken_rule_is_refused(rule: str, expected: str) -> None:
    assert f"7:{expected}" in problems(f"{HEAD}guardrails:\n  - {rule}\n")


SECTIONS = [
    ("guardrails: {}", "6:13: guardrails: expected a list, got a mapping."),
    ("guardrails:", "6:12: guardrails: expected a list, got nothing."),
    ("gaurdrails: []", "6:1: gaurdrails: unknown key. Did you mean 'guardrails'?"),
    ("version: 1", "6:1: version: duplicate key, first on line 1. Remove one of them."),
    ("<<: {version: 1}", "6:1: <<: unknown key. Known: access, guardrails, ledger, redaction, risk."),
    ("7: x", "6:1: 7: expected a name, got the number 7. Put it in quotes."),
    (
        "guardrails:\n- {name: r, when: {tool: x}, then: block}\n- {name: r, when: {tool: y}, then: block}",
        "8:3: guardrails[1]: a second rule 'r', the first is on line 7. Rename one of them.",
    ),
    ("access: [{groups: [a]}]", "6:10: access[0]: missing key 'services'."),
    ("access: [{services: {openai: }}]", "6:10: access[0]: a grant to nobody. Name 'groups' or 'subjects'."),
    ("access: [{groups: [], services: {openai: }}]", "6:19: access[0].groups: the list is empty."),
    ("access: [{groups: a, services: {}}]", "6:32: access[0].services: a grant of nothing. Name a service."),
    (
        "access: [{groups: a, services: {opnai: }}]",
        "6:33: access[0].services.opnai: unknown service 'opnai'. Did you mean 'openai'?",
    ),
    (
        "access: [{groups: a, services: {openai: {operations: [chat, chats]}}}]",
        "6:61: access[0].services.openai.operations[1]: no operation 'chats' in openai. Did you mean 'chat'?",
    ),
    (
        "access: [{groups: a, services: {openai: {model: x}}}]",
        "6:42: access[0].services.openai.model: unknown key. Did you mean 'models'?",
    ),
    ("risk: {hold: 50, block: 40}", "6:14: risk.hold: hold (50) is above block (40). It could never be reached."),
    ("risk: {hold: 0}", "6:14: risk.hold: 0 is not between 1 and 1000000."),
    ("risk: {block: 9, approvers: {groups: a}}", "6:29: risk.approvers: nothing is held without 'hold'."),
    ("ledger: {retention: 400}", "6:21: ledger.retention: '400' is not a duration. Write it as 90s, 15m, 2h or 400d."),
    ("ledger: {retention: 36h}", "6:21: ledger.retention: retention is counted in whole days."),
    ("ledger: {retention: 1h}", "6:21: ledger.retention: 1h is not between 1d and 36500d."),
    (
        "ledger: {originals: {recipients: [a]}}",
        "6:21: ledger.originals: not available yet. Remove it: originals of masked values are not kept.",
    ),
    ("redaction: {request: {detect: email}}", "6:13: redaction.request: unknown key. Did you mean 'requests'?"),
    ("redaction: {requests: {}}", "6:23: redaction.requests: missing key 'detect'."),
    (
        "redaction: {requests: {detect: [secret]}}",
        "6:33: redaction.requests.detect[0]: unknown detector 'secret'. Did you mean 'secrets'?",
    ),
    (
        "redaction: {requests: {detect: email, style: tokens}}",
        "6:46: redaction.requests.style: unknown value 'tokens'. Did you mean 'token'?",
    ),
]


@pytest.mark.parametrize(("added", "expected"), SECTIONS)
def test_a_broken_section_is_refused(added: str, expected: str) -> None:
    assert expected in problems(f"{HEAD}{added}\n")


SERVICES = [
    ("{protocol: http}", "4:6: services.a: missing key 'hosts'."),
    ("{hosts: [a.example]}", "4:6: services.a: missing key 'protocol'."),
    ("{hosts: [], protocol: http}", "4:14: services.a.hosts: the list is empty."),
    ("{hosts: ['*'], protocol: http}", "4:15: services.a.hosts[0]: '*' is not a host pattern: the wildcard is a whole "
     "first label, as in '*.example.com'."),
    ("{hosts: ['*.com'], protocol: http}", "4:15: services.a.hosts[0]: '*.com' is too wide: name at least two labels "
     "after the wildcard."),
    ("{hosts: ['a*.example.com'], protocol: http}", "4:15: services.a.hosts[0]: 'a*.example.com' is not a host "
     "pattern: the wildcard is a whole first label, as in '*.example.com'."),
    ("{hosts: ['https://a.example'], protocol: http}", "4:15: services.a.hosts[0]: 'https://a.example' has a scheme: "
     "write the host name alone."),
    ("{hosts: [a.example/v1], protocol: http}", "4:15: services.a.hosts[0]: 'a.example/v1' is not a host name: "
     "no path and no user stand here."),
    ("{hosts: ['a.example:0'], protocol: http}", "4:15: services.a.hosts[0]: '0' is not a port."),
    ("{hosts: ['a.example:70000'], protocol: http}", "4:15: services.a.hosts[0]: '70000' is not a port."),
    ("{hosts: ['2130706433'], protocol: http}", "4:15: services.a.hosts[0]: '2130706433' is neither a name nor "
     "an address."),
    ("{hosts: ['*.10.0.0.1'], protocol: http}", "4:15: services.a.hosts[0]: '*.10.0.0.1' is too wide: name at least "
     "two labels after the wildcard."),
    ("{hosts: [straße.example], protocol: http}", "4:15: services.a.hosts[0]: 'straße.example' can be read in two "
     "ways: write it in its xn-- form."),
    ("{hosts: [a..example], protocol: http}", "4:15: services.a.hosts[0]: 'a..example' is not a host name."),
    ("{hosts: [API.example., api.example], protocol: http}", "4:29: services.a.hosts[1]: this service claims "
     "'api.example' already. A host belongs to one service, once."),
    ("{hosts: ['b.example:443'], protocol: http}", "4:15: services.a.hosts[0]: the service 'b' claims "
     "'b.example:443' already. A host belongs to one service, once."),
    ("{hosts: a.example, protocol: htpp}", "4:35: services.a.protocol: unknown protocol 'htpp'. Did you mean 'http'?"),
    ("{hosts: a.example, protocol: http, listen: x}", "4:41: services.a.listen: unknown key. "
     "Known: credential, plaintext, uninspected, upstream."),
    ("{hosts: a.example, protocol: http, uninspected: allow}", "4:54: services.a.uninspected: unknown value 'allow'. "
     "Known: block, observe."),
    ("{hosts: a.example, protocol: http, plaintext: true}", "4:52: services.a.plaintext: expected a text, got true. "
     "Put it in quotes."),
    ("{hosts: a.example, protocol: http, upstream: db.internal}", "4:51: services.a.upstream: 'db.internal' has no "
     "port. Write it as host:port."),
    ("{hosts: a.example, protocol: http, credential: sk-1234}", "4:53: services.a.credential: not a source of a "
     "credential. Write env:NAME or file:PATH, never the credential itself."),
    ("{hosts: a.example, protocol: http, credential: 'env:A B'}", "4:53: services.a.credential: not the name of an "
     "environment variable. Write it as env:OPENAI_API_KEY."),
    ("{hosts: a.example, protocol: http, credential: 'file:'}", "4:53: services.a.credential: no path. "
     "Write it as file:/run/secrets/NAME."),
    ("{hosts: a.example, protocol: http, credential: {header: x-api-key}}", "4:53: services.a.credential: "
     "missing key 'source'."),
    ("{hosts: a.example, protocol: http, credential: {source: 'env:A', header: Host}}", "4:79: services.a.credential."
     "header: 'host' belongs to the proxy."),
    ("{hosts: a.example, protocol: http, credential: {source: 'env:A', header: 'a b'}}", "4:79: services.a.credential."
     "header: not a header name."),
    ("{hosts: a.example, protocol: http, credential: {source: 'env:A', template: Bearer}}", "4:81: services.a."
     'credential.template: a template holds {} once and no control characters. As in "Bearer {}".'),
]  # fmt: skip


@pytest.mark.parametrize(("service", "expected"), SERVICES)
def test_a_broken_service_is_refused(service: str, expected: str) -> None:
    head = "version: 1\nidentity: {issuers: [{issuer: https://i.example, audience: x}]}\nservices:\n"
    lines = f"{head}  a: {service}\n  b: {{hosts: [b.example], protocol: http}}\n"
    # The claim that stands first in the file wins, so the other one is moved behind it here.
    if "'b' claims" in expected:
        lines = f"{head[:-10]}services: {{b: {{hosts: [b.example], protocol: http}},\n  a: {service} }}\n"
    assert expected.replace("4:6", "4:6") in [line for line in problems(lines)]


IDENTITIES = [
    ("{}", "2:11: identity: missing key 'issuers'."),
    ("{issuers: []}", "2:20: identity.issuers: no issuer: nobody could call anything."),
    ("{issuers: [{issuer: https://a.example}]}", "2:21: identity.issuers[0]: missing key 'audience'."),
    ("{issuers: [{audience: a}]}", "2:21: identity.issuers[0]: missing key 'issuer'."),
    ("{issuers: [{issuer: https://a.example, audience: []}]}", "2:59: identity.issuers[0].audience: "
     "the list is empty."),
    ("{issuers: [{issuer: http://a.example, audience: a}]}", "2:29: identity.issuers[0].issuer: plain http: whoever "
     "sits in between could mint tokens. Use https."),
    ("{issuers: [{issuer: a.example, audience: a}]}", "2:29: identity.issuers[0].issuer: 'a.example' is not an "
     "https URL."),
    ("{issuers: [{issuer: 'https://u:p@a.example', audience: a}]}", "2:29: identity.issuers[0].issuer: a user, "
     "a password or a fragment has no place in this URL."),
    ("{issuers: [{issuer: https://a.example, audience: a, jwks_file: f, jwks_uri: https://a.example/k}]}",
     "2:85: identity.issuers[0].jwks_uri: keys come from 'jwks_file' already. Remove one of the two."),
    ("{issuers: [{issuer: https://a.example, audience: a, algorithms: [HS256]}]}", "2:74: identity.issuers[0]."
     "algorithms[0]: 'HS256' is symmetric: whoever can verify a token could forge one. Use ES256 or RS256."),
    ("{issuers: [{issuer: https://a.example, audience: a, algorithms: None}]}", "2:73: identity.issuers[0]."
     "algorithms: 'none' accepts tokens that nobody signed."),
    ("{issuers: [{issuer: https://a.example, audience: a, algorithms: RS265}]}", "2:73: identity.issuers[0]."
     "algorithms: unknown algorithm 'RS265'. Did you mean 'RS256'?"),
    ("{issuers: [{issuer: https://a.example, audience: a, groups: a..b}]}", "2:69: identity.issuers[0].groups: "
     "'a..b' is not a claim path. Write it as `groups` or `realm_access.roles`."),
    ("{issuers: [{issuer: https://a.example, audience: a}, {issuer: https://a.example, audience: b}]}",
     "2:62: identity.issuers[1]: the issuer 'https://a.example' stands here twice. Put all of its settings into "
     "one entry."),
    ("{issuers: [{issuer: https://a.example, audience: a}], tokens_from: ['a b']}", "2:77: identity.tokens_from[0]: "
     "'a b' is not a header name."),
]  # fmt: skip


@pytest.mark.parametrize(("identity", "expected"), IDENTITIES)
def test_a_broken_identity_is_refused(identity: str, expected: str) -> None:
    assert expected in problems(f"version: 1\nidentity: {identity}\n")


FILES: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "policies.yaml: the file is empty."),
    ("only a comment", "# nothing\n", "policies.yaml: the file is empty."),
    ("a list", "- a\n", "1:1: expected a mapping, got a list."),
    ("no version", HEAD.replace("version: 1\n", ""), "1:1: missing key 'version'."),
    ("another version", HEAD.replace("1", "2", 1), "1:10: version: expected version 1. "
     "This is the only version that this program reads."),
    ("a version that is a text", HEAD.replace("1", "'1'", 1), "1:10: version: expected version 1. "
     "This is the only version that this program reads."),
    ("a version that is true", HEAD.replace("1", "true", 1), "1:10: version: expected version 1. "
     "This is the only version that this program reads."),
    ("no identity", "version: 1\n", "1:1: missing key 'identity'."),
    ("not UTF-8", b"version: 1\n# \xff\n", "2:1: not UTF-8. Save the file as UTF-8."),
    ("not YAML", "version: [1\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'."),
    ("a control character", "version: \x01\n", "policies.yaml: not YAML: unacceptable character #x0001: "
     "special characters are not allowed."),
    ("a tag", "version: !!int 1\n", "1:10: the tag tag:yaml.org,2002:int is not allowed. Remove it."),
    ("a Python tag", "version: !!python/object:os.system {}\n", "1:10: the tag tag:yaml.org,2002:python/object:"
     "os.system is not allowed. Remove it."),
    ("two documents", f"{HEAD}---\n{HEAD}", "6:1: a second document. A policy is one document: remove the `---`."),
    ("a directive", f"%YAML 1.1\n---\n{HEAD}", "1:1: YAML directives are not allowed. "
     "Remove the line that starts with `%`."),
    ("an unquoted wildcard", "version: *.x\n", "1:10: no anchor '.x'. Put a text that starts with * in quotes."),
    ("a cycle", "version: &a [*a]\n", "1:14: no anchor 'a'. Put a text that starts with * in quotes."),
    ("too deep", "a: " + "[" * 40 + "]" * 40, "1:35: nested deeper than 32 levels."),
    ("far too deep", "a: " + "[" * 400_000, "1:35: nested deeper than 32 levels."),
    ("too large", "#" * (1 << 20) + "\n", "policies.yaml: the file is larger than 1048576 bytes."),
    ("a bomb", "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    ), "5:36: more than 100000 nodes."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_broken_file_is_refused(text: str | bytes, expected: str) -> None:
    assert expected.removeprefix("policies.yaml: ") in [line.strip() for line in problems(text)]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = f"{HEAD}risk: {{hold: 9, block: 1}}\nguardrails: [{{name: r, when: {{tolo: x}}, then: blok}}]\nextra: 1\n"
    assert [line.split(":")[0] for line in problems(text)] == ["6", "7", "7", "8"]


def test_a_credential_in_the_wrong_place_is_not_repeated() -> None:
    text = HEAD.replace("protocol: openai", "protocol: openai, credential: sk-abcdefghijkl")
    assert "sk-abc" not in "".join(problems(text))


def test_a_rule_that_redacts_must_fit_a_stream() -> None:
    found = problems(f"{HEAD}guardrails: [{{name: r, when: {{text: {{regex: 'x.*'}}}}, then: redact}}]\n")
    assert len(found) == 1
    assert found[0].startswith("6:50: guardrails[0].when.text.regex: the regular expression cannot mask a stream: ")


def test_the_same_regex_is_fine_where_nothing_is_masked() -> None:
    assert policy("guardrails: [{name: r, when: {text: {regex: 'x.*'}}, then: block}]\n").guardrails
