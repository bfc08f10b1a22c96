"""`text`: words or a regular expression in one text."""

from dataclasses import dataclass

from addons.core.call import Direction
from addons.core.policy.matchers import wording
from addons.core.policy.matchers.wording import Wording
from addons.core.policy.scene import Scene, SeenText, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class WordingTest:
    """One of the wordings is in the text."""

    wordings: tuple[Wording, ...]

    def possible_in(self, direction: Direction) -> bool:
        """Tell that the test can hold in either."""
        del direction
        return True

    def ruled_out(self, scene: Scene) -> bool:
        """Tell whether none of the words is anywhere."""
        return all(one.ruled_out(scene.joined) for one in self.wordings)

    def holds(self, text: SeenText, trial: Trial) -> bool:
        """Tell whether the test holds. A regular expression may also speak of what normalising removes."""
        for one in self.wordings:
            if one.words and one.in_folded(text.folded, trial):
                return True
            if one.regexes and one.in_plain(text.plain, trial):
                return True
            if one.regexes and text.plain != text.text.text and one.in_plain(text.text.text, trial):
                return True
        return False


def read(value: Value) -> WordingTest:
    """Read one wording or a list of them."""
    return WordingTest(tuple(wording.read(item) for item in value.alternatives()))
