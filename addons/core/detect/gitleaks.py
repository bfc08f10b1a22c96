"""Reads rules in the format of gitleaks (https://github.com/gitleaks/gitleaks), version 8, into detectors.

A rule's ``regex``, ``secretGroup``, ``entropy`` and allowlists count; ``keywords`` and ``tags`` are not needed. What
cannot be taken over is reported, never left out in silence. Where in doubt, more is masked: an allowlist that asks for
what a text cannot tell (its path, its commit, its line) allows nothing.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from addons.core.detect.detector import Detector
from addons.core.detect.entropy import shannon_entropy
from addons.core.detect.gitleaks_pattern import translated, unbounded
from addons.core.errors import ChainwardenError
from addons.core.masking.engine import Pattern, compiled, time_limit
from addons.core.masking.matcher import regex_matcher
from addons.core.masking.syntax import PatternError

MAX_RULES = 1000
"""Rules of one file: gitleaks' own has 222."""
MAX_REGEX = 8192
"""Characters of a rule's regex: gitleaks' longest has 1,200."""
MAX_LABEL = 40
"""Characters of a label: what a token can hold (see ``masking.tokens``)."""
GROUPS = ("secrets", "gitleaks")

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,79}")


class RuleFileError(ChainwardenError):
    """A text is no rule file; the message is one line."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a rule file. ``refused`` and ``notes`` are pairs of a rule's id and a line about it.

    A refused rule has no detector. A rule with a note has one, which masks more than the rule would find.
    """

    detectors: tuple[Detector, ...]
    refused: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Allowlist:
    """What a value may be without being masked: one of both, or both at once."""

    regexes: tuple[Pattern, ...]
    stopwords: tuple[str, ...]
    both: bool

    def allows(self, value: str) -> bool:
        folded = value.lower()
        by_word = any(word.lower() in folded for word in self.stopwords)
        if not self.regexes or (by_word and not self.both):
            return by_word
        if self.both and self.stopwords and not by_word:
            return False
        return any(_found(pattern, value) for pattern in self.regexes)


class _Refusal(Exception):  # noqa: N818 - it never leaves this file
    """Why a rule is not taken over."""


