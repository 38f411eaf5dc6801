"""A store as a whole: upgraded, pruned, copied, brought back and looked at, while others use it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from slo.states import SliceState
from slo.windows import SHANGHAI
from store import maintenance
from store.errors import CopyRefused, SchemaMismatch, StoreError
from store.journal import Change, Document, Entry
from store.latency_records import LatencyBatch, LatencyGrowth, LatencySeries
from store.opening import open_store
from store.port import Store
from store.probes import Probe, ProbeResult
from store.records import Batch, Events, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Unit
from store.sql import copying
from store.sql.schema import REVISIONS

NOW = 1_795_347_600
OLD = Path(__file__).parent / "data" / "revision_0001.sql"
BANK = Unit(Scope.BANK)


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def batch(version: int, at_s: int) -> Batch:
    """One read that found seven events."""
    events = (Events(at_s, "weilidai", "dc1", "dc1-n01", "apply", "ok", "customer", Kind.GOOD, 7),)
    return Batch("dc1", version, (Read(at_s * 1000, True),), at_s * 1000, events, state=os.urandom(5000))


def fill(store: Store, seconds: int, reads: int = 0) -> None:
    """Old slots, and some reads from ``NOW`` on."""
    old = NOW - 86400
    units = [Unit(Scope.CELL, f"product_{n}", "dc1") for n in range(40)]
    counts = {(Level.SLOT, old + n, unit): Counts(n + 1) for n in range(seconds) for unit in units}
    store.add_history(HistoryChunk(Span(old, old + seconds), counts))
    store.register(Source("dc1", "exposition", "dc1", 1000), NOW * 1000)
    for n in range(reads):
        store.commit(batch(n, NOW + n))


def from_old(path: Path) -> Path:
    """A file as the program of revision 0001 left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return path


JOURNAL_PAST = {"journal_entry": 3, "journal_document": 2}


def journal(store: Store) -> None:
    """Three old entries and a new one; two old documents that are closed, an old one that is open, and a new one."""
    entries = tuple(Entry((NOW + at) * 1000, "note", "it", "", "{}") for at in (0, 1, 2, 39 * 86400))
    states = ((0, False), (1, False), (2, True), (39 * 86400, False))
    documents = tuple(
        Document("incident", str(n), 0, (NOW + at) * 1000, is_open, "{}") for n, (at, is_open) in enumerate(states)
    )
    store.write(Change(entries, documents))


def totals(path: Path, from_s: int = 0, to_s: int = NOW + 86400 * 2) -> Counts:
    """Everything that the bank counted in a time."""
    store = open_store(path, SHANGHAI, read_only=True)
    try:
        with store.reading() as reader:
            return reader.totals(Scope.BANK, from_s, to_s).get(BANK, Counts())
    finally:
        store.close()


def test_a_store_of_the_first_schema_is_upgraded_with_everything_in_it(tmp_path: Path) -> None:
    """The file is one that the program of that time made."""
    path = from_old(tmp_path / "store.sqlite")
    done = maintenance.upgrade(path, SHANGHAI)
    assert (done.before, done.after) == ("0001", REVISIONS[-1])
    assert totals(path) == Counts(good=500 + 6 * 70, bad=1 + 6, ignored=2, transactions=90 + 6 * 12)
    store = open_store(path, SHANGHAI)
    resumed = store.resume("dc2")
    assert (resumed.version, resumed.series) == (3, ('lending_requests_total{data_center="dc2"}',))
    assert resumed.state == bytes([2, 1, 2])
    with store.reading() as reader:
        assert [gap.source for gap in reader.gaps(0, NOW * 1000)] == ["dc1", "dc2"]
        assert sum(cost.fen for cost in reader.costs(0, NOW)) == 6 * 101
    store.commit(Batch("dc2", 3, (Read((NOW + 3) * 1000, True),)))
    store.close()


