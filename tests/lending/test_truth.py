from __future__ import annotations

import random
from pathlib import Path

import pytest

from lending.errors import DataBusy, DataUnwritable, DetailGone, TruthDamaged
from lending.shape import CUSTOMER, LOAD_TEST, OK, SYSTEM_ERROR, Place, Shape, Totals
from lending.truth import TruthLimits, TruthLog

SHAPE = Shape(
    [
        Place("loan", "apply", "n1", True),
        Place("loan", "apply", "n2", True),
        Place("loan", "risk", "n1", False),
        Place("loan", "risk", "n2", False),
    ]
)
SECOND = [5, 0, 300, 1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3]
"""One drawn second: ok, business_reject, system_error, client_abort of the four places."""


def everything(totals: Totals) -> tuple[list[int], list[int]]:
    return totals.events, totals.transactions


def fill(log: TruthLog, records: int, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(records):
        if rng.random() < 0.3:
            log.count_second(1_000 + number, [rng.choice([0, 0, 1, 7, 300, 70_000]) for _ in SECOND], 0)
        else:
            log.count_event(rng.randrange(4), rng.randrange(4), rng.randrange(2), rng.random() < 0.5)


def test_events_and_seconds_are_counted_by_outcome_traffic_and_transaction(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 1_000)
    log.count_event(0, OK, CUSTOMER, True)
    log.count_event(2, SYSTEM_ERROR, LOAD_TEST, False)
    log.count_second(9, SECOND, 1_000)
    rows = log.totals.event_rows()
    assert ("loan", "apply", "n1", OK, CUSTOMER, 6) in rows
    assert ("loan", "risk", "n1", SYSTEM_ERROR, LOAD_TEST, 1) in rows
    assert log.totals.transaction_rows() == [("loan", "n1", CUSTOMER, 6), ("loan", "n2", CUSTOMER, 2)]
    assert log.sequence == 4
    log.close()


def test_a_restart_goes_on_with_the_same_counts_and_growing_sequence(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 1_000)
    fill(log, 50, 1)
    before, sequence = everything(log.totals.copy()), log.sequence
    log.close()
    again = TruthLog(tmp_path, SHAPE, 2_000)
    assert everything(again.totals) == before
    assert again.sequence == sequence + 1
    assert [(one.born_ms, one.first_sequence, one.last_sequence) for one in again.incarnations()] == [
        (1_000, 1, sequence),
        (2_000, sequence + 1, sequence + 1),
    ]
    again.close()


def test_births_grow_even_when_the_clock_was_set_back(tmp_path: Path) -> None:
    TruthLog(tmp_path, SHAPE, 5_000).close()
    log = TruthLog(tmp_path, SHAPE, 3_000)
    assert log.born_ms == 5_001
    log.close()


def test_a_record_torn_at_any_byte_is_cut_off_and_everything_before_it_stays(tmp_path: Path) -> None:
    """kill -9 may leave any beginning of the last record: it was never answered, so it never happened."""
    log = TruthLog(tmp_path, SHAPE, 1_000)
    fill(log, 5, 2)
    whole, sequence = everything(log.totals.copy()), log.sequence
    file = next(tmp_path.glob("truth-*.log"))
    kept = file.stat().st_size
    log.count_second(5_000, SECOND, 0)
    log.close()
    data = file.read_bytes()
    for cut in range(kept, len(data)):
        for other in tmp_path.glob("truth-*.log"):
            other.unlink()
        file.write_bytes(data[:cut])
        again = TruthLog(tmp_path, SHAPE, 2_000)
        assert everything(again.totals) == whole
        assert again.sequence == sequence + 1
        again.close()


def test_a_flipped_byte_ends_the_log_before_it(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 1_000)
    whole, file = everything(log.totals.copy()), next(tmp_path.glob("truth-*.log"))
    log.count_event(0, OK, CUSTOMER, True)
    log.close()
    data = bytearray(file.read_bytes())
    data[-3] ^= 0xFF
    file.write_bytes(data)
    again = TruthLog(tmp_path, SHAPE, 2_000)
    assert everything(again.totals) == whole
    again.close()


@pytest.mark.parametrize("seed", range(6))
def test_what_two_stretches_count_is_what_the_whole_counts(tmp_path: Path, seed: int) -> None:
    """Over restarts and segments of any length, counted(0, n) and counted(n, end) add up to everything."""
    rng = random.Random(seed)
    limits = TruthLimits(segment_bytes=rng.choice([200, 2_000, 1 << 20]))
    standings = []
    for life in range(3):
        log = TruthLog(tmp_path, SHAPE, 1_000 * life, limits)
        for step in range(40):
            fill(log, 1, seed * 1_000 + life * 100 + step)
            log.rotate_if_due(0)
            standings.append((log.sequence, log.totals.copy()))
        if life < 2:
            log.close()
    reading = log.reading()
    for sequence, totals in rng.sample(standings, 25):
        assert everything(reading.counted(0, sequence)) == everything(totals)
        assert everything(reading.counted(sequence, reading.sequence)) == everything(reading.totals.since(totals))
    log.close()


def test_old_detail_is_dropped_and_asking_for_it_says_so(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 0, TruthLimits(segment_seconds=10, detail_seconds=60))
    for second in range(0, 300, 5):
        log.count_second(second, SECOND, second * 1_000)
    reading = log.reading()
    assert len(list(tmp_path.glob("truth-*.log"))) <= 9
    assert reading.counted(0, reading.sequence).events[0] == 60 * 5
    assert reading.counted(reading.sequence - 2, reading.sequence).events[0] == 10
    with pytest.raises(DetailGone, match="truth after 3 is gone"):
        reading.counted(3, reading.sequence)
    log.close()


def test_a_start_reads_only_the_newest_segment(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 0, TruthLimits(segment_seconds=1))
    for second in range(20):
        log.count_second(second, SECOND, second * 1_000)
    totals = everything(log.totals.copy())
    log.close()
    for old in sorted(tmp_path.glob("truth-*.log"))[:-1]:
        old.unlink()
    again = TruthLog(tmp_path, SHAPE, 50_000)
    assert everything(again.totals) == totals
    again.close()


def test_a_step_that_left_the_estate_keeps_its_counts(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 0)
    log.count_second(1, SECOND, 0)
    rows = log.totals.event_rows()
    log.close()
    smaller = Shape([Place("loan", "apply", "n1", True), Place("card", "apply", "n1", True)])
    again = TruthLog(tmp_path, smaller, 1)
    assert sorted(again.totals.event_rows()) == sorted(rows)
    again.count_second(2, [1, 2, 0, 0, 0, 0, 0, 0], 1)
    grown = {row[:5]: row[5] for row in again.totals.event_rows()}
    assert grown["loan", "apply", "n1", OK, CUSTOMER] == 6
    assert grown["card", "apply", "n1", OK, CUSTOMER] == 2
    assert grown["loan", "risk", "n1", OK, CUSTOMER] == 300
    again.close()


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    log = TruthLog(tmp_path, SHAPE, 0)
    with pytest.raises(DataBusy, match="another process"):
        TruthLog(tmp_path, SHAPE, 0)
    log.close()
    TruthLog(tmp_path, SHAPE, 0).close()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataUnwritable, match="file"):
        TruthLog(tmp_path / "file" / "dc1", SHAPE, 0)


def test_a_segment_without_its_header_is_refused_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "truth-00000000000000000009.log").write_bytes(b"\0" * 40)
    with pytest.raises(TruthDamaged, match="header"):
        TruthLog(tmp_path, SHAPE, 0)


def test_a_write_that_fails_counts_nothing_and_leaves_the_log_whole(tmp_path: Path) -> None:
    """A full disk: /dev/full refuses every write."""
    log = TruthLog(tmp_path, SHAPE, 0)
    log.count_event(0, OK, CUSTOMER, True)
    before, sequence, file = everything(log.totals.copy()), log.sequence, log._file
    with Path("/dev/full").open("wb", buffering=0) as full:
        log._file = full.fileno()
        with pytest.raises(DataUnwritable, match="No space left"):
            log.count_event(0, OK, CUSTOMER, True)
    log._file = file
    assert (everything(log.totals), log.sequence) == (before, sequence)
    log.count_event(1, OK, CUSTOMER, False)
    log.close()
    again = TruthLog(tmp_path, SHAPE, 1)
    assert again.sequence == sequence + 2
    again.close()
