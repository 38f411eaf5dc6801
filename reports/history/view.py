"""Imported history as the document that scripts rely on, and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from reports.history.arithmetic import DAY, EVENTS, MONTH, Account, Figure, Range, account, assumed
from reports.history.model import Defect, History, Records, Weighing
from slo.formatting import percent, ratio

DECIMALS = 4
RATIO_DECIMALS = 12
SECONDS_DECIMALS = 6
UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the figures depend on besides the files."""

    weighing: Weighing
    covered: Range


@dataclass(frozen=True, slots=True)
class _Three:
    """The same records weighed in three ways: as asked, every impact as the whole, and by measured share."""

    asked: Account
    whole: Account
    shares: Account


def document(histories: Sequence[History], asked: Asked) -> dict[str, Any]:
    """Files with their defects, months and days of all services together, and of each one when there are several."""
    records = sum((each.records for each in histories), Records())
    asked = replace(asked, covered=assumed(records, asked.covered))
    three = _three(records, asked, "")
    services = records.services
    return {
        "files": [_file(each) for each in histories],
        "partial_weight": ratio(asked.weighing.partial),
        "shares": "measured" if asked.weighing.measured else "partial",
        "zone": asked.covered.zone,
        "covered_period_assumed": _is_assumed(asked.covered),
        "months": list(_rows(three, MONTH)),
        "days": list(_rows(three, DAY)),
        "services": [_service(records, asked, each) for each in services] if len(services) > 1 else [],
    }


def _service(records: Records, asked: Asked, service: str) -> dict[str, Any]:
    three = _three(records.of(service), asked, service)
    return {"service": service, "months": list(_rows(three, MONTH)), "days": list(_rows(three, DAY))}


def _three(records: Records, asked: Asked, service: str) -> _Three:
    whole = Weighing(Fraction(1), measured=False)
    shares = replace(asked.weighing, measured=True)
    ways = (account(records, each, asked.covered, service) for each in (asked.weighing, whole, shares))
    return _Three(*ways)


def _file(history: History) -> dict[str, Any]:
    return {
        "file": history.name,
        "kind": history.kind,
        "shape": history.shape,
        "rows": history.rows,
        "kept": history.rows - history.rejected,
        "ignored_columns": list(history.ignored),
        "defects": [_defect(each) for each in history.defects],
    }


def _defect(defect: Defect) -> dict[str, Any]:
    return {
        "row": defect.row,
        "column": defect.column,
        "rule": defect.rule,
        "text": defect.text,
        "kept": defect.kept,
    }


def _rows(three: _Three, size: str) -> Iterator[dict[str, Any]]:
    listed = (each.months if size == MONTH else each.days for each in (three.asked, three.whole, three.shares))
    for figure, whole, shares in zip(*listed, strict=True):
        yield {size: figure.key, "basis": figure.basis, **_figure(figure, whole, shares)}


def _figure(figure: Figure, whole: Figure, shares: Figure) -> dict[str, Any]:
    shown = {"availability": _percent(figure), "availability_ratio": _ratio(figure)}
    if figure.basis == EVENTS:
        return {
            **shown,
            "good": figure.good,
            "bad": figure.bad,
            "total": figure.good + figure.bad,
            "downtime_seconds": None,
        }
    return {
        **shown,
        "downtime_seconds": ratio(figure.down_seconds, SECONDS_DECIMALS),
        "watched_seconds": ratio(figure.watched_seconds, SECONDS_DECIMALS),
        "period_seconds": figure.period_seconds,
        "time_availability": _percent(whole),
        "impact_weighted": _percent(shares),
    }


def _percent(figure: Figure) -> str | None:
    return None if figure.availability is None else percent(figure.availability, DECIMALS)


def _ratio(figure: Figure) -> str | None:
    return None if figure.availability is None else ratio(figure.availability, RATIO_DECIMALS)


def lines(histories: Sequence[History], asked: Asked) -> Iterator[str]:
    """What was kept, every defect by file, row and column, then a line a month."""
    for history in histories:
        kept = history.rows - history.rejected
        yield f"{history.name}: {history.kind} ({history.shape}), kept {kept:,} of {history.rows:,} rows"
        if history.ignored:
            yield f"{history.name}: columns not used: {', '.join(history.ignored)}"
        yield from (defect_line(history.name, each) for each in history.defects)
    records = sum((each.records for each in histories), Records())
    asked = replace(asked, covered=assumed(records, asked.covered))
    yield _basis(asked)
    services = records.services
    whole = account(records, asked.weighing, asked.covered)
    yield from _table(whole.months, "all services" if len(services) > 1 else "")
    for service in services if len(services) > 1 else ():
        yield from _table(account(records.of(service), asked.weighing, asked.covered, service).months, service)


def defect_line(name: str, defect: Defect) -> str:
    """One defect: where, what, and whether the row counts all the same."""
    row = f" row {defect.row}" if defect.row else ""
    column = f" {defect.column}" if defect.column else ""
    return f"{name}:{row}{column}: {defect.rule}: {defect.text}{'' if defect.kept else ' (not kept)'}"


def _is_assumed(covered: Range) -> bool:
    return covered.incidents is not None and (covered.from_s is None or covered.to_s is None)


def _basis(asked: Asked) -> str:
    weight = ratio(asked.weighing.partial)
    shares = "measured shares as they are" if asked.weighing.measured else "measured shares below 1 as partial"
    text = f"downtime = major + {weight} x partial, {shares}; days of {asked.covered.zone}"
    if _is_assumed(asked.covered):
        return f"{text}; incidents cover whole months from the first to the last (--from, --to)"
    return text


def _table(figures: Iterable[Figure], title: str) -> Iterator[str]:
    listed = list(figures)
    if listed and title:
        yield title
    for each in listed:
        shown = f"{each.key}  {_percent(each) or UNKNOWN:>8} %"
        if each.basis == EVENTS:
            yield f"{shown}  bad {each.bad:,} of {each.good + each.bad:,} events"
            continue
        down, watched = (ratio(value, 3) for value in (each.down_seconds, each.watched_seconds))
        yield f"{shown}  down {down} of {watched} s"
