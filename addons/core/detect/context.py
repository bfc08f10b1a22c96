r"""Words that say what the number after them is: many numbers have a shape, or a check digit, that proves nothing.

The words stand in a look-behind, which a pattern asks after its shape: so text after a word is never held in a stream,
and ordinary text is done with before the words are tried. Case does not matter; ``userBsn`` and ``user_bsn`` are heard
as ``bsn``, ``absnet`` is not.
"""

NEAR = 40
"""Characters between a word and its number: "PESEL of the insured person, as it is on the card: ..." """
DIRECT = 6
"""Characters between words in a row: a quote, a colon, a space and a quote, and one to spare."""
HEADER = 60
"""Characters of a table's other columns, on either side of a line's end."""

_OWNERS = "|".join(
    f"(?<=(?i:{owner}))"
    for owner in (
        "user",
        "customer",
        "client",
        "patient",
        "employee",
        "member",
        "person",
        "holder",
        "citizen",
        "payer",
        "my",
    )
)
_BEGIN = f"(?:(?<![A-Za-z])|{_OWNERS})"
"""Not within a word; the names of fields put some words before it without a separator."""
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}"
_OVER = "(?:[^0-9A-Za-z]|(?<=[a-z])[A-Z])"
"""A word has ended, or another one begins: ``bsnNumber``."""
_BETWEEN = rf"(?:{_OVER}(?:[^0-9]|{_ESCAPE}){{0,{NEAR}}})?"
_PUNCTUATION = rf"(?:[^0-9A-Za-z\n]|\\[nt]|{_ESCAPE}){{0,{DIRECT}}}"
_LINKS = (
    "number|num|no|nr|nro|id|value|details|is|was|are|ist|est|es|er|on|nummer|nummeret|numero|n\u00famero|num\u00e9ro|numer|n|"
    "of|the|holder|valid|current|new|old|lautet|to|du|de|del|der|des|le|la|il|el|am|em|op|den|dne|en"
)
_RULE = r"(?:[|+: -]{3,80}\n)?"
_COLUMN = (
    rf"[\"'. ]{{0,3}}[,;\t|][^\n]{{0,{HEADER}}}\n{_RULE}(?:[^\n0-9]{{0,{HEADER}}}[,;\t|])?[\"' ]{{0,2}}"
    rf"|[\"'.: ]{{0,3}}\|?\r?\n{_RULE}(?:[^\n]{{0,{HEADER}}}[,;\t|])?[\"' ]{{0,2}}"
)
_TAG = "<[A-Za-z0-9_:-]{1,20}>"
_TAGS = rf"</[A-Za-z0-9_:-]{{1,20}}>(?:[ \n]{{0,20}}{_TAG}|[ :]{{0,3}}(?:{_TAG})?)"
_INSERTED = (
    rf"[.\"'`]{{0,2}}(?:,[^()\n]{{0,{HEADER}}})?\)[ \n]{{1,3}}(?i:values)[ \n]{{0,3}}"
    rf"\((?:[^()\n]{{0,{HEADER}}},)?[ ]?[\"']?"
)
"""The columns of an ``INSERT`` in SQL, and its values."""


def _behind(words: str, between: str, after: int) -> str:
    # The words are looked at in themselves, so that a text may be scanned for them before any pattern runs.
    return rf"(?<=(?<={_BEGIN}(?i:{words}))(?:{between}).{{{after}}}){_no_token(after)}"


def _no_token(after: int) -> str:
    """Return "not within a token of ours", ``[PASSPORT_5QZK3W7ABC]``, whose label would be such a word."""
    return rf"(?!(?<=\[[A-Z][A-Z0-9_]{{0,39}}_.{{{after}}})[A-Z2-7]{{{max(10 - after, 0)},51}}\])"


def near(words: str, after: int) -> str:
    """Return "not far behind one of ``words``, without digits between", seen ``after`` characters later.

    For numbers with a check digit, which need the word but no particular sentence.
    """
    return _behind(words, _BETWEEN, after)


def named(words: str, after: int) -> str:
    """Return "directly after one of ``words``, or in a column with it as its header", seen ``after`` characters later.

    For values without a check digit. A few words like "number" and "is" may stand between.
    """
    return _behind(words, rf"{_PUNCTUATION}(?:(?i:{_LINKS}){_PUNCTUATION}){{0,3}}|{_COLUMN}|{_TAGS}|{_INSERTED}", after)
