"""Which operation a request stands for, and which model its path names.

1. A path that servers could read in two ways, or with a colon where none belongs, names no operation.
2. What says that the request is another one than it looks (a method to use instead, a body in the query) does so, too.
3. The model is the last part of the path: a tuned model or an endpoint keeps its kind, so that a grant on the name of a
   model of Google's does not cover it.
"""

import re

from addons.core.call import RequestHead
from addons.core.protocols.query import pairs_of
from addons.core.protocols.routes import OTHER, Routes

_ROUTES = """
POST   /models/{}:generateContent                            generateContent
POST   /models/{}:streamGenerateContent                      streamGenerateContent
POST   /models/{}:countTokens                                countTokens
POST   /models/{}:computeTokens                              computeTokens
POST   /models/{}:embedContent                               embedContent
POST   /models/{}:batchEmbedContents                         batchEmbedContents
POST   /models/{}:asyncBatchEmbedContent                     asyncBatchEmbedContent
POST   /models/{}:batchGenerateContent                       batchGenerateContent
POST   /models/{}:predict                                    predict
POST   /models/{}:predictLongRunning                         predictLongRunning
POST   /tunedModels/{}:generateContent                       generateContent
POST   /tunedModels/{}:streamGenerateContent                 streamGenerateContent
POST   /tunedModels/{}:countTokens                           countTokens
POST   /endpoints/{}:generateContent                         generateContent
POST   /endpoints/{}:streamGenerateContent                   streamGenerateContent
POST   /endpoints/{}:countTokens                             countTokens
POST   /endpoints/{}:computeTokens                           computeTokens
POST   /endpoints/{}:predict                                 predict
GET    /models                                               models.list
GET    /models/{}                                            models.get
GET    /models/{}/operations/{}                              operations.get
GET    /operations/{}                                        operations.get
GET    /tunedModels                                          tunedModels.list
GET    /tunedModels/{}                                       tunedModels.get
POST   /tunedModels                                          tunedModels.create
PATCH  /tunedModels/{}                                       tunedModels.update
DELETE /tunedModels/{}                                       tunedModels.delete
GET    /files                                                files.list
GET    /files/{}                                             files.get
DELETE /files/{}                                             files.delete
POST   /cachedContents                                       cachedContents.create
GET    /cachedContents                                       cachedContents.list
GET    /cachedContents/{}                                    cachedContents.get
PATCH  /cachedContents/{}                                    cachedContents.update
DELETE /cachedContents/{}                                    cachedContents.delete
GET    /batches                                              batches.list
GET    /batches/{}                                           batches.get
DELETE /batches/{}                                           batches.delete
POST   /batches/{}:cancel                                    batches.cancel
"""

# The version, alone or behind a path of a gateway's own; on Vertex AI a project and a place, and who made the model.
_PREFIX = re.compile(
    r"(?!/(?:upload|download|resumable|batch)/)(?:/[A-Za-z0-9_.\-]+)*?/v[0-9]+(?:(?:alpha|beta)[0-9]*)?"
    r"(?:/projects/[A-Za-z0-9_.\-]+/locations/[a-z0-9\-]+)?(?:/publishers/google)?(?=/)"
)
_COLON = re.compile(r"POST\s+\S+:\S+\s+(\S+)")

_WITH_COLON = frozenset(_COLON.findall(_ROUTES))
_MODEL = re.compile(r"/(models|tunedModels|endpoints)/([A-Za-z0-9][A-Za-z0-9_.@\-]*):[A-Za-z]+/?")

_OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_PARAMETERS = frozenset(
    {
        *("alt", "prettyPrint", "fields", "quotaUser", "pageSize", "pageToken", "filter", "updateMask", "showDeleted"),
        *("returnPartialSuccess", "queryBase"),
    }
)
"""Parameters that choose what comes back, or how. Any other may be a field of the request, or a method, or a body."""

_FORMATS = frozenset({"json", "sse"})
"""What an answer may come as; the other ways are binary."""

_ROUTED = Routes(_ROUTES, _PREFIX)

OPERATIONS = _ROUTED.operations


def operation_of(head: RequestHead) -> str:
    """Return the operation of a request; ``other`` where there is none."""
    operation = _ROUTED.operation_of(head.method, head.path)
    is_plain = head.path.count(":") == (operation in _WITH_COLON)
    if not is_plain or (operation in _WITH_COLON and operation != "batches.cancel" and not model_of_path(head.path)):
        return OTHER
    pairs = [(_parameter(name), value) for name, value in pairs_of(head.query)]
    names = {name for name, _ in pairs}
    is_json = all(value in _FORMATS for name, value in pairs if name == "alt")
    is_known = len(names) == len(pairs) and names <= _PARAMETERS and is_json
    is_itself = not any(name in _OVERRIDES for name, _ in head.headers)
    return operation if is_known and is_itself else OTHER


def model_of_path(path: str) -> str:
    """Return the model that ``path`` names, else an empty string."""
    found = _MODEL.search(path)
    if found is None or found.end() != len(path):
        return ""
    kind, name = found.groups()
    return name if kind == "models" else f"{kind}/{name}"


def wants_events(query: str) -> bool:
    """Tell whether a stream comes as events; it is a JSON array otherwise, which grows."""
    return any(_parameter(name) == "alt" and value == "sse" for name, value in pairs_of(query))


def _parameter(name: str) -> str:
    """Return the name of a parameter in one spelling: ``$alt`` is ``alt``, and ``page_size`` is ``pageSize``."""
    plain = name.removeprefix("$")
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), plain)
