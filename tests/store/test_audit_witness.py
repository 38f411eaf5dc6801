"""The head of the audit log in a second place: moved on only behind a chain that fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.audit import BEGIN, Audited, Head, audited
from store.audit_witness import HEAD_FILE, Witness
from store.errors import BadHead
from store.journal import Change
from store.memory import MemoryStore


def act(at_ms: int, actor: str = "li.na") -> Audited:
    return audited(at_ms, actor, "alert.note")


def store_with(*acts: Audited) -> MemoryStore:
    store = MemoryStore()
    store.write(Change(audit=acts))
    return store


def test_each_look_reads_what_is_new_and_moves_the_head_on(tmp_path: Path) -> None:
    witness, store = Witness(tmp_path), store_with(act(1), act(2))
    assert (witness.look(store).rows, witness.head().number) == (2, 2)
    store.write(Change(audit=(act(3),)))
    assert (witness.look(store).rows, witness.head().number) == (1, 3)
    assert (witness.look(store).rows, witness.verify(store).rows) == (0, 3)
    assert Head.parse((tmp_path / HEAD_FILE).read_text()) == witness.head()


def test_an_end_that_was_cut_off_is_seen_and_not_forgotten(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.look(store_with(act(1), act(2), act(3)))
    cut = store_with(act(1), act(2))
    for _ in range(2):
        assert str(witness.look(cut).broken) == "row 3: the end was cut off: row 3 was written down and is missing"
        assert str(witness.verify(cut).broken).startswith("row 3: the end was cut off")
    cut.write(Change(audit=(act(9), act(10))))  # grown again with something else
    assert "is not the one that was written down" in str(witness.look(cut).broken)
    assert witness.head().number == 3


def test_a_log_that_was_made_anew_is_seen(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.verify(store_with(act(1), act(2)))
    forged = store_with(act(1, "wang"), act(2), act(3))
    assert not witness.look(forged).is_whole
    assert not witness.verify(forged).is_whole


def test_a_head_from_elsewhere_is_compared_too(tmp_path: Path) -> None:
    store = store_with(act(1), act(2))
    with store.reading() as reader:
        head = reader.audit().head()
    assert Witness(tmp_path).verify(store, head).is_whole
    assert not Witness(tmp_path).verify(store, Head(3, head.digest)).is_whole
    assert not Witness(tmp_path).verify(store, Head(1, head.digest)).is_whole


def test_what_was_known_before_a_restore_is_put_away_and_kept(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    assert witness.put_away() == BEGIN
    witness.look(store_with(act(1), act(2)))
    known = witness.put_away()
    assert (known.number, witness.head()) == (2, BEGIN)
    assert Head.parse((tmp_path / f"{HEAD_FILE}.2").read_text()) == known
    assert witness.look(store_with(act(5))).is_whole


def test_a_file_that_is_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / HEAD_FILE).write_text("nonsense")
    with pytest.raises(BadHead, match="'nonsense': is not NUMBER:DIGEST"):
        Witness(tmp_path).look(store_with(act(1)))


def test_a_place_that_cannot_be_written_does_not_keep_anybody_from_looking(tmp_path: Path) -> None:
    found = Witness(tmp_path / "missing").look(store_with(act(1)))
    assert (found.is_whole, found.head.number) == (True, 1)
