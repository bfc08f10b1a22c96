"""Whole JSON bodies, masked in place: requests, answers, and arrays of chunks."""

import re
from collections import Counter, defaultdict

from addons.core.call import Inspected, Json
from addons.core.protocols.bodies import placed
from addons.core.protocols.gemini.answer import TOKENS
from addons.core.protocols.gemini.logprobs import spelled
from addons.core.protocols.gemini.parts import TEXT
from addons.core.protocols.gemini.running import Plan, answer_runs, candidates_of, request_runs
from addons.core.protocols.gemini.spellings import get
from addons.core.protocols.gemini.vocabulary import VOCABULARY, is_protocol_number
from addons.core.protocols.json_rewrite import rewrite
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.json_text import parse
from addons.core.protocols.protocol import MaskedBody, Masker

_SEGMENT = re.compile(r"(?P<candidate>.*/candidates/\d+)/grounding(?:M|_m)etadata/.*/segment/text")


def mask_gemini_json(body: bytes, masker: Masker) -> MaskedBody:
    """Mask ``body``, a JSON text, in place.

    Where a text of a candidate is masked, its tokens are left out, and what repeats a part of the text in another way
    than it goes out is emptied.
    """
    value = parse(body, unique_keys=False)
    plan, said = _plan(value, masker)
    hits = Counter(plan.hits)

    def visit(place: str, text: str) -> str:
        if text in VOCABULARY.keys or (text.isdigit() and is_protocol_number(place)):
            return text
        if (place, text) in plan.texts:
            return plan.texts[place, text]
        masked, found = mask_leaf(masker, text)
        hits.update({(place, detector): count for detector, count in found.items()})
        segment = _SEGMENT.fullmatch(place)
        is_told = segment is not None and masked not in said.get(segment["candidate"], masked)
        return "" if is_told else masked

    def blank(place: str) -> bool:
        found = TOKENS.fullmatch(place)
        return found is not None and place.rpartition("/logprobs")[0] in said

    text = body.decode()
    changed = rewrite(text, visit, blank=blank)
    return MaskedBody(body if changed is text else changed.encode(), placed(hits), Inspected.FULL)


def _plan(value: Json, masker: Masker) -> tuple[Plan, dict[str, str]]:
    """Return the plan for ``value``, and what is said, after masking, at the place of each candidate that is masked."""
    plan = Plan()
    candidates = list(candidates_of(value))
    if not candidates:
        for run in request_runs(value):
            plan.add(run, masker)
        return plan, {}
    said: dict[int, str] = {}
    for (number, kind), run in answer_runs(value).items():
        plan.add(run, masker)
        text = "".join(part.text or "" for part in run)
        masked = mask_leaf(masker, text)[0]
        if kind == TEXT and masked != text:
            said[number] = masked
    tokens: dict[int, str] = defaultdict(str)
    for number, candidate, _ in candidates:
        tokens[number] += spelled(get(candidate, "logprobsResult"))
    said |= {number: "" for number, text in tokens.items() if number not in said and mask_leaf(masker, text)[0] != text}
    return plan, {place: said[number] for number, _, place in candidates if number in said}
