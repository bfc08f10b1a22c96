"""Which operation of an API a method and a path stand for."""

import re

OTHER = "other"

_ENCODED_NEEDLESSLY = re.compile(r"%(?:[01].|2[dDeEfF]|25|3[0-9]|4[1-9a-fA-F]|5[0-9aAcCfF]|6[1-9a-fA-F]|7[0-9aAeEfF])")
_ORDINARY = re.compile(r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9_.~!$&'()*+,;=:@\-]|%[0-9A-Fa-f]{2})+)+/?")


def is_canonical(path: str) -> bool:
    """Tell whether every server reads ``path`` alike (RFC 3986 section 6): no part empty, dotted or encoded in vain."""
    return _ORDINARY.fullmatch(path) is not None and _ENCODED_NEEDLESSLY.search(path) is None


class Routes:
    """The paths of an API.

    ``table`` has a line ``METHOD path operation`` for each, with ``{}`` for a part that varies. ``prefix`` matches what
    stands before such a path; where it does not match, there is no operation.
    """

    def __init__(self, table: str, prefix: re.Pattern[str]) -> None:
        self._prefix = prefix
        rows = [line.split() for line in table.strip().splitlines()]
        literal_first = sorted(rows, key=lambda row: "{}" in row[1])
        self._routes = tuple(
            (method, re.compile(re.escape(path).replace(r"\{\}", "[^/]+")), name)
            for method, path, name in literal_first
        )
        self.operations = (*dict.fromkeys(name for _, _, name in rows), OTHER)

    def operation_of(self, method: str, path: str) -> str:
        """Return the operation of a request.

        It is ``other`` where the table has none, or where servers could read the path otherwise.
        """
        prefix = self._prefix.match(path) if is_canonical(path) else None
        if prefix is None:
            return OTHER
        rest = path[prefix.end() :].removesuffix("/")
        return next((name for verb, route, name in self._routes if verb == method and route.fullmatch(rest)), OTHER)
