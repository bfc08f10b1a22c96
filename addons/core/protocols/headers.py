"""Header fields that say what a body is."""

from dataclasses import dataclass, field

from addons.core.errors import RefusedError
from addons.core.reasons import Reason

EVENT_STREAM = "text/event-stream"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A content type (RFC 9110 section 8.3.1), in lower case; ``name`` is empty where there is none."""

    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        """Whether it labels JSON (RFC 6839 section 3.1)."""
        return self.name in {"application/json", "text/json"} or self.name.endswith("+json")

    @property
    def charset(self) -> str:
        """The charset parameter."""
        return self.parameters.get("charset", "")

    @property
    def is_text(self) -> bool:
        """Whether it labels something that people read."""
        return self.name.startswith("text/") or self.is_json or self.name.endswith(("+xml", "/xml"))

    @property
    def is_media(self) -> bool:
        """Whether it labels images, sound or video, in which text is not looked for."""
        return self.name.startswith(("image/", "audio/", "video/", "font/")) and not self.name.endswith("+xml")


def media_type(value: str) -> MediaType:
    """Parse the value of a content-type header."""
    name, *rest = value.split(";")
    pairs = (part.partition("=") for part in rest)
    parameters = {key.strip().lower(): text.strip().strip('"').lower() for key, _, text in pairs}
    return MediaType(name.strip().lower(), parameters)


def content_type(headers: tuple[tuple[str, str], ...]) -> MediaType:
    """Return the content type in ``headers``. Raises like ``content_type_text``."""
    return media_type(content_type_text(headers))


def content_type_text(headers: tuple[tuple[str, str], ...]) -> str:
    """Return the value of the content-type header in ``headers``, as it stands; empty where there is none.

    Raises:
        RefusedError: there are two that differ, so that sender and receiver may choose differently.
    """
    values = {value.strip() for name, value in headers if name == "content-type"}
    if len(values) > 1:
        raise RefusedError(Reason.BODY_TYPE_WRONG, "The message has more than one content-type header. Send one.")
    return values.pop() if values else ""


def require_json(headers: tuple[tuple[str, str], ...]) -> None:
    """Check that ``headers`` label a body as JSON in UTF-8, the only encoding that it has (RFC 8259 section 8.1).

    Raises:
        RefusedError: ``BODY_TYPE_WRONG``.
    """
    kind = content_type(headers)
    if not kind.is_json or kind.charset not in {"", "utf-8", "utf8"}:
        raise RefusedError(
            Reason.BODY_TYPE_WRONG,
            "This operation takes JSON in UTF-8, but the content-type header says otherwise. Send application/json.",
        )