def test_upgrading_again_changes_nothing(path: Path) -> None:
    """Says so instead."""
    assert maintenance.upgrade(path, SHANGHAI) == maintenance.Upgraded(REVISIONS[-1], REVISIONS[-1])


def test_upgrading_nothing_makes_a_store(tmp_path: Path) -> None:
    """As the first line of every other refusal proposes."""
    assert maintenance.upgrade(tmp_path / "store.sqlite", SHANGHAI) == maintenance.Upgraded("none", REVISIONS[-1])


def test_a_store_of_a_newer_program_is_refused_by_every_part(path: Path, tmp_path: Path) -> None:
    """And the remedy is not an upgrade."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    attempts = (
        lambda: maintenance.upgrade(path, SHANGHAI),
        lambda: maintenance.backup(path, tmp_path / "b", SHANGHAI, quiet),
        lambda: maintenance.restore(path, tmp_path / "r", SHANGHAI, quiet),
        lambda: maintenance.holdings_of(path, SHANGHAI, NOW),
        lambda: maintenance.expired(path, SHANGHAI, Retention(), NOW),
    )
    for attempt in attempts:
        with pytest.raises(SchemaMismatch, match=r"schema 9999, this program needs .*; use the program that made it"):
            attempt()
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "r").exists()


def test_what_is_counted_as_expired_is_what_goes(path: Path) -> None:
    """A dry run tells the truth, level by level."""
    store = open_store(path, SHANGHAI)
    fill(store, 200, reads=5)
    probe = Probe("front", "here", "weilidai", "dc1", 1000)
    store.register_probe(probe, NOW * 1000)
    store.record_probes([ProbeResult(probe.key, (NOW + n) * 1000, SliceState.GOOD) for n in range(7)])
    journal(store)
    retention, later = Retention(journal_seconds=30 * 86400), NOW + 40 * 86400
    expired = maintenance.expired(path, SHANGHAI, retention, later)
    told = {name: rows for name, rows in expired.items() if rows}
    # five counted units in one minute, its reads and its probes: that is what the minute level loses
    assert told == {"slot": 200 * 40 + 5 * 4, "minute": 5 + 1 + 1, "read": 5, "probe_result": 7} | JOURNAL_PAST
    assert list(expired)[:4] == ["slot", "minute", "hour", "day"]
    steps: list[int] = []
    assert maintenance.prune_all(store, retention, later, steps.append) == sum(expired.values())
    assert steps[-1] == sum(expired.values())
    assert steps == sorted(steps)
    assert len(steps) > 3
    store.close()
    assert sum(maintenance.expired(path, SHANGHAI, retention, later).values()) == 0
    assert totals(path).good == 35


def test_a_backup_is_the_store_of_one_instant_while_it_is_written(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit after every step neither begins the copy anew nor gets into it."""
    monkeypatch.setattr(copying, "STEP_PAGES", 16)
    target = tmp_path / "backup.sqlite"
    store = open_store(path, SHANGHAI)
    fill(store, 500, reads=5)
    steps: list[int] = []

    def commit_meanwhile(done: int, total: int) -> None:
        steps.append(done)
        store.commit(batch(4 + len(steps), NOW + 4 + len(steps)))

    maintenance.backup(path, target, SHANGHAI, commit_meanwhile)
    store.close()
    assert len(steps) > 2
    assert steps == sorted(set(steps))
    assert totals(path).good == (5 + len(steps)) * 7
    copy = open_store(target, SHANGHAI, read_only=True)
    with copy.reading() as reader:
        assert reader.sources()[0].version == 5
        for level in Level:
            stored = reader.timeline(level, Scope.BANK, NOW - 86400, NOW + 86400)
            assert sum(counts.good for _, _, counts in stored) == 5 * 7
    copy.close()


