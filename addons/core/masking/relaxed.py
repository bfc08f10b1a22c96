r"""Patterns made simpler and wider, for a scanner that looks for many at once.

``relaxed(R)`` is derived from the parse tree of R. Each of its expressions matches in every text in which R matches; in
others they may match as well, never the other way round:

- they are over the bytes of UTF-8, so nothing depends on how the scanner reads characters or cases;
- which ASCII characters a class has, is asked of the engine that runs R; where it has others that are not listed in it,
  it is taken to have all of them;
- anchors, boundaries and what must not stand somewhere are left out, atomic and lazy parts are plain ones;
- what R looks at is an expression of its own;
- large counts are smaller ones without an upper limit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from addons.core.masking.engine import compiled, time_limit
from addons.core.masking.syntax import (
    Atomic,
    Branch,
    Group,
    Literal,
    Look,
    Node,
    OneOf,
    Repeat,
    Sequence,
    render,
    repeated,
)

MAX_REPEATED = 64
"""Positions of one repeat, in bytes: enough to tell a key from a word, and the scanner's automata stay small."""
MAX_BOUNDED = 16
"""Positions of one repeat whose upper limit is kept: a count for each place where it may have begun is dear."""
MAX_POSITIONS = 8192
"""Positions of one expression, in bytes: all forms of API keys take 4,000 and are compiled in 80 ms."""
MAX_SOURCE = 15_000
"""Characters of one expression: Hyperscan takes 16,000."""
MAX_LISTED = 24
"""Characters outside ASCII that a class lists one by one: all spaces and all dashes are fewer."""
MIN_BYTES = 2
"""Bytes of the shortest match: single ones are in nearly every text, and as quickly looked for plainly."""
MIN_CERTAIN = 3
"""Bytes of what is looked at, at least, that are one of few: else it is in every text, and tells nothing."""
FEW = 4
"""Characters that a class has at most, to be one of few: a letter in its cases, two kinds of quotes."""
MEMBERS_CACHED = 4096
"""Classes whose members are remembered, 300 bytes each."""

_FOLDED = "\u0130\u0131\u017f\u212a"
"""All characters outside ASCII that equal one inside it where case is ignored."""
_PROBE = "".join(map(chr, range(128))) + _FOLDED
_OTHER = r"[\xc2-\xf4][\x80-\xbf]{1,3}"
"""Any one character outside ASCII (RFC 3629 section 4), lone surrogates included, which Python can encode as well."""
_OTHER_SAMPLE = "\u00a0".encode()
_OTHER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Expression:
    """A regex over bytes, for Hyperscan without flags, and bytes in which it matches."""

    source: str
    sample: bytes
    positions: int = 0
    """How many states its automaton has, about: what it costs to compile."""
    digits: int = 0
    """How many ASCII digits are in each match, at least."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression.

    ``sample`` is one of the shortest that it matches, ``size`` its positions, ``certain`` how many bytes of each match
    are one of few, ``digits`` how many are digits.
    """

    source: str
    sample: bytes
    size: int
    certain: int = 0
    digits: int = 0
    run: str = ""
    """Where it is a single character, perhaps outside ASCII: the class of all bytes of which it can consist."""


_NOTHING = _Part("", b"", 0)


def relaxed(node: Node) -> tuple[Expression, ...]:
    """Return expressions of which each matches in the UTF-8 of every text with a match of ``node``; none if unknown.

    Encode with ``surrogatepass``.
    """
    try:
        looked_at = (part for part in _looked_at(node, "") if part.certain >= MIN_CERTAIN)
        parts = [_part(node, ""), *looked_at]
    except TimeoutError:  # what the engine is asked takes microseconds, but it may say so
        return ()
    return tuple(
        dict.fromkeys(Expression(part.source, part.sample, part.size, part.digits) for part in parts if _usable(part))
    )


def _usable(part: _Part) -> bool:
    return len(part.sample) >= MIN_BYTES and part.size <= MAX_POSITIONS and len(part.source) <= MAX_SOURCE


def _part(node: Node, flags: str) -> _Part:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Literal(char):
            return _char(render(node), flags, char)
        case OneOf(source, chars):
            return _char(source, flags, chars)
        case Sequence(items):
            return _row([_part(item, flags) for item in items])
        case Branch(options):
            return _any_of([_part(option, flags) for option in options])
        case Repeat(body, low, high):
            return _times(_part(body, flags), low, high)
        case Group(body, changed):
            return _part(body, _with(flags, changed))
        case Atomic(body):
            return _part(body, flags)
    return _NOTHING


