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

    class FolderScript(module.Script):
        """A script that may be a folder with an __init__.py."""

        def __init__(self, path, reload):
            entry = Path(path.strip("'\" ")).expanduser()
            entry = entry / "__init__.py" if entry.is_dir() else entry
            if entry.name != "__init__.py" or not entry.is_file():
                super().__init__(path, reload)
                return
            self.name = f"scriptmanager:{path}"
            self.path = path
            self.fullpath = str(entry)
            self.ns = None
            self.is_running = False
            self.reloadtask = None
            # As mitmproxy's own loader does it: once the addon is registered, before a connection is accepted.
            asyncio.get_running_loop().call_soon(self.loadscript)

    module.Script = FolderScript


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
