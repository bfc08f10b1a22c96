"""`subject`, `groups`: who calls. Case counts, as it does in tokens (RFC 7519, 4.1.2); `*` is any text."""

from dataclasses import dataclass

from addons.core.policy.patterns import NamePatterns
from addons.core.policy.scene import Scene, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class SubjectTest:
    """The principal's subject is one of the patterns."""

    subjects: NamePatterns
    key: str = "subject"

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return self.subjects.match(scene.principal.subject)


@dataclass(frozen=True, slots=True)
class GroupsTest:
    """The principal is in a group that is one of the patterns."""

    groups: NamePatterns
    key: str = "groups"

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return self.groups.any_of(scene.principal.groups)


def read_subject(value: Value) -> SubjectTest:
    """Read the subjects."""
    return SubjectTest(NamePatterns(value.texts(), fold=False))


def read_groups(value: Value) -> GroupsTest:
    """Read the groups."""
    return GroupsTest(NamePatterns(value.texts(), fold=False))
