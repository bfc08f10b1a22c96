"""Patterns of names and paths."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.policy.matchers.path import canonical
from addons.core.policy.patterns import NamePatterns, PathPatterns

NAMES = [
    ("gpt-5*", "gpt-5", True),
    ("gpt-5*", "GPT-5-mini", True),
    ("gpt-5*", "x-gpt-5", False),
    ("*.delete", "files.delete", True),
    ("*.delete", "files.deleted", False),
    ("a*b*c", "a-b-b-c", True),
    ("a*b*c", "a-c-b", False),
    ("ab*ba", "aba", False),
    ("*", "", True),
    ("**", "x/y", True),
    ("a.b", "axb", False),
    ("a?", "ab", False),
    ("[ab]", "a", False),
]
PATHS = [
    ("/a/*", "/a/b", True),
    ("/a/*", "/a/b/c", False),
    ("/a/**", "/a/b/c", True),
    ("/a/**", "/a", False),
    ("/a/*/c/**", "/a/b/c/d/e", True),
    ("/A", "/a", False),
    ("/a.b", "/axb", False),
]
CANONICAL = [
    ("/a//b", "/a/b"),
    ("//a", "/a"),
    ("/a/./b/../c", "/a/c"),
    ("/../a", "/a"),
    ("/%61/%2e%2e/b/", "/b/"),
    ("/a\\b", "/a/b"),
    ("/", "/"),
    ("/a/", "/a/"),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), NAMES)
def test_names(pattern: str, name: str, *, expected: bool) -> None:
    assert NamePatterns((pattern,)).match(name) is expected


@pytest.mark.parametrize(("pattern", "path", "expected"), PATHS)
def test_paths(pattern: str, path: str, *, expected: bool) -> None:
    assert PathPatterns((pattern,)).match(path) is expected


@pytest.mark.parametrize(("path", "expected"), CANONICAL)
def test_a_path_as_a_server_may_read_it(path: str, expected: str) -> None:
    assert canonical(path) == expected


@given(st.text(alphabet="ab*", min_size=1, max_size=8), st.text(alphabet="ab", max_size=10))
def test_a_name_matches_as_in_a_shell(pattern: str, name: str) -> None:
    assert NamePatterns((pattern,)).match(name) is fnmatch.fnmatchcase(name, pattern)


def test_a_hostile_name_is_no_way_to_spend_time() -> None:
    assert not NamePatterns(("*a" * 40 + "b",)).match("a" * 20_000)
