r"""Where a value may start: what all detectors mean by "not in the middle of something else".

Text is often looked at as it stands on the wire, as JSON or in a URL. There the letters and digits of an escape stand
directly before a value (``\n4111…``, ``\u00a04111…``, ``%204111…``) without being a part of the same word.
"""

ESCAPES = r"(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2})"
"""Directly after an escape."""

START = rf"(?:(?<![A-Za-z0-9])|{ESCAPES})"
"""Not directly after an ASCII letter or digit, but for those of an escape. Other scripts write without spaces."""

END = r"(?![A-Za-z0-9])"
"""Not directly before an ASCII letter or digit."""
