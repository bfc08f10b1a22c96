"""What is wrong with a policy file: every problem, each with its place and, where there is one, a way out."""

from dataclasses import dataclass

from addons.core.errors import ChainwardenError


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``line`` and ``column`` count from one; line zero means the file as a whole.

    ``key`` is the path to the value (``guardrails[2].when.tool``), ``suggestion`` a whole sentence or empty.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        subject = f"{self.key}: " if self.key else ""
        advice = f" {self.suggestion}" if self.suggestion else ""
        return f"{place}: {subject}{self.message}.{advice}"


class PolicyError(ChainwardenError):
    """The policy file is refused; ``problems`` holds all of its problems in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
