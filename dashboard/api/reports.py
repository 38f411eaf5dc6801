"""Frozen issues of reports: listed, shown with what they say otherwise than the one before, frozen and signed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal, TypeAlias

from pydantic import Field

from access.rights import Right
from alerts.incidents.view import utc
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Name
from dashboard.api.errors import Missing, Refused, Unfit
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Route, Write
from dashboard.api.setting import ApiSetting
from dashboard.reporting.bank import Bank
from dashboard.reporting.jobs import NoSeat
from dashboard.reporting.kinds import NAMES, REFUSED, kind_named
from dashboard.reporting.making import frozen_now, restated
from reports.availability.errors import AvailabilityReportError
from reports.availability.period import Period, period_of
from reports.issues.approving import approve
from reports.issues.errors import IssueError
from reports.issues.keeping import KIND, document_of, find, issue_of
from reports.issues.model import APPROVED, FROZEN, PREPARED, REVIEWED, STEPS, WITHDRAWN, Issue
from store.journal import Document
from store.port import Reader

STATES = ("all", FROZEN, PREPARED, REVIEWED, APPROVED, WITHDRAWN)
MOST_PRODUCTS = 1000
COSTS = "costs"
KindName: TypeAlias = Literal["availability", "incidents", "costs", "peaks"]


class NewIssue(Act):
    """What is frozen, as the store says now. ``period``: 2026-10, 2026-Q4, 2026 or 2026-10-01_2026-11-01; no
    products: all of them."""

    kind: KindName = "availability"
    period: Name
    products: list[Name] = Field(default=[], max_length=MOST_PRODUCTS)


class Signature(Act):
    """``by`` signs; each step by another person."""

    step: Literal["prepared", "reviewed", "approved"]


def issues(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first."""
    kind, state = asked.choice("kind", ("all", *NAMES), "all"), asked.choice("state", STATES, "all")

    def shown(document: Document) -> Json | None:
        issue = issue_of(document)
        if issue.origin.kind == COSTS and not asked.who.may(Right.SEE_COSTS):
            return None
        fits = kind in ("all", issue.origin.kind) and state in ("all", issue.state)
        return issue_json(issue) if fits else None

    filtered = (kind, state) != ("all", "all") or not asked.who.may(Right.SEE_COSTS)
    rows, following = page(reader.journal(), KIND, asked, shown, filtered=filtered)
    return listing("reports", rows, following)


def one(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """An issue: its line, its headline figures, and its table against the issue before."""
    issue, journal = found(reader, asked), reader.journal()
    try:
        shown = kind_named(issue.origin.kind).shown
        document, table = document_of(journal, issue.id), restated(journal, issue.id)
    except IssueError as error:
        raise Unfit(str(error)) from error
    rows = [{"figure": figure, "was": was, "now": now} for figure, was, now in table]
    return {**issue_json(issue), "report": {name: document.get(name) for name in shown}, "differences": rows}


def take(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Freezes; what says the same already is not frozen twice."""
    given = body_of(asked, NewIssue)
    products = tuple(dict.fromkeys(given.products))
    demand_kind(asked, given.kind)
    period = period_asked(given.period, setting)
    try:
        with setting.reporting.jobs.seated():
            made = kind_named(given.kind).make(reader, bank_of(setting), period, products, now_ms)
            change, issue = frozen_now(made, products, reader.journal(), now_ms, actor_of(asked))
    except REFUSED as error:
        raise Unfit(str(error)) from error
    except NoSeat as full:
        raise later(full) from full
    return Plan(change, issue_json(issue), HTTPStatus.CREATED if change.documents else HTTPStatus.OK)


def sign(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Puts a name under an issue."""
    given, issue = body_of(asked, Signature), found(reader, asked)
    try:
        change, signed = approve(reader.journal(), issue.id, given.step, now_ms, actor_of(asked), note=given.note)
    except IssueError as error:
        raise Unfit(str(error)) from error
    return Plan(change, issue_json(signed), HTTPStatus.CREATED)


def bank_of(setting: ApiSetting) -> Bank:
    """What every report of this control center has in common."""
    if setting.reporting.bank is not None:
        return setting.reporting.bank
    costs = setting.costs.desk(setting.catalog).policy
    build = setting.build or "unknown"
    return Bank(setting.catalog, build, costs=costs, capacity=setting.capacity, days=setting.kinds)


def period_asked(text: str | None, setting: ApiSetting) -> Period:
    """A period by its name. Raises Unfit."""
    try:
        return period_of(text or "", setting.catalog.zone)
    except AvailabilityReportError as error:
        raise Unfit(str(error)) from error


def later(full: Exception) -> Refused:
    """Too much is being made at the moment."""
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, str(full), {"Retry-After": "5"})


def found(reader: Reader, asked: Asked, issue_id: str = "") -> Issue:
    """The issue that the address or a body names. Raises Missing, Refused for costs that somebody may not see."""
    wanted = issue_id or asked.id
    issue = find(reader.journal(), wanted)
    if issue is None:
        raise Missing(f"no issue {wanted[:200]!r}; GET /api/v1/reports lists their ids")
    demand_kind(asked, issue.origin.kind)
    return issue


def demand_kind(asked: Asked, kind: str) -> None:
    """Costs take a right of their own, on paper too."""
    if kind == COSTS:
        asked.demand(Right.SEE_COSTS)


def issue_json(issue: Issue) -> Json:
    """An issue as documents show it. ``next_step``: the signature that it waits for, null when it takes none."""
    done, withdrawn = len(issue.approvals), issue.withdrawn
    return {
        "id": issue.id,
        "kind": issue.origin.kind,
        "period": issue.origin.period,
        "scope": issue.origin.scope or None,
        "revision": issue.revision,
        "previous": issue.previous_id or None,
        "state": issue.state,
        "verdict": issue.headline.verdict or None,
        "availability": issue.headline.availability,
        "provisional": issue.headline.provisional,
        "sha256": issue.digest,
        "bytes": issue.size_bytes,
        "definition_version": issue.origin.definition_version,
        "code_version": issue.origin.code_version,
        "frozen": utc(issue.frozen_ms),
        "frozen_by": issue.frozen_by,
        "differences_total": issue.differences,
        "approvals": [
            {"step": each.step, "by": each.actor, "at": utc(each.at_ms), "note": each.note} for each in issue.approvals
        ],
        "next_step": STEPS[done] if done < len(STEPS) and withdrawn is None else None,
        "withdrawn": withdrawn
        and {"at": utc(withdrawn.at_ms), "by": withdrawn.actor, "replaced_by": withdrawn.replaced_by},
    }


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/reports",
        "Frozen issues of reports, newest first",
        issues,
        {
            "kind": f"one of all, {', '.join(NAMES)}",
            "state": f"one of {', '.join(STATES)}",
            **asking("frozen"),
        },
        right=Right.SEE_REPORTS,
    ),
    Read(
        "/api/v1/reports/{id}",
        "One issue, and what it says otherwise than the one before",
        one,
        right=Right.SEE_REPORTS,
    ),
    Write(
        "/api/v1/reports",
        "Freeze a report of a period",
        take,
        NewIssue,
        status=HTTPStatus.CREATED,
        right=Right.REPORT,
        action="report.freeze",
        tells=("kind", "period", "products", "note"),
    ),
    Write(
        "/api/v1/reports/{id}/approvals",
        "Sign an issue",
        sign,
        Signature,
        status=HTTPStatus.CREATED,
        right=Right.REPORT,
        action="report.sign",
        tells=("step", "note"),
    ),
)
