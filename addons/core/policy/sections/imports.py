"""`import`: detectors from files that are kept by others. Reading the files is not done here."""

from collections.abc import Mapping
from dataclasses import dataclass

from addons.core.detect.detector import Detector
from addons.core.detect.gitleaks import RuleFileError, import_rules
from addons.core.policy.problems import PolicyError
from addons.core.policy.values import Report, Value
from addons.core.policy.yaml_tree import read_tree

MAX_IMPORT_BYTES = 1 << 20
"""Bytes of an imported file: the rules that gitleaks ships are a tenth of that."""

_SOURCES = ("gitleaks",)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why, in a few words."""

    reason: str


type Files = Mapping[str, bytes | Unreadable]
"""What the files hold that a policy names, by the names it gives them: at most one byte more than is allowed."""


def named_files(text: bytes) -> tuple[str, ...]:
    """Return the files that the policy in ``text`` imports; none where it cannot be read, which ``parse`` reports."""
    try:
        root = Value(read_tree(text, name=""), "", Report(""))
    except PolicyError:
        return ()
    sections = {name: value for name, _, value in root.members()} if root.is_mapping else {}
    if "import" not in sections or not sections["import"].is_mapping:
        return ()
    return tuple(
        name for _, _, value in sections["import"].members() if isinstance(name := value.node.content, str) and name
    )


def read(value: Value, files: Files) -> tuple[Detector, ...]:
    """Read the section. What a file has that cannot be used is a warning."""
    members = value.mapping(optional=_SOURCES)
    if value.is_mapping and not value.node.content:
        value.fail("nothing is imported", "Write `gitleaks:` and the name of a file, or remove the section.")
    return _from_gitleaks(members["gitleaks"], files) if "gitleaks" in members else ()


def _from_gitleaks(value: Value, files: Files) -> tuple[Detector, ...]:
    text = _text(value, files)
    if text is None:
        return ()
    try:
        imported = import_rules(text)
    except RuleFileError as error:
        value.fail(f"this is not a file of gitleaks rules: {error}")
        return ()
    for rule, reason in imported.refused:
        value.warn(f"the rule '{rule}' is left out: {reason}")
    for rule, note in imported.notes:
        value.warn(f"the rule '{rule}' masks more than its author meant: {note}")
    if not imported.detectors:
        value.fail("there is no rule in it that can be used")
    return imported.detectors


def _text(value: Value, files: Files) -> str | None:
    name = value.text()
    content = files.get(name, Unreadable("nobody read it"))
    if not name:
        return None
    if isinstance(content, Unreadable):
        value.fail(f"'{name}' cannot be read: {content.reason}", "The path is relative to the policy file.")
        return None
    if len(content) > MAX_IMPORT_BYTES:
        value.fail(f"'{name}' is larger than {MAX_IMPORT_BYTES} bytes")
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        value.fail(f"'{name}' is not UTF-8", "Save the file as UTF-8.")
        return None
