"""Random patterns and texts for hypothesis, with characters that bytes, cases and classes each treat differently."""

from hypothesis import strategies as st

CHARACTERS = (
    *"aAbkKsSiI1_- \n\0.@",
    *"\u017f\u212a\u0130\u0131",  # equal s, k and i where case is ignored
    *"\u00e9\u00c9\u00df\u00a0\u0661\u2028\u8bf7\ufffd\U0001f600",
    *"\ud83d\ude00",  # lone surrogates: JSON can hold them
)
UNICODE_TEXTS = st.text(st.sampled_from(CHARACTERS), max_size=9)

_CLASSES = (
    *(".", "(?s:.)", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S"),
    *(
        "[a-k]",
        "[^a]",
        "[^k]",
        r"[\w-]",
        r"[^\W\d]",
        r"[^\n]",
        "[ \u00a0-]",
        "[\u00e9-\u00ff]",
        "[\u017fx]",
        "[\u8bf7-\u9fff]",
    ),
    *("[\ud83d]", "[\0-\x1f]"),
)
_LITERALS = tuple(
    char if char not in ".\n\0" else {".": r"\.", "\n": r"\n", "\0": r"\x00"}[char] for char in CHARACTERS
)
_POINTS = (r"\b", r"\B", "^", "$", r"\A", r"\Z", "(?m:^)", "(?m:$)", "(?<=s)", "(?<!K)", "(?<=a[^b])", "(?<!^\\w)")
_TIMES = ("", "?", "*", "+", "{2}", "{0}", "{0,3}", "{2,}", "{1,40}", "{3,300}", "{0,}?", "++", "{1,2}+")

_ATOM = st.one_of(st.sampled_from(_LITERALS), st.sampled_from(_CLASSES), st.sampled_from(_POINTS))
_WORD = st.lists(st.sampled_from(_LITERALS), min_size=2, max_size=4).map("".join)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = ("({})", "(?>{})", "(?={})", "(?!{})", "(?i:{})", "(?-i:{})", "(?s:{})", "(?is:{})")
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(st.one_of(inner, st.just("")), min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.tuples(inner, st.sampled_from(_TIMES)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(st.sampled_from(groups), inner).map(lambda pair: pair[0].replace("{}", pair[1])),
    )


UNICODE_PATTERNS = st.recursive(st.one_of(_ATOM, _WORD), _larger, max_leaves=7)
