"""Every reader of foreign text: real seeds, how it is asked, what it may answer, and what must hold of what it takes.

``ask`` returns whether anything was taken. It raises what the room documents for a file that it refuses; anything else
is a finding. ``BrokenInvariant`` is one too: taken, and does not add up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import settings
from alerts.backtest.errors import BacktestError
from alerts.backtest.events import read_events
from alerts.notify.errors import NotifyError
from alerts.notify.prometheus_alerts import parse_posted
from alerts.openslo import loading
from collectors.costs.errors import CostFileError
from collectors.costs.importing import read_file
from collectors.costs.opening import How
from collectors.errors import CollectorError
from collectors.mapping import MetricMap
from collectors.openmetrics import PageParser
from collectors.prometheus.client import PrometheusClient
from collectors.prometheus.pages import PageBuilder, scrapes_by_instance
from collectors.prometheus.session import checked
from collectors.tally import Tally
from configuration.reading import SettingsError
from reports.history.errors import HistoryError
from reports.history.model import Reading
from reports.history.reading import AUTO, read
from reports.load_runs import reading as load_runs
from reports.load_runs.errors import LoadRunError
from slo.outcomes import Kind, OutcomeTable
from store.records import Resume, Source
from tests.reports.load_runs.conftest import result

ROOT = Path(__file__).parents[2]
NOW_S = 1_767_225_600
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
HOW = How("Asia/Shanghai")


class BrokenInvariant(Exception):
    """Something was taken that does not add up."""


@dataclass(frozen=True)
class Reader:
    """One reader. ``refusals``: the documented errors."""

    seeds: Callable[[], list[bytes]]
    ask: Callable[[bytes], bool]
    refusals: tuple[type[Exception], ...]


def _hold(true: bool, what: str) -> None:
    if not true:
        raise BrokenInvariant(what)


def _files(*patterns: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        return [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]

    return seeds


@cache
def scratch() -> Path:
    """Where a damaged file lies while it is read; whoever is done removes it."""
    return Path(mkdtemp(prefix="hostile-"))


def _kept(content: bytes, name: str) -> Path:
    file = scratch() / name
    file.write_bytes(content)
    return file


PAGE = b"""# HELP lending_requests_total Requests.
# TYPE lending_requests_total counter
lending_requests_total{product="weilidai",step="apply",data_center="dc1",dcn="d1",outcome="ok",traffic="real"} 1027
lending_requests_total{product="weilidai",step="apply",data_center="dc1",dcn="d1",outcome="system_error",traffic="t"} 3
lending_transactions_total{product="weilidai",data_center="dc1",dcn="d1",traffic="real"} 99.0
lending_requests_created{product="weilidai",step="apply",data_center="dc1",dcn="d1",outcome="ok",traffic="real"} 1.7e9
process_start_time_seconds 1.76e+09
lending_accounts{product="weilidai",state="open"} 1.2e7
node_load1 0.5 1395066363000
"""
OPENMETRICS = PAGE.replace(b" 1395066363000", b"") + b"# EOF\n"


def _pages() -> list[bytes]:
    return [PAGE, OPENMETRICS, PAGE.replace(b"1027", b"2054")]


def _page(content: bytes) -> bool:
    """The page, then a good one, then it again, as a target would show them: nothing counts backwards."""
    tally = Tally(
        Source("s", "exposition", "dc1", 1000), MetricMap(), OUTCOMES, Resume(0, None, (), None, None), in_order=True
    )
    parser = PageParser(MetricMap())
    taken = False
    text = content.decode()  # as the fetcher does, whose refusal of other bytes is tested with it
    for number, page in enumerate((PAGE.decode(), text, PAGE.decode(), text), start=1):
        try:
            proposal = tally.propose(
                parser.parse(page, number * 1000, openmetrics=page.endswith("# EOF\n") and page is text)
            )
        except CollectorError:
            parser.forget()
            continue
        batch = proposal.batch
        _hold(all(0 <= row.events < 2**63 for row in batch.events), "a count is negative, or beyond 64 bits")
        _hold(all(0 <= row.transactions < 2**63 for row in batch.transactions), "transactions are negative")
        _hold(all(row.accounts >= 0 for row in batch.accounts), "accounts are negative")
        tally.accept(proposal, number)
        taken = taken or page is text
    return taken


def _focus_seeds() -> list[bytes]:
    head = (
        b"BilledCost,EffectiveCost,ListCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
        b"ChargeCategory,ChargeClass,ChargePeriodStart,ChargePeriodEnd,ProviderName,ServiceName,ServiceCategory,"
        b"SubAccountId,Tags\n"
    )
    row = (
        b'0.00000080000,1.25,1.5,"1234","USD","2026-09-01 00:00:00","2026-10-01 00:00:00","Usage",NULL,'
        b'"2026-09-18 22:00:00","2026-09-18 23:00:00","AWS","Queue, simple","Integration","517",'
        b'"{""product"": ""weilidai"", ""data_center"": ""dc1""}"\n'
    )
    own = b"id,kind,amount,currency,from,to,data_center,product\np1,power,1200.50,CNY,2026-09-01,2026-10-01,dc1,\n"
    return [head + row * 3, head + row.replace(b"Usage", b"Tax").replace(b"2026-09-18 22", b"2026-09-17 01"), own]


def _focus(content: bytes) -> bool:
    file = read_file(_kept(content, "bill.csv"), HOW, lambda _done, _all: None, processes=1)
    try:
        reading = file.reading
        _hold(0 <= reading.left_out <= reading.rows, f"{reading.left_out} of {reading.rows} rows left out")
        _hold(sum(reading.currencies.values()) == reading.total.charges, "currencies do not add up to the charges")
        parts = [line.total.billed for line in reading.lines]
        _hold(sum(parts) == reading.total.billed, "lines do not add up to what was billed")
        return reading.rows > reading.left_out
    finally:
        file.close()


def _opencost_seeds() -> list[bytes]:
    window = {"start": "2026-09-05T00:00:00Z", "end": "2026-09-06T00:00:00Z"}
    labels = {"product": "weilidai", "data_center": "dc1"}
    loans = {
        "name": "loans", "properties": {"cluster": "k8s", "namespace": "loans", "labels": labels}, "window": window,
        "cpuCost": 1.25, "cpuCostAdjustment": -0.25, "ramCost": 0.5, "pvCost": 1e-05, "totalCost": 1.50001,
    }  # fmt: skip
    return [json.dumps({"code": 200, "data": [{"loans": loans}, {"loans": loans, "other": loans}, None]}).encode()]


def _opencost(content: bytes) -> bool:
    file = read_file(_kept(content, "opencost.json"), How("UTC", currency="USD"), lambda _done, _all: None, processes=1)
    try:
        _hold(0 <= file.reading.left_out <= file.reading.rows, "more rows left out than there are")
        return file.reading.rows > file.reading.left_out
    finally:
        file.close()


def _history(name: str) -> Callable[[bytes], bool]:
    def ask(content: bytes) -> bool:
        history = read(content, name, AUTO, Reading("Asia/Shanghai", NOW_S))
        records = history.records
        kept = len({each.row for each in (*records.outages, *records.periods, *records.counts)})
        watched = bool(records.watches)
        _hold(history.rejected <= history.rows, f"{history.rejected} of {history.rows} rows refused")
        _hold(kept <= max(history.rows, 1), f"{kept} rows kept of {history.rows}")
        _hold(all(each.good >= 0 and each.bad >= 0 for each in records.counts), "a count is negative")
        _hold(all(each.to_s >= each.from_s for each in records.outages), "an outage ends before it begins")
        return kept > 0 or watched

    return ask


def _openslo(content: bytes) -> bool:
    documents = loading.load([_kept(content, "slo.yaml")])
    _hold(len(documents.objects) <= documents.seen, "more objects usable than seen")
    _hold(bool(documents.declared) or bool(documents.findings), "nothing was found, and nothing said")
    return bool(documents.objects)


def _settings(load: Callable[[Path], object], name: str) -> Callable[[bytes], bool]:
    def ask(content: bytes) -> bool:
        load(_kept(content, name))
        return True

    return ask


def _costs(path: Path) -> object:
    return settings.load_costs(path, _catalog())


@cache
def _catalog() -> Any:
    return settings.load_catalog(ROOT / "config/catalog.yaml")


def _answers() -> list[bytes]:
    labels = {"__name__": "lending_requests_total", "job": "lending", "instance": "dc1:9100", "outcome": "ok"}
    values = [[1767225600.25, "1027"], [1767225601.25, "1030"]]
    rows = [
        {"metric": labels, "values": values},
        {"metric": {"__name__": "up", "job": "lending", "instance": "dc1:9100"}, "values": [[1767225600.25, "1"]]},
    ]
    long = [{"metric": labels, "values": [[1767225600 + at, str(1027 + at)] for at in range(60)]}] * 2
    return [
        json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}, separators=marks).encode()
        for result, marks in ((rows, (", ", ": ")), (long, (",", ":")))  # the long one is cut, not parsed
    ]


class _Canned:
    """Answers every question with one body, read as the guarded session reads it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def custom_query(self, _query: str, params: dict[str, str]) -> Any:
        """What PrometheusConnect hands on."""
        return checked("prometheus", self.body)["data"]["result"]


