"""Load runs: results come in once each, are listed, shown whole and compared; and what capacity they prove."""

from __future__ import annotations

from http import HTTPStatus

from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.errors import Missing, Unfit, Unreadable
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Write
from dashboard.api.setting import ApiSetting
from dashboard.api.tokens import LOAD_RUNS
from reports.load_runs.comparing import compare
from reports.load_runs.errors import LoadRunError
from reports.load_runs.keeping import KIND, find, keep, result_of, run_of
from reports.load_runs.model import LoadRun
from reports.load_runs.reading import MOST_BYTES
from reports.load_runs.view import comparison_json, run_json
from reports.peaks.capacity import capacity_json, read_capacity
from reports.peaks.proofs import ahead_json, runs_json
from store.journal import Document
from store.port import Reader

VERDICTS = ("all", "proven", "refuted", "undecided", "invalid")
SENDER = "http"


def load_runs(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first."""
    wanted = asked.choice("verdict", VERDICTS, "all")

    def shown(document: Document) -> Json | None:
        run = run_of(document)
        return run_json(run) if wanted in ("all", run.verdict) else None

    rows, following = page(reader.journal(), KIND, asked, shown, filtered=wanted != "all")
    return listing("load_runs", rows, following)


def one(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """A run: its line, and the whole file as it came."""
    run = _found(reader, asked.id)
    return {**run_json(run), "result": result_of(reader.journal(), run.id)}


def comparison(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Two runs, and whether what tells them apart is noise."""
    other = asked.query.get("with")
    if not other:
        raise Unreadable("with: is missing; give the id of the run to compare with")
    first, second = _found(reader, asked.id), _found(reader, other)
    ours, theirs = result_of(reader.journal(), first.id), result_of(reader.journal(), second.id)
    if ours is None or theirs is None:
        raise Missing("the file of one of these runs is past retention; its line is all that is left")
    return comparison_json(first, second, compare(ours, theirs))


def take(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Keeps a result; one that is known already is not kept twice."""
    try:
        change, run = keep(asked.body, reader.journal(), now_ms, SENDER, setting.capacity)
    except LoadRunError as error:
        raise Unfit(str(error)) from error
    status = HTTPStatus.CREATED if change.documents else HTTPStatus.OK
    return Plan(change, run_json(run), status)


def capacity(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The document of ``python app.py capacity``, what each of the next days takes of it, what each run says of it."""
    catalog, policy, now_ms = setting.catalog, setting.capacity, setting.now_ms()
    view = read_capacity(reader, now_ms, catalog.zone, len(catalog.data_centers), policy, kinds=setting.kinds)
    return {
        **capacity_json(view),
        "ahead": ahead_json(view),
        "runs": runs_json(reader, view, now_ms),
    }


def _found(reader: Reader, run_id: str) -> LoadRun:
    run = find(reader.journal(), run_id)
    if run is None:
        raise Missing(f"no load run {run_id[:200]!r}; GET /api/v1/load-runs lists their ids")
    return run


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/load-runs",
        "Load runs, newest first",
        load_runs,
        {
            "verdict": f"one of {', '.join(VERDICTS)}",
            **asking("began"),
        },
    ),
    Read("/api/v1/load-runs/{id}", "One load run with its whole result file", one),
    Read(
        "/api/v1/load-runs/{id}/compare",
        "Two load runs, and whether what tells them apart is noise",
        comparison,
        {"with": "id of the other run"},
    ),
    Write(
        "/api/v1/load-runs",
        "Send the result file of a load run (docs/load-run-result.md)",
        take,
        None,
        most_bytes=MOST_BYTES,
        right=Right.MEASURE,
        status=HTTPStatus.CREATED,
        scope=LOAD_RUNS,
        action="load_run.take",
    ),
    Read("/api/v1/capacity", "Proven capacity, forecast of the peak, headroom, the runs that say so", capacity),
)
