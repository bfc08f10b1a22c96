"""mitmdump on a machine whose names are made up: `python -m tests.end_to_end.resolving NAMES mitmdump-arguments`.

NAMES is JSON: names to addresses. Names that are not in it resolve as ever.
"""

import json
import socket
import sys
from typing import Any

from mitmproxy.tools.main import mitmdump

_getaddrinfo = socket.getaddrinfo


def main() -> None:
    """Answer for the name server, and run mitmdump."""
    names: dict[str, str] = json.loads(sys.argv[1])

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        return _getaddrinfo(names.get(host, host), *arguments, **options)

    socket.getaddrinfo = getaddrinfo
    mitmdump(sys.argv[2:])


if __name__ == "__main__":
    main()
