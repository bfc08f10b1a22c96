r"""Where a value may start: what all detectors mean by "not in the middle of something else".

Text is often looked at as it stands on the wire, as JSON or in a URL. There the letters and digits of an escape stand
directly before a value (``\n4111…``, ``\u00a04111…``, ``%204111…``) without being a part of the same word.
"""


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
