r"""Where a value may start: what all detectors mean by "not in the middle of something else".

Text is often looked at as it stands on the wire, as JSON or in a URL. There the letters and digits of an escape stand
directly before a value (``\n4111…``, ``\u00a04111…``, ``%204111…``) without being a part of the same word.
"""

DEEP = 6
"""Letters and digits in a row of which the last is not the end of an escape: ``\\u0020`` has five."""


def outside(after: int) -> str:
    """Return "not deep within a run of letters and digits", seen ``after`` characters later.

    It says less than ``start``, but at once: else each place in a megabyte of digits is looked at in full.
    """
    return rf"(?<![A-Za-z0-9]{{{DEEP}}}.{{{after}}})"


def start(after: int = 0) -> str:
    """Return "not directly after an ASCII letter or digit, unless of an escape", seen ``after`` characters later.

    The engine finds a shape quickly and tests edges slowly, so a pattern begins with its shape. Letters of other
    scripts do not count: they are written without spaces.
    """
    behind = f".{{{after}}}" if after else ""
    return (
        rf"(?:(?<![A-Za-z0-9]{behind})|(?<=\\[nrtbf]{behind})"
        rf"|(?<=\\u[0-9A-Fa-f]{{4}}{behind})|(?<=%[0-9A-Fa-f]{{2}}{behind}))"
    )


END = r"(?![A-Za-z0-9])"
"""Not directly before an ASCII letter or digit."""
