"""The tidy table that every printed figure can be recomputed from: one record per line, its kind in the first column.

``period`` and ``trend``: a product in a data center over one slice; ``down``: a down minute, or (text "not known") a
unit of which nobody can say; ``worst``: a worst window; ``incident``; ``maintenance``: a window; ``source``: who
looked, from when until when; ``gap``: a stretch without pages of one (text "exact" or "lost"); ``not_observed``:
simulated or imported; ``contract`` (slice: its target, text: its measure); ``credit`` (text: below so much, so much;
both in per cent); ``outage``: a month that files tell of (text: down and told seconds); ``target``: what each unit is
held to; ``about``: the report itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reports.availability.model import Report
from reports.paper.model import Cell, Column, Kind, Table

_COUNTS = (
    "good",
    "bad",
    "excluded_good",
    "excluded_bad",
    "transactions",
    "excluded_transactions",
    "length_ms",
    "excluded_ms",
    "lost_ms",
    "unwatched_ms",
    "excluded_lost_ms",
    "excluded_unwatched_ms",
    "provisional",
)
_TEXTS = ("record", "slice", "id", "product", "data_center", "from", "to")
_SECONDS = ("judged_s", "down_least_s", "down_most_s", "guideline_least_s", "guideline_most_s", "unseen_s", "slice_s")
_MORE = ("detected", "acknowledged", "failed", *_SECONDS, "text")
KEYS = (*_TEXTS, *_COUNTS, *_MORE)

_Record = Mapping[str, int | str | None]


def data(report: Report) -> Table:
    """Everything, in the order of the docstring above."""
    place = {name: number for number, name in enumerate(report.rows.columns)}
    order = [place.get(key) for key in KEYS]
    made = _Made()
    cells = [tuple(made[None if number is None else row[number]] for number in order) for row in report.rows.rows]
    cells += [tuple(Cell(record.get(key)) for key in KEYS) for record in _records(report)]
    kinds = {**dict.fromkeys(_COUNTS, Kind.INTEGER), **dict.fromkeys(("failed", *_SECONDS), Kind.INTEGER)}
    shape = tuple(Column(key, key, kinds.get(key, Kind.TEXT)) for key in KEYS)
    return Table("data", "data", shape, tuple(cells))


class _Made(dict[int | str | None, Cell]):
    """One cell per value: a million of them, most of them alike, would be a tenth of a gigabyte."""

    def __missing__(self, value: int | str | None) -> Cell:
        cell = self[value] = Cell(value)
        return cell


def _records(report: Report) -> Iterator[_Record]:
    yield from ({"record": "down", "id": each.id, "from": each.from_, "to": each.to} for each in report.down_minutes)
    for unit in (report.bank, *report.products):
        if unit.downtime_seconds is None:
            yield {"record": "down", "id": unit.id, "text": "not known"}
    yield from _worst(report)
    for incident in report.incidents:
        yield {
            "record": "incident",
            "id": incident.id,
            "product": " ".join(incident.products),
            "data_center": " ".join(incident.data_centers),
            "from": incident.impact_start,
            "to": incident.restored,
            "detected": incident.detected,
            "acknowledged": incident.acknowledged,
            "failed": incident.failed,
            "text": incident.title.get("en") or next(iter(incident.title.values()), ""),
        }
    for window in report.maintenance:
        yield {
            "record": "maintenance",
            "id": window.id,
            "product": " ".join(window.products),
            "data_center": " ".join(window.data_centers),
            "from": window.from_,
            "to": window.to,
            "text": window.title,
        }
    yield from _contracts(report)
    yield from _about(report)


def _contracts(report: Report) -> Iterable[_Record]:
    for each in report.sla:
        yield {
            "record": "contract",
            "id": each.id,
            "slice": each.target,
            "product": each.product,
            "data_center": each.data_center,
            "good": each.good,
            "bad": each.bad,
            "judged_s": each.judged_seconds,
            "down_least_s": each.downtime_seconds_least,
            "down_most_s": each.downtime_seconds_most,
            "guideline_least_s": each.guideline_seconds_least,
            "guideline_most_s": each.guideline_seconds_most,
            "unseen_s": each.unseen_seconds,
            "slice_s": each.coarsest_slice_seconds,
            "text": each.measure,
        }
        for row in each.credits:
            yield {"record": "credit", "id": each.id, "text": f"{row.below} {row.credit_percent}"}
    for told in report.imported_times:
        text = f"{told.down_seconds} {told.watched_seconds}"
        yield {"record": "outage", "id": told.service, "slice": told.month, "text": text}


def _worst(report: Report) -> Iterable[_Record]:
    for each in report.worst_windows:
        yield {
            "record": "worst",
            "id": each.id,
            "from": each.from_,
            "to": each.to,
            "good": each.good,
            "bad": each.bad,
            "length_ms": each.seconds * 1000,
        }


def _watched(report: Report) -> Iterable[_Record]:
    for each in report.data_quality:
        yield {
            "record": "source",
            "id": each.id,
            "data_center": each.data_center,
            "from": each.watched_from,
            "to": each.watched_to,
        }
    for gap in report.gaps:
        kind = "exact" if gap.exact else "lost"
        yield {"record": "gap", "id": gap.source, "from": gap.from_, "to": gap.to, "text": kind}
    for stretch in report.not_observed:
        yield {"record": "not_observed", "from": stretch.from_, "to": stretch.to, "text": stretch.origin}


def _about(report: Report) -> Iterable[_Record]:
    yield from _watched(report)
    for unit in (report.bank, *report.products):
        yield {"record": "target", "id": unit.id, "text": unit.target}
    period = report.period
    yield {
        "record": "about",
        "id": report.snapshot_sha256,
        "slice": period.key,
        "from": period.from_,
        "to": period.until,
        "provisional": int(period.provisional),
        "text": f"definition {report.definition_version}, catalog {report.catalog_version}, {period.time_zone}",
    }
