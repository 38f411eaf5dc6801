"""Probes in SQL. A few rows a second, so plain statements that every database takes: no upserts of one dialect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, Row, bindparam, func, insert, select, tuple_, union_all, update

from slo.states import SliceState
from store.errors import UnknownProbe
from store.probes import PROBE_LEVELS, Probe, ProbeCounts, ProbeKey, ProbeResult, ProbeStatus, counted
from store.records import Level, Scope
from store.slices import Stretch, slice_start, stretches
from store.sql.schema import PROBE, PROBE_COUNT, PROBE_RESULT

Ask: TypeAlias = Callable[[Executable, Mapping[str, Any]], Sequence[Any]]
_RUNS = (PROBE_COUNT.c.good, PROBE_COUNT.c.bad, PROBE_COUNT.c.invalid_probe)
_Numbers: TypeAlias = dict[ProbeKey, int]
_NOTHING: Mapping[str, Any] = {}
_STATUSES = select(PROBE).order_by(PROBE.c.id)
_RESULTS = (
    select(*(PROBE_RESULT.c[name] for name in ("at_ms", "state", "reason", "duration_ms", "tls_expires_s")))
    .join_from(PROBE_RESULT, PROBE)
    .where(PROBE.c.name == bindparam("name"), PROBE.c.vantage == bindparam("vantage"))
    .where(PROBE_RESULT.c.at_ms >= bindparam("from_ms"), PROBE_RESULT.c.at_ms < bindparam("to_ms"))
    .order_by(PROBE_RESULT.c.at_ms)
)
"""Asked several times a second, so made once: making a statement costs more than running it."""


def put_probe(connection: Connection, probe: Probe, now_ms: int) -> None:
    """Makes a probe known, or updates what it probes and how often."""
    about = {"product": probe.product, "data_center": probe.data_center, "interval_ms": probe.interval_ms}
    is_it = (PROBE.c.name == probe.id, PROBE.c.vantage == probe.vantage)
    if not connection.execute(update(PROBE).where(*is_it).values(**about)).rowcount:
        row = {"name": probe.id, "vantage": probe.vantage, "registered_ms": now_ms, **about}
        connection.execute(insert(PROBE).values(**row))


def put_results(connection: Connection, results: Sequence[ProbeResult], zone: str) -> int:
    """Adds what is new and returns how much that was. Raises UnknownProbe."""
    counted(results)
    numbers = _numbers(connection, sorted({result.key for result in results}))
    known = _known_times(connection, [(numbers[result.key], result.at_ms) for result in results])
    new = {(numbers[r.key], r.at_ms): r for r in reversed(results) if (numbers[r.key], r.at_ms) not in known}
    if new:
        connection.execute(insert(PROBE_RESULT), [_row(number, new[number, at]) for number, at in sorted(new)])
        _count(connection, new, zone)
        _set_newest(connection, new)
    return len(new)


def _numbers(connection: Connection, keys: Sequence[ProbeKey]) -> _Numbers:
    """Numbers of probes; held until the transaction ends, so that two writers of one probe take turns."""
    asked = select(PROBE.c.name, PROBE.c.vantage, PROBE.c.id).where(tuple_(PROBE.c.name, PROBE.c.vantage).in_(keys))
    rows = connection.execute(asked.order_by(PROBE.c.id).with_for_update()).all()
    numbers = {ProbeKey(name, vantage): number for name, vantage, number in rows}
    for key in keys:
        if key not in numbers:
            raise UnknownProbe(*key)
    return numbers


def _known_times(connection: Connection, times: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    key = (PROBE_RESULT.c.probe_id, PROBE_RESULT.c.at_ms)
    return {(number, at_ms) for number, at_ms in connection.execute(select(*key).where(tuple_(*key).in_(times)))}


def _row(number: int, result: ProbeResult) -> dict[str, object]:
    return {
        "probe_id": number,
        "at_ms": result.at_ms,
        "state": result.state.value,
        "reason": result.reason,
        "duration_ms": result.duration_ms,
        "tls_expires_s": result.tls_expires_s,
    }


def _count(connection: Connection, new: Mapping[tuple[int, int], ProbeResult], zone: str) -> None:
    """Adds to every level; probes are held by the caller, so nobody else changes their slices."""
    added: defaultdict[tuple[Level, int, int], ProbeCounts] = defaultdict(ProbeCounts)
    for (number, at_ms), result in new.items():
        for level in PROBE_LEVELS:
            added[level, slice_start(level, at_ms // 1000, zone), number] += counted([result])
    for (level, at_s, number), runs in sorted(added.items(), key=lambda item: item[0]):
        names = {"good": runs.good, "bad": runs.bad, "invalid_probe": runs.invalid_probe}
        is_it = (PROBE_COUNT.c.level == level, PROBE_COUNT.c.at == at_s, PROBE_COUNT.c.probe_id == number)
        more = {name: PROBE_COUNT.c[name] + amount for name, amount in names.items()}
        if not connection.execute(update(PROBE_COUNT).where(*is_it).values(**more)).rowcount:
            connection.execute(insert(PROBE_COUNT).values(level=int(level), at=at_s, probe_id=number, **names))


def _set_newest(connection: Connection, new: Mapping[tuple[int, int], ProbeResult]) -> None:
    """What is newer than the newest so far takes its place; a handshake that failed leaves the known certificate."""
    asked = select(PROBE.c.id, PROBE.c.last_at_ms).where(PROBE.c.id.in_({number for number, _ in new}))
    for number, last_at_ms in connection.execute(asked).all():
        later = [new[key] for key in sorted(new) if key[0] == number and (last_at_ms is None or key[1] > last_at_ms)]
        if later:
            connection.execute(update(PROBE).where(PROBE.c.id == number).values(**_newest(later)))


def _newest(later: Sequence[ProbeResult]) -> dict[str, object]:
    last = later[-1]
    values: dict[str, object] = {
        "last_at_ms": last.at_ms,
        "last_state": last.state.value,
        "last_reason": last.reason,
        "last_duration_ms": last.duration_ms,
        "last_tls_expires_s": last.tls_expires_s,
    }
    shown = [result.tls_expires_s for result in later if result.tls_expires_s is not None]
    return {**values, "tls_expires_s": shown[-1]} if shown else values


class SqlProbeReader:
    """What is known of probes (see ``store.probes.ProbeReader``); ``ask`` runs a statement in the reader's view."""

    def __init__(self, ask: Ask, zone: str) -> None:
        self._ask = ask
        self._zone = zone

    def statuses(self) -> list[ProbeStatus]:
        """Every registered probe with its newest result, in order of registration."""
        return [_status(row) for row in self._ask(_STATUSES, _NOTHING)]

    def results(self, key: ProbeKey, from_ms: int, to_ms: int) -> list[ProbeResult]:
        """Results of one probe in ``[from_ms, to_ms)``, oldest first."""
        values = {"name": key.id, "vantage": key.vantage, "from_ms": from_ms, "to_ms": to_ms}
        rows = self._ask(_RESULTS, values)
        return [ProbeResult(key, at_ms, SliceState(state), *rest) for at_ms, state, *rest in rows]

    def totals(self, from_s: int, to_s: int) -> dict[ProbeKey, ProbeCounts]:
        """Runs per probe (edges taken outwards to whole minutes), probes without any left out."""
        parts = [_runs(stretch) for stretch in stretches(Scope.STEP, from_s, to_s, self._zone)]
        if not parts:
            return {}
        each = union_all(*parts).subquery()
        sums = [func.sum(each.c[column.name]) for column in _RUNS]
        asked = (
            select(PROBE.c.name, PROBE.c.vantage, *sums)
            .join_from(each, PROBE, PROBE.c.id == each.c.probe_id)
            .group_by(PROBE.c.id, PROBE.c.name, PROBE.c.vantage)
            .order_by(PROBE.c.id)
        )
        rows = [
            (ProbeKey(name, vantage), [int(n) for n in runs]) for name, vantage, *runs in self._ask(asked, _NOTHING)
        ]
        return {key: ProbeCounts(*runs) for key, runs in rows if any(runs)}

    def timeline(self, level: Level, key: ProbeKey, from_s: int, to_s: int) -> list[tuple[int, ProbeCounts]]:
        """Slices of one level that hold runs of one probe, oldest first."""
        counts = PROBE_COUNT.c
        asked = (
            select(counts.at, *_RUNS)
            .join_from(PROBE_COUNT, PROBE)
            .where(PROBE.c.name == key.id, PROBE.c.vantage == key.vantage)
            .where(counts.level == level, counts.at >= from_s, counts.at < to_s)
            .order_by(counts.at)
        )
        return [(at_s, ProbeCounts(*runs)) for at_s, *runs in self._ask(asked, _NOTHING)]


def _runs(stretch: Stretch) -> Any:
    chosen = (PROBE_COUNT.c.level == stretch.level, PROBE_COUNT.c.at >= stretch.from_s, PROBE_COUNT.c.at < stretch.to_s)
    runs = [(stretch.sign * column).label(column.name) for column in _RUNS]
    return select(PROBE_COUNT.c.probe_id, *runs).where(*chosen)


def _status(row: Row[Any]) -> ProbeStatus:
    probe = Probe(row.name, row.vantage, row.product, row.data_center, row.interval_ms)
    last = None
    if row.last_at_ms is not None:
        found = (row.last_reason, row.last_duration_ms, row.last_tls_expires_s)
        last = ProbeResult(probe.key, row.last_at_ms, SliceState(row.last_state), *found)
    return ProbeStatus(probe, row.registered_ms, last, row.tls_expires_s)