def import_rules(text: str) -> Imported:
    """Return the detectors of a rule file, ``gitleaks:`` and the rule's id by name. Raises ``RuleFileError``."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"it is not TOML: {error}") from error
    rules = content.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise RuleFileError('it has no "[[rules]]"')
    if len(rules) > MAX_RULES:
        raise RuleFileError(f"it has more than {MAX_RULES} rules")
    return _imported(content, rules)


def _imported(content: Mapping[str, object], rules: list[dict[str, object]]) -> Imported:
    detectors: list[Detector] = []
    refused: list[tuple[str, str]] = []
    notes: list[tuple[str, str]] = []
    taken: set[str] = set()
    shared = _shared(content, notes)
    if "extend" in content:
        refused.append(("extend", "rules of another file are not read: name that file as well"))
    for number, rule in enumerate(rules, 1):
        name = str(rule.get("id", "")) or f"rule {number}"
        remarks: list[str] = []
        try:
            mine = [entry for targets, entry in shared if not targets or name in targets]
            detectors.append(_detector(rule, mine, remarks, taken=f"gitleaks:{name}" in taken))
            taken.add(detectors[-1].name)
        except (PatternError, _Refusal) as error:
            refused.append((name, str(error)))
        else:
            notes += ((name, remark) for remark in remarks)
    return Imported(tuple(detectors), tuple(refused), tuple(notes))


def _detector(rule: Mapping[str, object], shared: list[_Allowlist], remarks: list[str], *, taken: bool) -> Detector:
    name, regex = rule.get("id"), rule.get("regex", "")
    group, least = rule.get("secretGroup", 0), rule.get("entropy", 0.0)
    # 1. Is it a rule about a text's content?
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise _Refusal("its id is missing, or not letters, digits, dots and dashes")
    if taken:
        raise _Refusal("another rule has this id")
    if not regex and "path" in rule:
        raise _Refusal("it is about a file's path only")
    if "required" in rule or rule.get("skipReport"):
        raise _Refusal("it counts only together with other rules")
    if not isinstance(regex, str) or not 0 < len(regex) <= MAX_REGEX:
        raise _Refusal(f"its regex is missing, or longer than {MAX_REGEX} characters")
    if not isinstance(group, int) or group < 0 or not isinstance(least, int | float):
        raise _Refusal("its secretGroup or its entropy is not a number")
    # 2. What does it match, and can that be used on a stream?
    found = translated(regex, group)
    regex_matcher(found.pattern).warm()
    if found.whole:
        remarks.append("its value could not be told from what is around it: all of the match is masked")
    if "path" in rule:
        remarks.append("its path is not looked at")
    # 3. What of that does it let pass?
    own = [rule.get("allowlist", {}), *_list(rule.get("allowlists", []))]
    allowed = [*shared, *(entry for raw in own if (entry := _allowlist(raw, remarks)) is not None)]
    return Detector(
        name=f"gitleaks:{name}",
        label=_label(name),
        pattern=found.pattern,
        groups=GROUPS,
        validate=_judge(float(least), tuple(allowed)),
        tail=found.tail,
    )


def _label(name: str) -> str:
    words = re.sub(r"[^A-Z0-9]+", "_", name.upper())
    return (words if words[0].isalpha() else f"RULE_{words}")[:MAX_LABEL].rstrip("_")


def _shared(content: Mapping[str, object], notes: list[tuple[str, str]]) -> list[tuple[tuple[str, ...], _Allowlist]]:
    """Return the file's allowlists, each with the rules that it is for; none where it is for all."""
    found: list[tuple[tuple[str, ...], _Allowlist]] = []
    remarks: list[str] = []
    for raw in (content.get("allowlist", {}), *_list(content.get("allowlists", []))):
        try:
            entry = _allowlist(raw, remarks)
            targets = _strings(raw.get("targetRules", [])) if isinstance(raw, dict) else ()
        except _Refusal as error:
            remarks.append(f"{error}, so it is not looked at")
        else:
            found += [(targets, entry)] if entry else []
    notes += (("allowlists", remark) for remark in remarks)
    return found


def _allowlist(raw: object, remarks: list[str]) -> _Allowlist | None:
    """Return an allowlist as far as a value alone can meet it; ``None`` where it cannot."""
    if not isinstance(raw, dict):
        raise _Refusal("an allowlist is not a table")
    regexes, stopwords = _strings(raw.get("regexes", [])), _strings(raw.get("stopwords", []))
    both = str(raw.get("condition", "OR")).upper() in {"AND", "&&"}
    if raw.get("regexTarget", "secret") != "secret" and regexes:
        remarks.append("an allowlist for more than the value is not looked at")
        regexes = ()
        if both:
            return None
    if both and (raw.get("paths") or raw.get("commits")):
        remarks.append("an allowlist for paths or commits is not looked at")
        return None
    patterns: list[Pattern] = []
    for regex in regexes:
        try:
            patterns.append(compiled(unbounded(regex)))
        except PatternError as error:
            remarks.append(f"an allowlist's regex is not looked at: {error}")
    if not patterns and not stopwords:
        return None
    return None if both and regexes and not patterns else _Allowlist(tuple(patterns), stopwords, both)


def _judge(least: float, allowed: tuple[_Allowlist, ...]) -> Callable[[str], bool] | None:
    if not least and not allowed:
        return None

    def validate(value: str) -> bool:
        random = not least or shannon_entropy(value) > least
        return random and not any(entry.allows(value) for entry in allowed)

    return validate


def _found(pattern: Pattern, value: str) -> bool:
    """Say whether ``pattern`` allows ``value``; what cannot be said in time is not allowed."""
    try:
        return pattern.search(value, 0, timeout=time_limit(value)) is not None
    except TimeoutError:
        return False


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Refusal("an allowlist's entries are not text")
    return tuple(value)
