"""Search: everything that has a page of its own, by id or by name in either language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from urllib.parse import quote, urlencode

from access.rights import Right
from alerts.incidents.codec import listed
from alerts.incidents.words import titles
from dashboard.alerting import open_alerts
from dashboard.api.asking import Asked
from dashboard.api.errors import Unreadable
from dashboard.api.found import Found
from dashboard.api.reports import COSTS
from dashboard.api.route import Content, Read, Route
from dashboard.api.setting import ApiSetting
from dashboard.api.topics import settings, topics
from dashboard.language import read_all_words
from dashboard.pages.desk import MENU
from reports.issues.keeping import KIND as ISSUE
from reports.issues.keeping import issue_of
from reports.load_runs.keeping import listed as listed_runs
from store.port import Reader
from store.records import Scope

MOST_RESULTS = 40
MOST_OF_A_KIND = 8
MOST_INCIDENTS = 5000
MOST_DOCUMENTS = 2000
LONGEST = 100
DCN_SECONDS = 3600
"""A DCN is found while it had events within so many seconds."""
API_PAGE = "/docs"


def search(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """At most MOST_RESULTS, at most MOST_OF_A_KIND of each kind, the best first."""
    text = asked.query.get("q", "").strip()
    if len(text) > LONGEST:
        raise Unreadable(f"q: {len(text)} characters are too many; write at most {LONGEST}")
    wanted = tuple(text.lower().split())
    kinds = (_pages(), _places(setting), _objectives(setting), _alerts(reader), _incidents(setting, reader))
    later = (_load_runs(reader), _reports(reader, asked), _dcns(setting, reader))
    words = (topics(setting.catalog), settings(setting, asked))
    found = [each for kind in chain(kinds, later, words) for each in _best(kind, wanted)] if wanted else []
    found.sort(key=lambda pair: pair[0])
    return {"query": text, "results": [each.json() for _, each in found[:MOST_RESULTS]]}


def _best(candidates: Iterable[Found], wanted: tuple[str, ...]) -> list[tuple[int, Found]]:
    ranked = ((each.rank(wanted), each) for each in candidates)
    fitting = [(rank, each) for rank, each in ranked if rank is not None]
    return sorted(fitting, key=lambda pair: pair[0])[:MOST_OF_A_KIND]


@cache
def _pages() -> tuple[Found, ...]:
    words = read_all_words()
    screens = ((path, {language: said(key) for language, said in words.items()}) for path, key in MENU)
    api = Found("document", "API", {"zh": "API OpenAPI", "en": "API OpenAPI"}, API_PAGE)
    return (*(Found("page", path, names, path) for path, names in screens), api)


def _places(setting: ApiSetting) -> Iterator[Found]:
    for product in setting.catalog.products:
        yield Found("product", product.id, product.names, f"/product/{quote(product.id, safe='')}")
    for center in setting.catalog.data_centers:
        yield Found("data_center", center.id, center.names, "/availability?" + urlencode({"data_center": center.id}))


def _objectives(setting: ApiSetting) -> Iterator[Found]:
    named = [(slo.id, slo.names) for slo in setting.slos] + [(slo.id, slo.names) for slo in setting.sliced.slos]
    for id, names in named:
        yield Found("objective", id, names, f"/slo/{quote(id, safe='')}")


def _alerts(reader: Reader) -> Iterator[Found]:
    for alert in open_alerts(reader.journal()):
        query = urlencode({"q": alert.key.id, "explained": "1"})
        yield Found("alert", alert.key.id, {}, f"/alerts?{query}")


def _incidents(setting: ApiSetting, reader: Reader) -> Iterator[Found]:
    for incident in listed(reader.journal(), None, None, MOST_INCIDENTS):
        names = titles(incident, setting.names)
        yield Found("incident", incident.id, names, f"/incidents/{quote(incident.id, safe='')}")


def _load_runs(reader: Reader) -> Iterator[Found]:
    for run in listed_runs(reader.journal(), most=MOST_DOCUMENTS):
        yield Found("load_run", run.id, {}, f"/load-runs/{quote(run.id, safe='')}")


def _reports(reader: Reader, asked: Asked) -> Iterator[Found]:
    if not asked.who.may(Right.SEE_REPORTS):
        return
    for document in reader.journal().documents(ISSUE, most=MOST_DOCUMENTS, newest_first=True):
        issue = issue_of(document)
        if issue.origin.kind != COSTS or asked.who.may(Right.SEE_COSTS):
            name = f"{issue.origin.kind} {issue.origin.period}"
            yield Found("report", issue.id, {"zh": name, "en": name}, "/reports")


def _dcns(setting: ApiSetting, reader: Reader) -> Iterator[Found]:
    now_s = setting.now_ms() // 1000
    for unit in islice(reader.totals(Scope.DCN, now_s - DCN_SECONDS, now_s), MOST_DOCUMENTS):
        query = urlencode({"product": unit.product, "data_center": unit.data_center, "last": "1h"})
        place = f"{unit.product} {unit.data_center} {unit.dcn}"
        yield Found("dcn", unit.dcn, {"zh": place, "en": place}, f"/availability?{query}")


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/search",
        "Products, data centers, DCNs, objectives, open alerts, incidents, load runs, reports, pages, words, settings",
        search,
        {"q": f"words that must all occur, at most {LONGEST} characters"},
    ),
)
