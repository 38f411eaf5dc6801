"""Data directories: one run at a time, and a clear line when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.errors import CommandError
from commands.workplace import prepared


def test_a_missing_directory_is_made(tmp_path: Path) -> None:
    """Parents too."""
    with prepared(tmp_path / "a" / "b") as directory:
        assert directory.is_dir()


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    """Two demos on one store would fight over ports and truth."""
    with prepared(tmp_path), pytest.raises(CommandError, match="in use by another run"), prepared(tmp_path):
        pass


def test_a_directory_is_free_again_after_use(tmp_path: Path) -> None:
    """The lock ends with its holder."""
    with prepared(tmp_path):
        pass
    with prepared(tmp_path):
        pass


def test_a_path_that_cannot_be_a_directory_is_one_line(tmp_path: Path) -> None:
    """A file in the way is named."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(CommandError, match=r"data directory .*file/data: not a directory; choose another with --data"),
        prepared(tmp_path / "file" / "data"),
    ):
        pass
