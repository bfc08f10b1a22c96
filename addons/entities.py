"""Names that a language model finds in a body, made ready to be masked like what patterns find.

The model is asked before a body is masked, and only where the policy masks entities in that direction. Until it has
answered, the body is not in the flow, which mitmweb shows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mitmproxy import http

from addons.adapters.entity_process import EntityError
from addons.adapters.entity_recogniser import EntityRecogniser, TooMuchError
from addons.core.call import Content, Direction
from addons.core.detect.detector import Detector
from addons.core.detect.entity import EntitySpan, literals
from addons.core.errors import RefusedError
from addons.core.reasons import Reason
from addons.mask_sets import styled
from addons.runtime import Runtime

MAX_VALUES = 1000
"""Different names of one body: each is looked for in each text, which takes half a microsecond."""


async def entities_in(
    runtime: Runtime, flow: http.HTTPFlow, direction: Direction, content: Content | None
) -> tuple[Detector, ...]:
    """Return detectors of this call only, for the entities in ``content``, under names that say their style.

    Raises:
        RefusedError: they could not be found, or are too many: nothing goes on that was not looked through.
    """
    in_force, message = runtime.judged_by[flow], flow.request if direction is Direction.REQUEST else flow.response
    section = in_force.policy.redaction.of(direction)
    if not section.entities or content is None or message is None:
        return ()
    texts = [text.text for text in content.texts]
    with _out_of_sight(message):
        found = await _found(in_force.entities, texts)
        detectors = literals(found, {one.entity: styled(section, one) for one in section.entities})
        if len(detectors) > MAX_VALUES:
            raise RefusedError(Reason.BODY_TOO_LARGE, f"The body has more than {MAX_VALUES} different names.")
    return detectors


async def _found(
    recogniser: EntityRecogniser | None, texts: Sequence[str]
) -> Sequence[tuple[str, Sequence[EntitySpan]]]:
    if recogniser is None:
        raise RefusedError(Reason.ENTITIES_UNAVAILABLE, "Names in the body could not be looked for.")
    try:
        return await recogniser.find(texts)
    except TooMuchError as error:
        raise RefusedError(Reason.BODY_TOO_LARGE, f"The body is too long: {error}.") from None
    except EntityError as error:
        raise RefusedError(
            Reason.ENTITIES_UNAVAILABLE, f"Names in the body could not be looked for: {error}. Try again later."
        ) from None


@contextmanager
def _out_of_sight(message: http.Message) -> Iterator[None]:
    """Take the body out of ``message`` for the length of the block, and for good where that fails."""
    body, message.raw_content = message.raw_content, b""
    yield
    message.raw_content = body
