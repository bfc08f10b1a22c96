"""Chainwarden: what `mitmdump -s addons/` loads.

mitmproxy runs a script as a nameless module, in which relative imports and dataclasses do not work. So the script does
one thing: it enters this folder again as the package ``addons`` and hands mitmproxy the gateway from there.
"""

if __name__.startswith("__mitmproxy_script__"):
    import importlib
    import sys
    from pathlib import Path

    _folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(_folder.parent))
    _package = importlib.import_module("addons")
    if Path(str(_package.__file__)).resolve().parent != _folder:
        raise ImportError(f"another package named 'addons' is in the way: {_package.__file__}")
    addons = importlib.import_module("addons.gateway").enter(__file__)
