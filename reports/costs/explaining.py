"""Where a figure of a cost report comes from: its formula, what went in, and the rows that it is added up from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from reports.availability.errors import UnknownFigure
from reports.availability.explaining import Explanation
from reports.costs.model import BridgeText, CostReport, Effects, Figure, MonthFigures, Part

_PER = "truncated after 6 decimals"
FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        "headline": f"fen / 100 / (account_days / days): effective cost of the last twelve closed months, {_PER}",
        "cash": f"as headline, over what was billed instead of the effective cost, {_PER}",
        "run_rate": f"fen / 100 x 365 / days / (account_days / days): cost of 30 days drawn out to a year, {_PER}",
        "per_1000_transactions": f"fen / 100 / count x 1000: cost of the month by its transactions, {_PER}",
        "per_loan": f"fen / 100 / count: cost of the month by its loans, {_PER}",
        "marginal": "fen / 100 / accounts that came: change of the yearly cost since the month before, by the change "
        f"of its mean daily accounts; {_PER}; fen is rounded",
        "verdict": "met: headline <= target; missed: headline > target; else not proven; decided on the exact figure",
        "ledger": "direct + shared + idle + unallocated, to the fen",
        "direct": "sum of fen over rows whose part is direct",
        "shared": "sum of fen over rows whose part is shared",
        "idle": "sum of fen over rows whose part is idle",
        "unallocated": "sum of fen over rows whose part is unallocated",
        "cny_per_account_year": f"ledger / 100 x 365 / days of the month / mean daily accounts, {_PER}",
        "fen": "sum of fen over rows",
        "cost": "effect of cost per account at the accounts and mix of before; bank: sum of the products",
        "volume": "effect of the number of accounts; bank: sum of the products",
        "mix": "effect of the products' shares of accounts; bank: sum of the products",
        "total": "cost + volume + mix; of the bank: after - before",
    }
)
_MONTH_RECORDS = ("cost", "account_days", "days")


@dataclass(frozen=True, slots=True)
class _Known:
    """A figure. ``rows``: which rows it is counted from, by column; of each any of some values."""

    value: Any
    inputs: Mapping[str, Any]
    rows: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def figures(report: CostReport) -> list[str]:
    """Ids of every figure of a report, as tables and papers name them."""
    return list(_known(report))


def explain(report: CostReport, figure: str) -> Explanation:
    """One figure by its id. Raises UnknownFigure."""
    found = _known(report).get(figure)
    if found is None:
        raise UnknownFigure(figure, "report explain --list with the same period or issue prints every id")
    columns = report.rows.columns
    rows = tuple(row for row in report.rows.rows if _fits(dict(zip(columns, row, strict=True)), found.rows))
    formula = FORMULAS[figure.rsplit("/", 1)[-1]]
    return Explanation(figure, found.value, formula, dict(found.inputs), _sums(columns, rows), columns, rows)


def _fits(row: Mapping[str, Any], wanted: Mapping[str, tuple[Any, ...]]) -> bool:
    return bool(wanted) and all(row[name] in values for name, values in wanted.items())


def _sums(columns: tuple[str, ...], rows: tuple[tuple[int | str | None, ...], ...]) -> dict[str, int]:
    place = {name: at for at, name in enumerate(columns)}
    return {name: sum(int(row[place[name]] or 0) for row in rows) for name in ("fen", "count")} if rows else {}


def _known(report: CostReport) -> dict[str, _Known]:
    found = dict(_headlines(report))
    found["goal/verdict"] = _Known(
        report.goal.verdict, {"target_cny": report.goal.target_cny, "headline": report.headline.cny}
    )
    found |= _allocation(report)
    for place, column, parts in (
        ("categories", "category", report.categories),
        ("products", "product", report.products),
        ("data_centers", "data_center", report.data_centers),
    ):
        for each in parts:
            found |= _part(report, f"{place}/{each.id or 'nobody'}", column, each)
    for month in report.trend:
        found |= _month(month)
    if report.bridge is not None:
        found |= _bridge(report.bridge)
    return found


def _headlines(report: CostReport) -> Iterator[tuple[str, _Known]]:
    closed = [each.month for each in report.trend if each.closed]
    own = (report.period.key,)
    counted: tuple[tuple[str, Mapping[str, tuple[Any, ...]]], ...] = (
        ("headline", {"record": _MONTH_RECORDS, "month": tuple(closed[-12:])}),
        ("run_rate", {}),
        ("cash", {}),
        ("per_1000_transactions", {"record": ("cost", "transactions"), "month": own}),
        ("per_loan", {"record": ("cost", "loans"), "month": own}),
        ("marginal", {"record": _MONTH_RECORDS, "month": tuple(each.month for each in report.trend[-2:])}),
    )
    for name, rows in counted:
        figure: Figure = getattr(report, name)
        yield name, _Known(figure.cny, asdict(figure), rows if figure.cny is not None else {})


def _allocation(report: CostReport) -> Iterator[tuple[str, _Known]]:
    parts, own = asdict(report.allocation), {"record": ("share",), "month": (report.period.key,)}
    for name in ("ledger", "direct", "shared", "idle", "unallocated"):
        rows = own if name == "ledger" else {**own, "part": (name,)}
        yield f"allocation/{name}", _Known(parts[f"{name}_fen"], parts, rows)


def _part(report: CostReport, id_: str, column: str, part: Part) -> dict[str, _Known]:
    rows = {"record": ("share",), "month": (report.period.key,), column: (part.id,)}
    borne = {**asdict(part.parts), "accounts": part.accounts, "days": report.ledger.days}
    return {
        f"{id_}/ledger": _Known(part.parts.ledger_fen, borne, rows),
        f"{id_}/cny_per_account_year": _Known(part.cny_per_account_year, borne, rows),
    }


def _month(month: MonthFigures) -> dict[str, _Known]:
    inputs = {name: getattr(month, name) for name in ("closed", "days", "accounts", "account_days", "reasons")}
    rows = {"record": _MONTH_RECORDS, "month": (month.month,)}
    return {
        f"month/{month.month}/fen": _Known(month.fen, inputs, {**rows, "record": ("cost",)}),
        f"month/{month.month}/cny_per_account_year": _Known(
            month.cny_per_account_year, {"ledger": month.fen, **inputs}, rows
        ),
    }


def _bridge(bridge: BridgeText) -> dict[str, _Known]:
    ends = {"from": bridge.from_month, "to": bridge.to_month, "before": bridge.before, "after": bridge.after}
    months = {"record": _MONTH_RECORDS, "month": (bridge.from_month, bridge.to_month)}
    effects: Callable[[Effects], dict[str, Any]] = asdict
    found = {}
    for each in (bridge.bank, *bridge.products):
        said = {**ends, **effects(each)}
        rows = months if each is bridge.bank else {**months, "product": (each.id, "")}
        for name in ("cost", "volume", "mix", "total"):
            found[f"bridge/{each.id or 'bank'}/{name}"] = _Known(getattr(each, name), said, rows)
    return found
