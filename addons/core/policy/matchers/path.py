"""`path`: the request's path, in which case counts; `*` stays within a segment, `**` does not."""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from addons.core.policy.patterns import PathPatterns
from addons.core.policy.scene import Scene, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class PathTest:
    """The call's path is one of the patterns, as it was sent or as a server may read it.

    Where the two readings differ, the one counts that lets the rule match.
    """

    paths: PathPatterns
    key: str = "path"

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds."""
        path = scene.call.head.path
        results = {self.paths.match(reading) for reading in (path, canonical(path))}
        if None in results:
            return trial.fault("a path timed out")
        return results == {True} or (True in results and trial.doubt())


def canonical(path: str) -> str:
    """Return ``path`` percent-decoded, without dot segments (RFC 3986, 5.2.4) and empty segments."""
    decoded = re.sub(r"[/\\]+", "/", unquote(path))
    normal = posixpath.normpath(decoded)
    return normal + "/" if decoded.endswith("/") and normal != "/" else normal


def read(value: Value) -> PathTest:
    """Read the patterns."""
    paths = value.texts()
    for path in paths:
        if path and not path.startswith(("/", "*")):
            value.fail(f"the path '{path}' does not start with /")
        if "?" in path:
            value.fail("a path has no query", "Match the query with `text`.")
    return PathTest(PathPatterns(paths))
