"""Reports as files: whole or not at all, and nothing but files is replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from commands.errors import CommandError
from commands.report_files import written_whole


def test_a_file_is_replaced_and_no_draft_stays(tmp_path: Path) -> None:
    target = tmp_path / "october.csv"
    target.write_bytes(b"before")
    written_whole(target, b"after")
    assert target.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [target]


def test_a_pipe_or_device_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    written_whole(pipe, b"report")
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    reader.join(5)
    assert read == [b"report"]


def test_a_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a folder; name a file in it"):
        written_whole(tmp_path, b"report")
    assert list(tmp_path.iterdir()) == []
