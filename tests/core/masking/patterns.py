"""Random patterns for hypothesis, as sources over the letters a and b, spaces and line ends."""

from hypothesis import strategies as st

TEXTS = st.text("ab \n", max_size=7)

_ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\w", r"\s", " ", r"\n", "(?i:A)", "(?s:.)", "[a-b ]"])
_POINTS = st.sampled_from([r"\b", r"\B", "^", "$", r"\A", r"\Z", "(?m:^)", "(?m:$)"])
_BEHIND = st.sampled_from(["(?<=a)", "(?<!a)", "(?<=ab)", "(?<![ab] )", "(?<=^a)", "(?<!(?<=b)a)"])
_TIMES = st.sampled_from(["", "?", "{2}", "{1,2}", "{0,3}", "??", "{1,3}?", "?+", "{1,2}+", "{0}"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.tuples(inner, _TIMES).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map("(?>{})".format),
        inner.map("(?={})".format),
        inner.map("(?!{})".format),
        inner.map("({})".format),
        inner.map("(?i:{})".format),
    )


PATTERNS = st.recursive(
    st.one_of(st.tuples(_ATOMS, _TIMES).map("".join), _ATOMS, _POINTS, _BEHIND),
    _larger,
    max_leaves=7,
)
