"""Files that a command writes: whole or not at all, and nothing but files is replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from commands.errors import CommandError
from commands.written import written_whole


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


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    """Whoever keeps `latest.csv` as a link keeps it, and so the mode of what it leads to."""
    target, link = tmp_path / "october.csv", tmp_path / "latest.csv"
    target.write_bytes(b"before")
    target.chmod(0o600)
    link.symlink_to("october.csv")
    written_whole(link, b"after")
    assert (link.is_symlink(), target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (True, b"after", 0o600)
    target.unlink()
    written_whole(link, b"anew")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"anew")


def test_what_the_system_refuses_names_what_was_asked_for(tmp_path: Path) -> None:
    """Not the draft, and not a number of an error."""
    loop = tmp_path / "loop.csv"
    loop.symlink_to("loop.csv")
    with pytest.raises(CommandError, match=r"^-o .*/loop\.csv: the link leads to itself$"):
        written_whole(loop, b"x")
    with pytest.raises(CommandError, match=r"^-o /proc/x\.csv: cannot be written: "):
        written_whole(Path("/proc/x.csv"), b"x")
    with pytest.raises(CommandError, match=r"^-o .*: there is no folder .*/gone; make it first$"):
        written_whole(tmp_path / "gone" / "x.csv", b"x")
    longest = tmp_path / ("x" * 250)
    written_whole(longest, b"x")
    assert longest.read_bytes() == b"x"
