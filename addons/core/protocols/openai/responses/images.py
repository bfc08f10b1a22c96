"""Images in base64, which nobody reads: a mask in one would break it and hide nothing."""

import re
from collections.abc import Iterator

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_list, as_object, as_text

_STARTS = ("iVBORw0KGgo", "/9j/", "UklGR", "R0lGOD")
"""How PNG, JPEG, WebP and GIF begin."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def is_image(text: str) -> bool:
    """Tell whether ``text`` is an image in base64."""
    return text.startswith(_STARTS) and _BASE64.fullmatch(text) is not None


def image_of(item: Json) -> str:
    """Return the image that ``item`` has generated, or an empty string."""
    members = as_object(item)
    result = as_text(members.get("result")) if members.get("type") == "image_generation_call" else ""
    return result if is_image(result) else ""


def images_in(body: dict[str, Json]) -> Iterator[str]:
    """Yield the generated images among the items of a request or an answer."""
    for member in ("input", "output", "items", "data"):
        for item in as_list(body.get(member)):
            if image := image_of(item):
                yield image
