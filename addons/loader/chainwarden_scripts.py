"""Lets `mitmdump -s addons/` load a folder.

Stock mitmproxy takes only a file. The wheel installs this module at its top level, with a one-line .pth file that
imports it in every interpreter of the environment; it waits for mitmproxy's script addon and does nothing else. So it
imports nothing but ``sys`` before that.
"""

import sys

SCRIPT_ADDON = "mitmproxy.addons.script"


def _teach(module):
    """Make ``module``, mitmproxy's script addon, load folders, without watching their files."""
    import asyncio
    from pathlib import Path

    script = module.Script

    def open_script(path, reload):
        entry = Path(path.strip("'\" ")).expanduser()
        entry = entry / "__init__.py" if entry.is_dir() else entry
        if entry.name != "__init__.py" or not entry.is_file():
            return script(path, reload)
        opened = script.__new__(script)
        opened.name = f"scriptmanager:{path}"
        opened.path = path
        opened.fullpath = str(entry)
        opened.ns = None
        opened.is_running = False
        opened.reloadtask = None
        # As mitmproxy's own loader does it: once the addon is registered, before the loop accepts a connection.
        asyncio.get_running_loop().call_soon(opened.loadscript)
        return opened

    module.Script = open_script


class _Finder:
    """Waits for the import of mitmproxy's script addon, then goes away."""

    def find_spec(self, name, path=None, target=None):
        """Return the real spec of ``name`` with one step added after its execution, or None for all other names."""
        del path, target
        if name != SCRIPT_ADDON:
            return None
        import importlib.util

        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_teach(module):
            execute(module)
            _teach(module)

        spec.loader.exec_module = execute_and_teach
        return spec


if SCRIPT_ADDON in sys.modules:
    _teach(sys.modules[SCRIPT_ADDON])
else:
    sys.meta_path.insert(0, _Finder())
