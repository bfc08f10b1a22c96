"""What a call says, typed: the only thing that rules, access and approvals look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class Direction(StrEnum):
    """Which way content travels: from the application, or to it."""

    REQUEST = "request"
    RESPONSE = "response"


class Inspected(StrEnum):
    """How much of a body was parsed and read by rules and detectors. Never says more than what is true."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request without its body. ``path`` has no query; header names are in lower case, in wire order."""

    method: str
    scheme: str
    host: str
    port: int
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A response without its body; header names are in lower case, in wire order."""

    status: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool by a model.

    ``arguments`` is the text as it stands on the wire; ``decoded`` is its JSON value, or ``None`` where the text is
    not a JSON object (rules on arguments then look at the text). ``place`` is an RFC 6901 JSON pointer.
    """

    name: str
    arguments: str
    decoded: Mapping[str, Json] | None
    place: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text that a person or a model wrote. ``role`` is empty where the protocol has no roles."""

    role: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, for the record and for people: ``content`` is the joined text of its parts."""

    role: str
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in a body that rules and detectors look at.

    ``texts`` holds every string that is not protocol structure (so also names, metadata and unknown fields);
    ``messages`` is the conversation only.
    """

    messages: tuple[Message, ...] = ()
    texts: tuple[Text, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    inspected: Inspected = Inspected.FULL
    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request, parsed once.

    ``operation`` is the protocol's own name of what is done (``chat``, ``embeddings``; for plain HTTP the method in
    lower case). ``tools`` are the names of the tools that the request offers to the model. ``size`` is the decoded
    body's length in bytes. ``streams`` says that the client asked for an event stream.
    """

    service: str
    protocol: str
    operation: str
    head: RequestHead
    content: Content
    model: str = ""
    tools: tuple[str, ...] = ()
    size: int = 0
    streams: bool = False
    body: Json = field(default=None, repr=False)