def test_a_backup_is_one_file(path: Path, tmp_path: Path) -> None:
    """That can be carried away, and read where nothing can be written."""
    folder = tmp_path / "backups"
    folder.mkdir()
    assert maintenance.backup(path, folder / "b.sqlite", SHANGHAI, quiet) == REVISIONS[-1]
    assert [each.name for each in folder.iterdir()] == ["b.sqlite"]
    with closing(sqlite3.connect(f"file:{folder / 'b.sqlite'}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_store_that_waits_for_its_upgrade_can_be_backed_up_first(tmp_path: Path) -> None:
    """And restored by the newer program."""
    old = from_old(tmp_path / "store.sqlite")
    assert maintenance.backup(old, tmp_path / "b", SHANGHAI, quiet) == "0001"
    done = maintenance.restore(tmp_path / "b", tmp_path / "r", SHANGHAI, quiet)
    assert (done.before, done.after) == ("0001", REVISIONS[-1])
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("r")] == ["r"]
    assert totals(tmp_path / "r").good == 500 + 6 * 70


@pytest.mark.parametrize("taken", ["target", "target-wal", "target-journal"])
def test_nothing_is_overwritten(path: Path, tmp_path: Path, taken: str) -> None:
    """Not even the log that a store left when it was moved away: it would be played into the new one."""
    (tmp_path / taken).write_text("somebody's", encoding="utf-8")
    for attempt in (maintenance.backup, maintenance.restore):
        with pytest.raises(CopyRefused, match=f"{taken} is already there and nothing is overwritten"):
            attempt(path, tmp_path / "target", SHANGHAI, quiet)
    assert (tmp_path / taken).read_text(encoding="utf-8") == "somebody's"
    assert not list(tmp_path.glob("*.partial"))


def test_a_target_that_appears_meanwhile_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    """A collector may start while a restore runs."""
    target = tmp_path / "target"
    with pytest.raises(CopyRefused, match="somebody else made it in between"):
        maintenance.restore(path, target, SHANGHAI, lambda done, total: target.write_text("theirs", encoding="utf-8"))
    assert target.read_text(encoding="utf-8") == "theirs"
    assert not list(tmp_path.glob("*.partial"))


def test_two_runs_do_not_write_the_same_copy(path: Path, tmp_path: Path) -> None:
    """The second says so."""
    refused: list[str] = []

    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(CopyRefused) as caught:
            maintenance.backup(path, tmp_path / "b", SHANGHAI, quiet)
        refused.append(str(caught.value))

    maintenance.backup(path, tmp_path / "b", SHANGHAI, meanwhile)
    assert "another run is writing it" in refused[0]


def test_a_damaged_backup_is_not_restored(path: Path, tmp_path: Path) -> None:
    """Found before there is a store, not a month later."""
    store = open_store(path, SHANGHAI)
    fill(store, 200)
    store.close()
    backup = tmp_path / "b"
    maintenance.backup(path, backup, SHANGHAI, quiet)
    content = bytearray(backup.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = os.urandom(4096)
    backup.write_bytes(content)
    with pytest.raises(StoreError):
        maintenance.restore(backup, tmp_path / "r", SHANGHAI, quiet)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("r")] == []


@pytest.mark.parametrize("content", [b"", b"not a database, but somebody's notes" * 200])
def test_what_is_no_store_is_not_restored(tmp_path: Path, content: bytes) -> None:
    """An empty file, or any other."""
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(StoreError, match=r"schema none, this program needs|file is not a database"):
        maintenance.restore(tmp_path / "b", tmp_path / "r", SHANGHAI, quiet)
    assert [each.name for each in tmp_path.iterdir()] == ["b"]


def test_a_backup_with_days_of_another_zone_is_not_restored(path: Path, tmp_path: Path) -> None:
    """Its days are cut at other midnights."""
    with pytest.raises(StoreError, match="its days begin at midnight in Asia/Shanghai, not in UTC"):
        maintenance.restore(path, tmp_path / "r", "UTC", quiet)


def test_a_missing_backup_and_a_missing_folder_are_named(path: Path, tmp_path: Path) -> None:
    """One line each."""
    with pytest.raises(CopyRefused, match="nowhere: there is no such file"):
        maintenance.restore(tmp_path / "nowhere", tmp_path / "r", SHANGHAI, quiet)
    with pytest.raises(CopyRefused, match=r"b\.partial: no such file or directory"):
        maintenance.backup(path, tmp_path / "no" / "b", SHANGHAI, quiet)


def test_holdings_tell_rows_bytes_edges_and_completeness(path: Path) -> None:
    """Of every level at one instant."""
    store = open_store(path, SHANGHAI)
    fill(store, 10)
    journal(store)
    for n in range(120):
        if n != 30:
            store.commit(batch(store.resume("dc1").version, NOW + n))
    store.close()
    held = maintenance.holdings_of(path, SHANGHAI, NOW + 125)
    slots, minutes, hours, days = (each.extent for each in held.levels)
    assert [each.rows for each in (slots, minutes, hours, days)] == [400 + 119 * 4, 2 * 5, 5, 5]
    assert (slots.oldest_s, slots.newest_s) == (NOW - 86400, NOW + 119)
    assert (minutes.oldest_s, minutes.newest_s) == (NOW, NOW + 60)
    assert slots.size_bytes is not None
    assert slots.size_bytes > 400 * 10
    assert [(each.observed, each.expected) for each in held.levels] == [(119, 120)] * 4
    assert held.size_bytes is not None
    assert held.size_bytes > slots.size_bytes
    assert held.simulated == (Span(NOW - 86400, NOW - 86400 + 10),)
    assert held.sources[0].watermark_ms == (NOW + 119) * 1000
    told = [(each.name, each.rows, each.open_rows, each.oldest_s, each.newest_s) for each in held.journal]
    later = NOW + 39 * 86400
    assert told == [("journal_entry", 4, None, NOW, later), ("journal_document", 4, 1, NOW, later)]
    assert all(each.size_bytes for each in held.journal)
    latency = held.latency
    assert (latency.rows, latency.histograms, latency.oldest_s, latency.newest_s) == (0, 0, None, None)


def test_histograms_are_held_expire_and_come_back_with_their_names(path: Path, tmp_path: Path) -> None:
    """A row each of minute, hour and day; the minute goes first; a copy holds all of them."""
    series = LatencySeries("weilidai", "apply", "", ("0.1", "+Inf"))
    store = open_store(path, SHANGHAI)
    fill(store, 0)
    rows = LatencyBatch((LatencyGrowth(NOW, series, (5, 2)),), b"buckets")
    store.commit(replace(batch(0, NOW), latency=rows))
    store.close()
    held = maintenance.holdings_of(path, SHANGHAI, NOW).latency
    assert (held.rows, held.histograms, held.newest_s) == (3, 1, NOW)
    assert held.size_bytes
    retention, later = Retention({Level.MINUTE: 3600}), NOW + 2 * 3600
    assert maintenance.expired(path, SHANGHAI, retention, later)["minute"] == 5 + 1 + 1
    maintenance.backup(path, tmp_path / "copy", SHANGHAI, quiet)
    maintenance.restore(tmp_path / "copy", tmp_path / "restored", SHANGHAI, quiet)
    store = open_store(tmp_path / "restored", SHANGHAI)
    store.prune(retention, later)
    with store.reading() as reader:
        assert reader.latency(Level.MINUTE, 0, later, product="weilidai") == []
        assert [each.counts for each in reader.latency(Level.HOUR, 0, later, product="weilidai")] == [(5, 2)]
    assert store.resume("dc1").latency == b"buckets"
    store.close()


def test_an_empty_store_holds_nothing_and_knows_nothing(path: Path) -> None:
    """Unknown is not 0 per cent."""
    held = maintenance.holdings_of(path, SHANGHAI, NOW)
    for each in held.levels:
        assert (each.extent.rows, each.extent.oldest_s, each.extent.newest_s) == (0, None, None)
        assert each.completeness is None
    assert [(each.rows, each.oldest_s, each.newest_s) for each in held.journal] == [(0, None, None)] * 2
