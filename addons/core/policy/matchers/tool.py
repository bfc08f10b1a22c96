"""`tool`: the name of a tool that the model calls, in any case, with `*`."""

from dataclasses import dataclass

from addons.core.call import ToolCall
from addons.core.policy.patterns import NamePatterns
from addons.core.policy.scene import Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class ToolNameTest:
    """The tool is one of the names."""

    names: NamePatterns

    def holds(self, call: ToolCall, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return self.names.match(call.name)

    def holds_for_name(self, name: str) -> bool | None:
        """Tell it by the name."""
        return self.names.match(name)


def read(value: Value) -> ToolNameTest:
    """Read the names."""
    return ToolNameTest(NamePatterns(value.texts()))