@cache
def _client() -> PrometheusClient:
    return PrometheusClient("http://127.0.0.1:1", timeout_s=1)


def _prometheus(content: bytes) -> bool:
    client = _client()
    client._connect = _Canned(content)  # type: ignore[assignment]
    series = client.samples("{}", 0, 1_767_225_602_000)
    times = sorted({ms for one in series for ms in one.times_ms})
    pages = list(PageBuilder("mark").pages(series, times))
    scrapes_by_instance(series)
    _hold(all(len(one.times_ms) == len(one.values) for one in series), "times and values differ in length")
    return bool(pages)


def _events(content: bytes) -> bool:
    lines: Iterable[str] = content.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    slots = list(read_events(lines, "e.csv").slots)
    _hold(all(good >= 0 and bad >= 0 for slot in slots for good, bad in slot.parts.values()), "a count is negative")
    return bool(slots)


def _event_seeds() -> list[bytes]:
    return [
        b"time,good,bad\n2026-11-01T00:00:00Z,9,1\n2026-11-01T08:00:15+08:00,8,2\n1793491230,7,3\n",
        b"time,good,bad,product,data_center\n1793491200,9,1,weilidai,dc1\n1793491215,9,1,weilidai,dc2\n",
    ]


def _posted_seeds() -> list[bytes]:
    alert = {
        "labels": {"alertname": "Down", "severity": "critical"}, "annotations": {"summary": "down"},
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T01:00:00Z", "generatorURL": "http://p:9090/graph",
    }  # fmt: skip
    return [json.dumps([alert]).encode(), json.dumps([alert, {"labels": {"alertname": "Up"}}]).encode()]


