"""One process behind two targets of Prometheus servers counts once and is told in one line; look-alikes count both."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from collectors.duplicates import Claims
from collectors.mapping import MetricMap
from collectors.places import Place, host_and_port
from collectors.prometheus.collector import PrometheusCollector
from store.records import Scope
from tests.collectors.prometheus.written import BEGIN_MS, OUTCOMES, Bench

HOLD_S = 61


class Readers:
    """Collectors of several servers in one process, on the clock and samples of a bench."""

    def __init__(self, bench: Bench, *servers: str) -> None:
        self.bench, self.servers = bench, servers
        self.passed_s = 0
        self.restart()

    def restart(self) -> None:
        """All of them anew: they know what the store knows."""
        self.claims = Claims(self.bench.store, self.servers, lambda: self.passed_s * 10**9)
        self.each = {name: self._reader(name) for name in self.servers}

    def _reader(self, name: str) -> PrometheusCollector:
        config = replace(self.bench.config, name=name)
        made = PrometheusCollector(
            config,
            self.bench.store,
            MetricMap(),
            OUTCOMES,
            clock_ms=lambda: self.bench.now_ms,
            claims=self.claims,
        )
        self.bench._collectors.append(made)
        return made

    def second(self, events: dict[str, int], order: tuple[str, ...] = (), born_ms: int = BEGIN_MS - 5_000) -> None:
        """A second goes by: each instance is scraped and shows so many events; each server is read."""
        self.pass_on()
        for instance, number in events.items():
            self.bench.scraped.scrape(self.bench.now_ms - 500, instance, number, born_ms)
        for name in order or self.servers:
            self.each[name].collect_once()

    def pass_on(self) -> None:
        """A second of every clock, the servers' own included."""
        self.bench.now_ms += 1000
        self.bench.scraped.clock_ms = self.bench.now_ms
        self.passed_s += 1

    def counted(self) -> int:
        with self.bench.store.reading() as reader:
            return sum(counts.total for counts in reader.totals(Scope.BANK, 0, 2**33).values())

    def refused(self, source: str) -> set[str]:
        """Reasons of failed reads of a source."""
        with self.bench.store.reading() as reader:
            return {read.reason for read in reader.reads(source, 0, 2**53) if not read.collected}


