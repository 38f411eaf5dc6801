"""One process behind two sources is counted once; two processes that look alike are both counted."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.duplicates import Claims, Sight
from collectors.errors import DuplicateTarget
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from slo.outcomes import OutcomeTable
from store.memory import MemoryStore
from store.records import Batch, Incarnation, Read, Scope, Source

SERIES = frozenset({"a", "b"})
BORN = 1_795_000_000_000


def sight(second: float, total: int) -> Sight:
    """A reading that took a tenth of a second."""
    sent_ns = int(second * 1e9)
    return Sight(sent_ns, sent_ns + 100_000_000, total)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for name in ("one", "two"):
        store.register(Source(name, "exposition", name, 1000), 0)
    return store


@pytest.fixture
def claims(store: MemoryStore) -> Claims:
    return Claims(store, ("one", "two"))


def test_the_second_source_of_a_process_is_refused(claims: Claims) -> None:
    """As long as its counts fit between those of the first."""
    for second, total in enumerate((5, 7, 7, 12)):
        claims.admit("one", BORN, SERIES, sight(second, total))
        with pytest.raises(DuplicateTarget, match="duplicate: the process behind it is counted as source one already"):
            claims.admit("two", BORN, SERIES, sight(second + 0.5, total))


def test_a_twin_whose_counts_contradict_is_another_process(claims: Claims) -> None:
    """Born in the same millisecond, with the same series."""
    claims.admit("one", BORN, SERIES, sight(0, 100))
    claims.admit("two", BORN, SERIES, sight(1, 3))
    claims.admit("one", BORN, None, sight(2, 100))


def test_idle_twins_are_both_read_until_one_counts(claims: Claims) -> None:
    """There is nothing to count twice while both are at 0; from the first event on it is one process until refuted."""
    claims.admit("one", BORN, SERIES, sight(0, 0))
    claims.admit("two", BORN, SERIES, sight(0.5, 0))
    with pytest.raises(DuplicateTarget):
        claims.admit("one", BORN, None, sight(1, 9))
    claims.admit("two", BORN, None, sight(1.5, 1))
    claims.admit("one", BORN, None, sight(2, 9))


@pytest.mark.parametrize(("born_ms", "series"), [(BORN + 1, SERIES), (BORN, frozenset({"a", "c"}))])
def test_another_birth_or_other_series_are_another_process(
    claims: Claims, born_ms: int, series: frozenset[str]
) -> None:
    """Nothing more is asked."""
    claims.admit("one", BORN, SERIES, sight(0, 5))
    claims.admit("two", born_ms, series, sight(0.5, 5))


def test_a_duplicate_stays_one_when_the_process_is_replaced(claims: Claims) -> None:
    """Also when the duplicate sees the new process first; not for ever when the first source sees another one."""
    claims.admit("one", BORN, SERIES, sight(0, 5))
    with pytest.raises(DuplicateTarget):
        claims.admit("two", BORN, SERIES, sight(0.5, 5))
    with pytest.raises(DuplicateTarget):
        claims.admit("two", BORN + 900, SERIES, sight(1, 0))
    claims.admit("one", BORN + 900, SERIES, sight(1.5, 0))
    with pytest.raises(DuplicateTarget):
        claims.admit("two", BORN + 900, SERIES, sight(2, 1))
    claims.admit("two", BORN + 5000, SERIES, sight(30, 1))


def test_who_counted_a_process_in_an_earlier_run_keeps_it(store: MemoryStore) -> None:
    """Or it would add what the other one has counted since."""
    life = Incarnation("one", BORN, None, None, BORN, BORN)
    batch = Batch("one", 0, (Read(1, collected=True),), incarnations=(life,), new_series=("a", "b", "gone"))
    store.commit(batch)
    claims = Claims(store, ("one", "two"))
    with pytest.raises(DuplicateTarget, match="source one"):
        claims.admit("two", BORN, SERIES, sight(0, 5))
    Claims(store, ("two",)).admit("two", BORN, SERIES, sight(0, 5))


@pytest.fixture
def sources(exporter: Any) -> list[ExpositionSource]:
    """The same process by two names of this machine."""
    url: str = exporter.url
    addresses = {"one": url, "two": url.replace("127.0.0.1", "localhost")}
    return [ExpositionSource(Source(name, "exposition", name, 1000), url, 5.0) for name, url in addresses.items()]


def test_two_sources_that_reach_one_exporter_count_it_once(
    exporter: Any, sources: list[ExpositionSource], outcomes: OutcomeTable
) -> None:
    """Over real sockets; the refused one says why."""
    store = MemoryStore()
    collector = ExpositionCollector(sources, store, MetricMap(), outcomes)
    results = [collector.collect_once()]
    for _ in range(3):
        exporter.count("ok", 5)
        results.append(collector.collect_once())
    refused = {name for name, read in results[-1].items() if read.reason.startswith("duplicate:")}
    assert len(refused) == 1
    with store.reading() as reader:
        counted = sum(counts.total for counts in reader.totals(Scope.BANK, 0, 2**33).values())
    assert counted == 15
