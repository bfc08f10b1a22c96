"""mitmdump with a pipeline that raises on demand: `python -m tests.end_to_end.faulty CONTROL-FILE mitmdump-arguments`.

While the control file names a hook (``Identity.request``), ``stream.feed`` or a place inside of what masks, that raises
when it is called.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mitmproxy.tools.main import mitmdump

from addons import redaction
from addons.core.detect.detector import Detector
from addons.core.masking.ruleset import RuleSet
from addons.core.masking.stream import StreamMasker
from addons.core.masking.views.readable import Readable
from addons.gateway import pipeline
from addons.guard import GUARDED_HOOKS

SECRET_IN_THE_ERROR = "this message must not be logged"

INSIDE = {
    "masker.feed": StreamMasker,
    "masker.finish": StreamMasker,
    "view.feed": Readable,
    "style.mask": RuleSet,
    "validator.length": Detector,
}
"""Places inside of what masks; behind the dot is the method. The last two are called where a value is found."""


def hooks() -> Iterator[tuple[type, str]]:
    """Return every hook of every step."""
    for step in pipeline():
        for hook in GUARDED_HOOKS:
            if hook in type(step).__dict__:
                yield type(step), hook


def names() -> list[str]:
    """Return the names of all places where a fault can be put."""
    return [f"{step.__name__}.{hook}" for step, hook in hooks()]


def _faulty(control: Path, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def fault() -> None:
        if control.read_text(encoding="ascii") == name:
            raise (MemoryError if name.startswith("style") else ZeroDivisionError)(SECRET_IN_THE_ERROR)

    if inspect.iscoroutinefunction(function):

        async def wrapped(*arguments: Any) -> Any:
            fault()
            return await function(*arguments)

        return wrapped

    def wrapped_sync(*arguments: Any) -> Any:
        fault()
        return function(*arguments)

    return wrapped_sync


def main() -> None:
    """Put the faults in and run mitmdump."""
    control = Path(sys.argv[1])
    for step, hook in hooks():
        setattr(step, hook, _faulty(control, f"{step.__name__}.{hook}", getattr(step, hook)))
    streamed = redaction._StreamedAnswer  # noqa: SLF001 - the stream callable is inside
    for part in ("feed", "finish"):
        setattr(streamed, part, _faulty(control, f"stream.{part}", getattr(streamed, part)))
    for name, inside in INSIDE.items():
        method = name.partition(".")[2]
        setattr(inside, method, _faulty(control, name, getattr(inside, method)))
    mitmdump(sys.argv[2:])


if __name__ == "__main__":
    main()
