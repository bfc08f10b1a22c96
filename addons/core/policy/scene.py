"""What a rule looks at: who, what, in which direction, with texts in the views in which they are compared."""

from addons.core.call import Call, Content, Direction, Text, ToolCall
from addons.core.exchange import Principal
from addons.core.policy.normalise import folded, folded_name, plain
from addons.core.policy.regexes import Pattern, search


class SeenText:
    """A text, where it travels, and its views; a view is made when a rule first asks for it."""

    __slots__ = ("_folded", "_plain", "direction", "text")

    def __init__(self, text: Text, direction: Direction) -> None:
        self.text = text
        self.direction = direction
        self._plain: str | None = None
        self._folded: str | None = None

    @property
    def plain(self) -> str:
        """The text in NFKC, without invisible characters."""
        if self._plain is None:
            self._plain = plain(self.text.text)
        return self._plain

    @property
    def folded(self) -> str:
        """The plain text in folded case, with single spaces."""
        if self._folded is None:
            self._folded = folded(self.text.text)
        return self._folded


class Scene:
    """One direction of one call. ``service``, ``operation``, ``method`` and ``model`` are in folded case."""

    __slots__ = (
        "_joined",
        "_texts",
        "call",
        "content",
        "direction",
        "method",
        "model",
        "operation",
        "principal",
        "service",
    )

    def __init__(self, principal: Principal, call: Call, content: Content, direction: Direction) -> None:
        self.principal = principal
        self.call = call
        self.content = content
        self.direction = direction
        self.service = folded_name(call.service)
        self.operation = folded_name(call.operation)
        self.method = folded_name(call.head.method)
        self.model = folded_name(call.model)
        self._texts: tuple[SeenText, ...] | None = None
        self._joined: str | None = None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the content."""
        return self.content.tool_calls

    @property
    def texts(self) -> tuple[SeenText, ...]:
        """The texts of the content."""
        if self._texts is None:
            self._texts = tuple(SeenText(text, self.direction) for text in self.content.texts)
        return self._texts

    @property
    def joined(self) -> str:
        """All folded texts, with a character between them that stands in none: to rule out words fast."""
        if self._joined is None:
            self._joined = "\n".join(text.folded for text in self.texts)
        return self._joined


class Trial:
    """The evaluation of one rule. ``positive`` is false within an odd number of ``not:``.

    A test that cannot tell answers ``doubt()``: whatever lets the rule match. So a timeout never opens a way.
    """

    __slots__ = ("_faults", "positive")

    def __init__(self, *, positive: bool = True, faults: list[str] | None = None) -> None:
        self.positive = positive
        self._faults: list[str] = [] if faults is None else faults

    @property
    def faulted(self) -> bool:
        """Whether a test failed or timed out."""
        return bool(self._faults)

    def doubt(self) -> bool:
        """Return what a test answers that cannot tell, though nothing failed."""
        return self.positive

    def fault(self, what: str) -> bool:
        """Note that ``what`` failed, and return what the test answers."""
        self._faults.append(what)
        return self.positive

    def search(self, pattern: Pattern, text: str) -> bool:
        """Tell whether ``pattern`` is in ``text``. After a first fault nothing is searched: time has run out."""
        found = None if self._faults else search(pattern, text)
        return self.fault("a pattern timed out") if found is None else found

    def negated(self) -> "Trial":
        """Return the trial of what stands under a ``not:``."""
        return Trial(positive=not self.positive, faults=self._faults)
