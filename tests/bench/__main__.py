"""Measures Chainwarden: its routes beside a bare proxy, its masking engine, its detectors. Ratios count.

Usage: scripts/bench [routes | masking | detection] [OPTIONS]; without a name, all of them. --help says more of each.
"""

import sys

from tests.bench import detection, masking, routes

PARTS = {"routes": routes.main, "masking": masking.main, "detection": detection.main}


def main() -> None:
    """Run one part with its options, or all."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in {"-h", "--help"}:
        sys.stdout.write(str(__doc__))
    elif name in PARTS:
        sys.argv = [f"scripts/bench {name}", *sys.argv[2:]]
        PARTS[name]()
    elif name:
        sys.exit(f"There is no part '{name}'. There are {', '.join(PARTS)}; without a name, all of them run.")
    else:
        for part in PARTS.values():
            part()


if __name__ == "__main__":
    main()