def test_two_servers_that_scrape_one_target_count_it_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A pair for high availability entered as two: also after a restart, whoever reads first."""
    readers = Readers(bench, "one", "two")
    for number in range(1, 11):
        readers.second({"web:80": 10 * number})
    assert readers.counted() == 90
    (line,) = readers.refused("two/web:80")
    assert line.startswith("duplicate: the process behind it is counted as source one/web:80 already; remove one")
    assert "configuration of two" in line
    assert len([each for each in caplog.records if "is not counted" in each.getMessage()]) == 1
    readers.restart()
    for number in range(11, 21):
        readers.second({"web:80": 10 * number}, order=("two", "one"))
    assert readers.counted() == 190
    with bench.store.reading() as reader:
        assert not any(read.collected for read in reader.reads("two/web:80", 0, 2**53))


@pytest.mark.parametrize("seconds", [2, 90])
def test_servers_that_both_began_when_nothing_had_happened_count_once(bench: Bench, seconds: int) -> None:
    """Twins at 0 are both read; the first event makes them one, also when the other one is read first afterwards."""
    readers = Readers(bench, "one", "two")
    for _ in range(3):
        readers.second({"web:80": 0})
    for number in range(1, seconds):
        readers.second({"web:80": number})
    assert readers.counted() == seconds - 1
    readers.restart()
    for number in range(seconds, seconds + 10):
        readers.second({"web:80": number}, order=("two", "one"))
    assert readers.counted() == seconds + 9


def test_a_new_process_stays_with_the_one_that_counted_the_one_before(bench: Bench) -> None:
    """Also when the other server shows it first; what it counted from its beginning on is there."""
    readers = Readers(bench, "one", "two")
    for number in range(1, 6):
        readers.second({"web:80": 10 * number})
    readers.second({"web:80": 7}, order=("two", "one"), born_ms=bench.now_ms + 100)
    readers.second({"web:80": 9}, order=("two", "one"), born_ms=bench.now_ms - 900)
    assert readers.counted() == 40 + 9


@pytest.mark.parametrize(
    ("one", "two"), [("127.0.0.1:80", "localhost:80"), ("[::1]:80", "LOCALHOST:80"), ("web", "w:1")]
)
def test_one_target_under_two_labels_of_a_server_counts_once(bench: Bench, one: str, two: str) -> None:
    readers = Readers(bench, "prom")
    for number in range(1, 11):
        readers.second({one: 10 * number, two: 10 * number})
    assert readers.counted() == 90


def test_pods_that_began_in_the_same_moment_are_both_counted(bench: Bench) -> None:
    """Their addresses are numbers and differ: nothing is held back, not even while their counts are alike."""
    readers = Readers(bench, "prom")
    for number in range(1, 11):
        readers.second({"10.0.0.1:80": 10 * number, "10.0.0.2:80": 10 * number})
    assert readers.counted() == 180
    assert readers.refused("prom/10.0.0.2:80") == set()


def test_look_alikes_whose_counts_differ_are_both_counted_from_the_first_page(bench: Bench) -> None:
    """Held back until a later page of one shows less than an earlier one of the other; then read again from there."""
    readers = Readers(bench, "prom")
    for number in range(1, 5):
        readers.second({"pod-a:80": 10 * number, "pod-b:80": 10 * number})
    assert readers.counted() == 30
    for number in range(5, 15):
        readers.second({"pod-a:80": 10 * number, "pod-b:80": 40})
    assert readers.counted() == 130 + 30
    assert bench.events() == Counter({"pod-a:80": 130, "pod-b:80": 30})
    readers.second({"pod-b:80": 40})  # the last one before the restart showed one of them alone
    readers.restart()
    for number in range(16, 26):
        readers.second({"pod-a:80": 10 * number, "pod-b:80": 40 + number})
    assert bench.events() == Counter({"pod-a:80": 240, "pod-b:80": 30 + 25})


def test_a_target_that_got_another_label_is_counted_under_the_new_one(bench: Bench) -> None:
    """Once its server has not shown the old label for a minute; the old one, should it come back, adds nothing."""
    readers = Readers(bench, "prom")
    for number in range(1, 6):
        readers.second({"web-old:80": 10 * number})
    for number in range(6, 6 + 2 * HOLD_S):
        readers.second({"web-new:80": 10 * number})
    assert bench.events()["web-new:80"] == 10 * (2 * HOLD_S - 1)
    for number in range(6 + 2 * HOLD_S, 16 + 2 * HOLD_S):
        readers.second({"web-old:80": 10 * number, "web-new:80": 10 * number})
    assert readers.counted() == 40 + 10 * (2 * HOLD_S + 9)


def test_labels_of_this_machine_are_one() -> None:
    """Whatever it is called; a label that is no address stays what it is."""
    loopback = {host_and_port(each) for each in ("localhost:80", "127.0.0.1:80", "127.1.2.3:80", "[::1]:80")}
    assert loopback == {("loopback", "80")}
    assert host_and_port("The web server [1") == ("The web server [1", "")
    assert Place("a", "localhost:80", 1000).identity() != Place("b", "localhost:80", 1000).identity()
    assert Place("a", "web:80", 1000).identity() == Place("b", "WEB:80", 1000).identity()


def test_a_target_that_tells_no_birth_is_known_by_its_label(bench: Bench) -> None:
    """Two servers, one label, counts that fit: one target."""
    readers = Readers(bench, "one", "two")
    for number in range(1, 11):
        readers.pass_on()
        bench.scraped.bare(bench.now_ms - 500, "web:80", 10 * number)
        for each in readers.each.values():
            each.collect_once()
    assert readers.counted() == 90
