"""The gateway's own key is made once, for its eyes only."""

import stat
from pathlib import Path

import pytest

from addons.adapters.secret_file import KEY_BYTES, read_or_create


def test_it_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = read_or_create(path)
    assert len(made) == KEY_BYTES
    assert read_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (KEY_BYTES + 1)])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="does not hold a key"):
        read_or_create(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read_or_create(tmp_path / "missing" / "key")