def _load_run_seeds() -> list[bytes]:
    return [json.dumps(result()).encode(), json.dumps(result(failures=3)).encode()]


_HISTORY = (HistoryError,)
READERS: dict[str, Reader] = {
    "exposition": Reader(_pages, _page, (CollectorError, UnicodeDecodeError)),
    "openslo": Reader(_files("tests/data/openslo/*/*.yaml", "tests/data/openslo/*.yaml"), _openslo, ()),
    "focus": Reader(_focus_seeds, _focus, (CostFileError,)),
    "opencost": Reader(_opencost_seeds, _opencost, (CostFileError,)),
    "history_csv": Reader(_files("tests/data/history/*.csv"), _history("history.csv"), _HISTORY),
    "history_json": Reader(_files("tests/data/history/*.json"), _history("history.json"), _HISTORY),
    "history_yaml": Reader(_files("tests/data/history/*.yml"), _history("bank.yml"), _HISTORY),
    "prometheus": Reader(_answers, _prometheus, (CollectorError,)),
    "events": Reader(_event_seeds, _events, (BacktestError,)),
    "posted": Reader(_posted_seeds, lambda content: bool(parse_posted(content, NOW_S * 1000)), (NotifyError,)),
    "load_run": Reader(_load_run_seeds, lambda content: bool(load_runs.read(content)), (LoadRunError,)),
    "catalog": Reader(_files("config/catalog.yaml"), _settings(settings.load_catalog, "c.yaml"), (SettingsError,)),
    "alerts": Reader(_files("config/alerts.yaml"), _settings(settings.load_policy, "a.yaml"), (SettingsError,)),
    "calendar": Reader(_files("config/calendar.yaml"), _settings(settings.load_calendar, "d.yaml"), (SettingsError,)),
    "costs": Reader(_files("config/costs.yaml"), _settings(_costs, "e.yaml"), (SettingsError,)),
    "settings": Reader(
        _files("config/control-center.yaml"), _settings(settings.load_settings, "f.yaml"), (SettingsError,)
    ),
}
