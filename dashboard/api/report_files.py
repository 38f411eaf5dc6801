"""Reports as files: made beside the server's threads, one at a time. Whoever can wait asks for a job; a preview and the
file of an issue wait for theirs, few at a time, so that other viewers never do."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Literal

from pydantic import Field

from access.rights import Right
from dashboard.api.asking import Asked, body_of
from dashboard.api.bodies import Body, Name
from dashboard.api.errors import Missing, Refused, Unfit, Unreadable
from dashboard.api.reports import COSTS, MOST_PRODUCTS, KindName, bank_of, demand_kind, found, later, period_asked
from dashboard.api.route import Content, Direct, File, Json, Plan, Route, Write
from dashboard.api.setting import ApiSetting
from dashboard.reporting.jobs import KEPT_SECONDS, OPEN, Job, JobState, NoSeat, Output, TooManyJobs, Work
from dashboard.reporting.kinds import NAMES
from dashboard.reporting.making import FORMATS, LANGUAGES
from dashboard.reporting.orders import STEPS, FileOrder, made
from store.journal import Change
from store.port import Reader

JOB = "/api/v1/reports/jobs"
LONGEST_WAIT_SECONDS = 30.0


class NewFile(Body):
    """A file of a period as the store says now (no products: all of them), or of a frozen issue."""

    kind: KindName = "availability"
    period: Name | None = None
    products: list[Name] = Field(default=[], max_length=MOST_PRODUCTS)
    issue: Name | None = None
    format: Literal["json", "pdf", "xlsx", "csv", "html"]
    lang: Literal["zh", "en"] = "zh"


def begin(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Begins a job, or joins the one that makes the same."""
    given = body_of(asked, NewFile)
    if (given.period is None) == (given.issue is None):
        raise Unreadable("period: name a period or an issue, one of them")
    if given.issue is not None:
        if given.products:
            raise Unreadable("products: an issue says its products itself; leave them out")
        issue = found(reader, asked, given.issue)
        order = FileOrder(given.format, given.lang, issue.origin.kind, issue=issue.id)
    else:
        demand_kind(asked, given.kind)
        period = period_asked(given.period, setting)
        order = FileOrder(given.format, given.lang, given.kind, period, tuple(dict.fromkeys(given.products)))
    return Plan(Change(), job_json(_begun(setting, order)), HTTPStatus.ACCEPTED)


def job(setting: ApiSetting, asked: Asked) -> Content:
    """How far a job is."""
    return job_json(_found(setting, asked))


def job_file(setting: ApiSetting, asked: Asked) -> File:
    """What a job has made."""
    known = _found(setting, asked)
    if known.state in OPEN:
        raise Refused(
            HTTPStatus.CONFLICT, f"job {known.id} is {known.state.value}; ask {JOB}/{known.id} until it is done"
        )
    return File(_output(known), asked.choice("show", ("save", "page"), "save") == "page")


def preview(setting: ApiSetting, asked: Asked) -> File:
    """A report as the store says now: shown as a page when it is one, else to save."""
    period = period_asked(_given(asked, "period"), setting)
    kind = asked.choice("kind", NAMES, NAMES[0])
    demand_kind(asked, kind)
    products = tuple(dict.fromkeys(each.strip() for each in asked.query.get("products", "").split(",") if each.strip()))
    order = FileOrder(asked.choice("format", FORMATS, "html"), _language(asked), kind, period, products)
    return File(_waited(setting, order), order.format == "html")


def issue_file(setting: ApiSetting, asked: Asked) -> File:
    """A frozen issue drawn again, byte for byte."""
    with setting.store.reading() as reader:
        issue = found(reader, asked)
    format_ = asked.choice("format", FORMATS, "pdf")
    return File(_waited(setting, FileOrder(format_, _language(asked), issue.origin.kind, issue=issue.id)))


def job_json(known: Job) -> Json:
    """A job as documents show it."""
    output = known.output
    return {
        "id": known.id,
        "state": known.state.value,
        "percent": known.percent,
        "step": known.steps[known.step] if known.state is JobState.MAKING else None,
        "steps": list(known.steps),
        "file": f"{JOB}/{known.id}/file" if output is not None else None,
        "name": None if output is None else output.name,
        "bytes": None if output is None else len(output.content),
        "error": known.error or None,
        "kept_seconds": KEPT_SECONDS,
    }


def _begun(setting: ApiSetting, order: FileOrder) -> Job:
    try:
        return setting.reporting.jobs.ask(order, STEPS, _work(setting, order))
    except TooManyJobs as full:
        raise later(full) from full


def _waited(setting: ApiSetting, order: FileOrder) -> Output:
    try:
        ended = setting.reporting.jobs.made(order, STEPS, _work(setting, order), LONGEST_WAIT_SECONDS)
    except (TooManyJobs, NoSeat) as full:
        raise later(full) from full
    if ended is None or ended.state in OPEN:
        text = f"it is not made within {LONGEST_WAIT_SECONDS:.0f} s; POST {JOB} and look at the job until it is done"
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, text, {"Retry-After": "5"})
    return _output(ended)


def _work(setting: ApiSetting, order: FileOrder) -> Work:
    return partial(made, setting.store, bank_of(setting), order, setting.now_ms())


def _output(ended: Job) -> Output:
    if ended.output is None:
        raise Unfit(ended.error)
    return ended.output


def _found(setting: ApiSetting, asked: Asked) -> Job:
    known = setting.reporting.jobs.find(asked.id)
    if known is None:
        kept = f"files are kept for {KEPT_SECONDS // 60} minutes: POST {JOB} again"
        raise Missing(f"no job {asked.id[:60]!r} on this server; {kept}")
    demand_kind(asked, known.question.kind if isinstance(known.question, FileOrder) else COSTS)
    return known


def _language(asked: Asked) -> str:
    return asked.choice("lang", LANGUAGES, LANGUAGES[0])


def _given(asked: Asked, name: str) -> str:
    text = asked.query.get(name, "")
    if not text:
        raise Unreadable(f"{name}: is missing; write 2026-10, 2026-Q4, 2026 or 2026-10-01_2026-11-01")
    return text


_FORMAT = {"format": f"one of {', '.join(FORMATS)}", "lang": f"one of {', '.join(LANGUAGES)}"}
ROUTES: tuple[Route, ...] = (
    Direct(
        "/api/v1/reports/preview",
        "A report as the store says now; HTML unless another format is asked for",
        preview,
        {
            "kind": f"one of {', '.join(NAMES)}",
            "period": "2026-10, 2026-Q4, 2026 or 2026-10-01_2026-11-01",
            "products": "ids with commas between them; all when left out",
            **_FORMAT,
        },
        right=Right.SEE_REPORTS,
    ),
    Direct("/api/v1/reports/{id}/file", "A frozen issue as a file, drawn from what was frozen", issue_file, _FORMAT,
           right=Right.SEE_REPORTS),
    Write(JOB, "Make a file beside the server; look at the job until it is done", begin, NewFile,
          status=HTTPStatus.ACCEPTED, right=Right.SEE_REPORTS, action="report.make",
          tells=("kind", "period", "products", "issue", "format", "lang")),
    Direct(f"{JOB}/{{id}}", "How far a job is: waiting, making, done, failed", job,
           right=Right.SEE_REPORTS),
    Direct(f"{JOB}/{{id}}/file", "The file that a job made", job_file, {"show": "save, or page: inside a page"},
           right=Right.SEE_REPORTS),
)  # fmt: skip
