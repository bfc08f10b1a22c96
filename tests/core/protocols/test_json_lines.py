import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels
from addons.core.protocols.headers import media_type
from addons.core.protocols.json_lines import MAX_LINE_BYTES, JsonLines, is_json_lines, looks_like_json_lines
from addons.core.protocols.registry import by_name
from addons.core.reasons import Reason
from tests.core.protocols.cuts import assert_cuts_do_not_matter, run
from tests.core.protocols.masks import MASKER

LINES, SEQUENCE = "application/x-ndjson", "application/json-seq"
FULL, PARTIAL = Inspected.FULL, Inspected.PARTIAL


def stream(kind: str = LINES) -> JsonLines:
    return JsonLines(Channels(MASKER), media_type(kind))


# content type, body, what goes on, inspected
CASES: dict[str, tuple[str, bytes, bytes, Inspected]] = {
    "lines": (
        LINES,
        b'{"a": "jane.doe\\u0040example.com"}\r\n\n[4111111111111111]\n',
        b'{"a": "[EMAIL]"}\r\n\n["[CARD]"]\n',
        FULL,
    ),
    "no last line end": (LINES, b'{"a": 1}\n"jane.doe@example.com"', b'{"a": 1}\n"[EMAIL]"', FULL),
    "a mark": (LINES, b'\xef\xbb\xbf{"jane.doe@example.com": 1}\n', b'\xef\xbb\xbf{"[EMAIL]": 1}\n', FULL),
    "a text between": (
        LINES,
        b'{"a": 1}\nto jane.doe@\n\nexample.com or jane.doe@example.com\n{"a": "jane.doe\\u0040example.com"}\n',
        b'{"a": 1}\nto jane.doe@\n\nexample.com or [EMAIL]\n{"a": "[EMAIL]"}\n',
        PARTIAL,
    ),
    "JSON over lines": (
        LINES,
        b'{\n  "a": "jane.doe\\u0040example.com"\n}\n',
        b'{\n  "a": "[EMAIL]"\n}\n',
        PARTIAL,
    ),
    "half a line": (LINES, b'{"a": "jane.doe\\u0040example.com', b'{"a": "[EMAIL]', PARTIAL),
    "not UTF-8": (LINES, b'{"a": 1}\n\xff jane.doe@example.com\n', b'{"a": 1}\n\xff [EMAIL]\n', PARTIAL),
    "a sequence": (
        SEQUENCE,
        b'\x1e{"a": "jane.doe\\u0040example.com"}\n\x1e[\n4111111111111111]\n\x1e1\n',
        b'\x1e{"a": "[EMAIL]"}\n\x1e[\n"[CARD]"]\n\x1e1\n',
        FULL,
    ),
    "a sequence that is none": (SEQUENCE, b"to jane.doe@example.com\n", b"to [EMAIL]\n", PARTIAL),
    "a picture": (LINES, b'{"a": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"}\n', b"", PARTIAL),
    "nothing": (LINES, b"\n\n", b"", FULL),
}


@pytest.mark.parametrize("name", CASES)
def test_lines_are_masked_as_json(name: str) -> None:
    kind, body, masked, inspected = CASES[name]
    answer = stream(kind)
    assert run(answer, [body]) == (masked or body)
    assert (answer.inspected, answer.content.inspected) == (inspected, inspected)
    assert bool(answer.hits) == bool(masked)
    assert "jane" not in repr(answer.hits) + repr(answer.content).replace("jane.doe@\\n", "")


@pytest.mark.parametrize("name", CASES)
def test_cuts_do_not_matter_and_a_whole_body_is_masked_alike(name: str) -> None:
    kind, body, masked, inspected = CASES[name]
    assert_cuts_do_not_matter(lambda: stream(kind), body)
    whole = by_name("http").mask_body(kind, body, MASKER)
    assert (whole.body, whole.inspected) == (masked or body, inspected)


@given(st.lists(st.sampled_from([b'{"a":', b'"jane.doe@', b'example.com"', b"}", b"\n", b"\x1e", b"[1]", b" ", b"x"])))
def test_any_cut_of_anything_gives_the_same(pieces: list[bytes]) -> None:
    for kind in (LINES, SEQUENCE):
        whole, cut = stream(kind), stream(kind)
        assert run(cut, pieces) == run(whole, [b"".join(pieces)])
        assert cut.hits == whole.hits


def test_each_line_goes_on_at_its_end() -> None:
    answer = stream()
    assert answer.feed(b'{"a": 1}\n{"b"') == b'{"a": 1}\n'
    assert answer.feed(b": 2}\n") == b'{"b": 2}\n'
    sequence = stream(SEQUENCE)
    assert sequence.feed(b'\x1e{"a": 1}\n') == b'\x1e{"a": 1}\n'


def test_the_record_has_what_was_delivered() -> None:
    answer = stream()
    run(answer, [b'{"a": "jane.doe\\u0040example.com"}\n{"b": "x"}\n'])
    assert [text.text for text in answer.content.texts] == ["a", "[EMAIL]", "b", "x"]


# Lines that must be refused
REFUSED = [
    (b'{"fine": 1}\n{"a": 1, "a": 2}\n', Reason.BODY_DUPLICATE_KEYS),
    (b'{"fine": 1}\n{"a": NaN}\n', Reason.BODY_MALFORMED),
    (b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}\n", Reason.BODY_MALFORMED),
    (json.dumps({"a": "\udc00"}).encode("utf-16-le"), Reason.BODY_MALFORMED),
    (b'"' + b"x" * MAX_LINE_BYTES, Reason.BODY_TOO_LARGE),
]


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_lines_that_only_some_read_are_refused(body: bytes, reason: Reason) -> None:
    answer = stream()
    with pytest.raises(RefusedError) as error:
        run(answer, [body])
    assert error.value.reason is reason
    assert "fine" not in repr(answer.content)


def test_labels() -> None:
    assert is_json_lines(media_type("application/jsonl; charset=utf-8"))
    assert is_json_lines(media_type("application/vnd.x+json-seq"))
    assert not is_json_lines(media_type("application/json"))
    assert looks_like_json_lines(b"{}\n{}\n")
    assert not looks_like_json_lines(b"{}\n")
    assert not looks_like_json_lines(b"{}\nx\n")
