"""mitmproxy's script addon: which script we are, and an end to watching it."""

from pathlib import Path

from mitmproxy import ctx
from mitmproxy.addons.script import Script


def stop_watching(file: str) -> None:
    """Find the entry of the ``scripts`` option that ``file`` was loaded for, and stop watching its file.

    A watched script is reloaded when it changes and unloaded when it goes, which would end enforcement while the proxy
    serves on. A running gateway is changed by a restart.
    """
    entry = Path(file).resolve()
    options: list[str] = ctx.options.scripts
    for option in options:
        path = Path(option.strip("'\" ")).expanduser().resolve()
        if entry in (path, path / "__init__.py"):
            script = ctx.master.addons.get(f"scriptmanager:{option}")
            if isinstance(script, Script) and script.reloadtask is not None:
                script.reloadtask.cancel()
            return
    raise ImportError(f"{file} was not loaded by mitmproxy's scripts option; start with: mitmdump -s addons/")