def _looked_at(node: Node, flags: str) -> Iterator[_Part]:
    """Yield what must stand somewhere in a text with a match, beside the match."""
    match node:
        case Look(body, _, False):
            yield _part(body, flags)
            yield from _looked_at(body, flags)
        case Sequence(items):
            for item in items:
                yield from _looked_at(item, flags)
        case Group(body, changed):
            yield from _looked_at(body, _with(flags, changed))
        case Atomic(body):
            yield from _looked_at(body, flags)
        case Repeat(body, low) if low > 0:
            yield from _looked_at(body, flags)


def _with(flags: str, changed: str) -> str:
    on, _, off = changed.partition("-")
    return "".join(sorted((set(flags) | set(on)) - set(off)))


def _row(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    return _Part(
        "".join(part.source for part in parts),
        b"".join(part.sample for part in parts),
        sum(part.size for part in parts),
        sum(part.certain for part in parts),
        sum(part.digits for part in parts),
    )


def _any_of(parts: list[_Part]) -> _Part:
    sources = dict.fromkeys(part.source for part in parts)
    options = "|".join(source for source in sources if source)
    if not options:
        return _NOTHING
    return _Part(
        f"(?:{options})" + ("?" if "" in sources else ""),
        min((part.sample for part in parts), key=len),
        sum(part.size for part in parts),
        min(part.certain for part in parts),
        min(part.digits for part in parts),
    )


def _times(body: _Part, low: int, high: int | None) -> _Part:
    if not body.source or high == 0:
        return _NOTHING
    size, source = body.size, body.source
    if body.run and high != 1:
        # A run of characters, some of them of several bytes, is a run of bytes: that needs no automaton of its own.
        size, source, high = 1, body.run, None
    low = min(low, max(1, MAX_REPEATED // size))
    if high is not None and high * size > max(MAX_BOUNDED, low * size):
        high = None
    certain, digits = body.certain * low, body.digits * low
    return _Part(repeated(source, low, high), body.sample * low, size * max(low, high or 1), certain, digits)


def _char(source: str, flags: str, chars: str | None) -> _Part:
    """Return one character of those that ``source`` matches; ``chars`` lists them as written, where they are few."""
    members = _members(source, flags)
    ascii_codes = [ord(char) for char in members if char.isascii()]
    others = _others(flags, chars, members)
    options = _byte_class(ascii_codes)
    if others is None:
        run = "".join(_byte_class([*ascii_codes, *range(0x80, 0x100)]))
        sample = bytes(ascii_codes[:1]) or _OTHER_SAMPLE
        return _Part(f"(?:{'|'.join([*options, _OTHER])})", sample, _OTHER_BYTES, run=run)
    encoded = [char.encode("utf-8", "surrogatepass") for char in others]
    options += ("".join(map(_byte, each)) for each in encoded)
    sample = bytes(ascii_codes[:1]) or min(encoded, key=len)
    size = bool(ascii_codes) + sum(map(len, encoded))
    certain = len(sample) if len(ascii_codes) + len(encoded) <= FEW else 0
    digits = int(bool(members) and members.isdigit() and not others)
    return _Part(options[0] if len(options) == 1 else f"(?:{'|'.join(options)})", sample, size, certain, digits)


@lru_cache(maxsize=MEMBERS_CACHED)
def _members(source: str, flags: str) -> str:
    """Return which ASCII characters, and which of those that may equal one, ``source`` matches. The engine knows."""
    pattern = compiled(f"(?{flags}:{source})" if flags else source)
    return "".join(_PROBE[match.start()] for match in pattern.finditer(_PROBE, 0, timeout=time_limit(_PROBE)))


def _others(flags: str, chars: str | None, members: str) -> list[str] | None:
    """Return the characters outside ASCII that a class matches; ``None`` where that may be any."""
    if chars is None or ("i" in flags and not chars.isascii()):
        return None
    found = sorted({char for char in chars + members if not char.isascii()})
    return found if len(found) <= MAX_LISTED else None


def _byte_class(codes: Iterable[int]) -> list[str]:
    """Return the class of these bytes, in a list that is empty where there are none."""
    every = sorted(codes)
    runs = [[code for _, code in run] for _, run in groupby(enumerate(every), lambda pair: pair[1] - pair[0])]
    if not every:
        return []
    if len(every) == 1:
        return [_byte(every[0])]
    return ["[" + "".join(_byte(run[0]) + (f"-{_byte(run[-1])}" if len(run) > 1 else "") for run in runs) + "]"]


def _byte(code: int) -> str:
    return chr(code) if chr(code).isascii() and chr(code).isalnum() else f"\\x{code:02x}"
