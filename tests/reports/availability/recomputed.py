"""Every figure of an availability report from its CSV alone: standard library, nothing of the product's.

``figures_of(text)`` gives id -> what must be printed. Written from the definitions and from the texts that ``report
explain`` prints, so that it says the same in other words.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

Figure: TypeAlias = "int | str | None"
Line: TypeAlias = dict[str, str]
Stretch: TypeAlias = tuple[int, int]


def figures_of(text: str) -> dict[str, Figure]:
    """Id -> value, of everything that the CSV of a report tells."""
    lines = [{key: plain_text(value) for key, value in line.items()} for line in csv.DictReader(io.StringIO(text))]
    of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of[line["record"]].append(line)
    targets = {line["id"]: Fraction(line["text"]) / 100 for line in of["target"]}
    about = of["about"][0]
    found: dict[str, Figure] = {}
    found |= dict(_units(of, targets, (seconds(about["from"]), seconds(about["to"]))))
    found |= dict(_dated(of["trend"], "month", targets))
    found |= dict(_dated(of["period"], "slice", targets))
    found |= dict(_composite(of["period"]))
    found |= dict(_incidents(of["incident"]))
    found |= dict(_worst(of["worst"]))
    found |= dict(_sources(of, milliseconds(about["from"]), milliseconds(about["to"])))
    return found


def plain_text(field: str) -> str:
    """A field without the mark that keeps spreadsheets from reading it as a formula."""
    return field[1:] if field.startswith("'") else field


def milliseconds(text: str) -> int:
    """Of an RFC 3339 text."""
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def seconds(text: str) -> int:
    """Whole seconds of an RFC 3339 text."""
    return milliseconds(text) // 1000


def cut(value: Fraction, places: int) -> str:
    """Decimals cut off, never rounded; no minus sign before nothing."""
    whole = int(abs(value) * 10**places)
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole // 10**places}" + (f".{whole % 10**places:0{places}d}" if places else "")


def percent(value: Fraction | None) -> str | None:
    """Five decimals; exactly all of it is 100."""
    if value is None:
        return None
    return "100" if value == 1 else cut(value * 100, 5)


def short(value: Fraction | None, places: int = 9) -> str | None:
    """Without zeros at its end."""
    if value is None:
        return None
    text = cut(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(part: int, whole: int) -> Fraction | None:
    """None of nothing."""
    return Fraction(part, whole) if whole else None


class Sums:
    """Rows added up by product and data center, with maintenance or without."""

    def __init__(self, lines: Iterable[Line], *, whole: bool) -> None:
        self.cells: dict[tuple[str, str], dict[str, int]] = {}
        self.excluded = 0
        for line in lines:
            cell = self.cells.setdefault((line["product"], line["data_center"]), defaultdict(int))
            for name in ("good", "bad", "transactions", "lost_ms", "unwatched_ms"):
                cell[name] += int(line[name]) - (0 if whole else int(line[f"excluded_{name}"]))
            cell["judged_ms"] += int(line["length_ms"]) - (0 if whole else int(line["excluded_ms"]))
            self.excluded += int(line["excluded_ms"])

    def __getitem__(self, name: str) -> int:
        return sum(cell[name] for cell in self.cells.values())

    def total(self) -> int:
        """Events."""
        return self["good"] + self["bad"]

    def missing(self) -> int:
        """Events that were probably not seen."""
        found = 0
        for product in {product for product, _ in self.cells}:
            cells = [cell for (mine, _), cell in self.cells.items() if mine == product]
            never = [c for c in cells if c["judged_ms"] == c["lost_ms"] and c["good"] + c["bad"] == 0]
            others = [c for c in cells if c not in never]
            for cell in others:
                seen_ms = cell["judged_ms"] - cell["lost_ms"]
                found += up((cell["good"] + cell["bad"]) * cell["lost_ms"], max(seen_ms, 1))
            events = sum(c["good"] + c["bad"] for c in others)
            seen_ms = sum(c["judged_ms"] - c["lost_ms"] for c in others)
            found += up(events * sum(c["lost_ms"] for c in never), max(seen_ms, 1))
        return found

    def completeness(self) -> Fraction | None:
        """Watched share of what counts."""
        return share(self["judged_ms"] - self["unwatched_ms"], self["judged_ms"])


def up(part: int, whole: int) -> int:
    """Divided and rounded up."""
    return -(-part // whole)


def _view(sums: Sums, target: Fraction) -> dict[str, Figure]:
    good, total, missing = sums["good"], sums.total(), sums.missing()
    low, high = share(good, total + missing), share(good + missing, total + missing)
    verdict = "not proven"
    if low is not None and low >= target:
        verdict = "met"
    elif high is not None and high < target:
        verdict = "missed"
    return {
        "good": good,
        "bad": sums["bad"],
        "total": total,
        "missing_estimate": missing,
        "availability": percent(share(good, total)),
        "low": percent(low),
        "high": percent(high),
        "verdict": verdict,
        "completeness": short(sums.completeness()),
    }


def _units(of: dict[str, list[Line]], targets: dict[str, Fraction], window: Stretch) -> Iterator[tuple[str, Figure]]:
    lines = of["period"]
    products = list(dict.fromkeys(line["product"] for line in lines))
    centers = list(dict.fromkeys(line["data_center"] for line in lines))
    cells = {(line["product"], line["data_center"]) for line in lines}
    places = [("bank", "bank", lines, products)]
    places += [(f"product/{p}", p, [x for x in lines if x["product"] == p], [p]) for p in products]
    places += [(f"data_center/{c}", "", [x for x in lines if x["data_center"] == c], products) for c in centers]
    for place, unit, mine, held in places:
        target = targets[unit or "bank"]
        sums = Sums(mine, whole=False)
        figures = _view(sums, target) | {"transactions": sums["transactions"]}
        figures |= _budget(sums, target, window[1] - window[0])
        figures |= _time(
            of, unit, sums, window, _planned(of["maintenance"], [cell for cell in cells if cell[0] in held])
        )
        if sums.excluded:
            beside = _view(Sums(mine, whole=True), target)
            figures |= {f"with_maintenance.{name}": value for name, value in beside.items()}
        yield from ((f"{place}/{name}", value) for name, value in figures.items())


def _budget(sums: Sums, target: Fraction, length: int) -> dict[str, Figure]:
    allowed = sums.total() * (1 - target)
    known = sums.total() > 0
    return {
        "allowed_events": cut(allowed, 2) if known else None,
        "remaining_events": cut(allowed - sums["bad"], 2) if known else None,
        "budget_spent_percent": cut(sums["bad"] / allowed * 100, 2) if known else None,
        "budget_seconds": cut(length * (1 - target), 2),
    }


def _time(
    of: dict[str, list[Line]], unit: str, sums: Sums, window: Stretch, planned: set[Stretch]
) -> dict[str, Figure]:
    """Down minutes lie on whole minutes, and so do maintenance windows: a minute is in one or is not."""
    nothing: dict[str, Figure] = dict.fromkeys(("downtime_seconds", "time_availability", "time_availability_low"))
    mine = [line for line in of["down"] if line["id"] == unit]
    watched = sums.completeness()
    seen = sums["judged_ms"] > sums["unwatched_ms"] or sums.total()
    if not unit or not seen or any(line["text"] == "not known" for line in mine):
        return nothing
    minutes = {seconds(line["from"]) for line in mine}
    down = 60 * sum(1 for at in minutes if not any(begin <= at < end for begin, end in planned))
    inside = [(max(begin, window[0]), min(end, window[1])) for begin, end in planned]
    judged = window[1] - window[0] - sum(end - begin for begin, end in inside if begin < end)
    if not watched or judged <= 0:
        return nothing | {"downtime_seconds": down}
    part = Fraction(down, judged)
    return {
        "downtime_seconds": down,
        "time_availability": percent(max(1 - part / watched, Fraction(0))),
        "time_availability_low": percent(max(watched - part, Fraction(0))),
    }


def _planned(lines: list[Line], cells: list[tuple[str, str]]) -> set[Stretch]:
    """Stretches between neighboring edges of windows in which every cell is covered."""
    windows = [(seconds(x["from"]), seconds(x["to"]), x["product"].split(), x["data_center"].split()) for x in lines]
    edges = sorted({edge for begin, end, _, _ in windows for edge in (begin, end)})
    found = set()
    for begin, end in pairwise(edges):
        covering = [(p, c) for from_s, to_s, p, c in windows if from_s <= begin and end <= to_s]
        if all(any((not p or mine in p) and (not c or at in c) for p, c in covering) for mine, at in cells):
            found.add((begin, end))
    return found


def _dated(lines: list[Line], kind: str, targets: dict[str, Fraction]) -> Iterator[tuple[str, Figure]]:
    names = ["good", "bad", "total", "availability", "verdict", "completeness"]
    names += ["low", "high", "missing_estimate"] if kind == "month" else []
    of: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        of[line["slice"], "bank"].append(line)
        of[line["slice"], line["product"]].append(line)
    for (label, unit), mine in of.items():
        view = _view(Sums(mine, whole=False), targets[unit])
        yield from ((f"{kind}/{label}/{unit}/{name}", view[name]) for name in names)


def _composite(lines: list[Line]) -> Iterator[tuple[str, Figure]]:
    sums = [Sums([x for x in lines if x["product"] == p], whole=False) for p in {x["product"] for x in lines}]
    shares = [Fraction(each["good"], each.total()) for each in sums if each.total()]
    good, total = sum(each["good"] for each in sums), sum(each.total() for each in sums)
    yield "composite/pooled", percent(share(good, total))
    yield "composite/worst", percent(min(shares, default=None))
    yield "composite/mean", percent(sum(shares, Fraction(0)) / len(shares) if shares else None)


def _incidents(lines: list[Line]) -> Iterator[tuple[str, Figure]]:
    def between(line: Line, first: str, last: str) -> int | None:
        known = line[first] and line[last]
        return milliseconds(line[last]) - milliseconds(line[first]) if known else None

    yield "incidents/n", len(lines)
    pairs = {"mttd": ("from", "detected"), "mtta": ("detected", "acknowledged"), "mttr": ("from", "to")}
    for name, (first, last) in pairs.items():
        times = [between(line, first, last) for line in lines]
        known = sorted(each for each in times if each is not None)
        yield f"incidents/{name}/known", len(known)
        yield f"incidents/{name}/unknown", len(times) - len(known)
        count = len(known)
        middle = Fraction(known[(count - 1) // 2] + known[count // 2], 2) if known else None
        yield f"incidents/{name}/median_ms", short(middle, 1)
        enough = next((each for each in known if 10 * sum(other <= each for other in known) >= 9 * count), None)
        yield f"incidents/{name}/p90_ms", enough
        yield f"incidents/{name}/max_ms", known[-1] if known else None
    for line in lines:
        yield f"incident/{line['id']}/mttr_ms", between(line, "from", "to")
        yield f"incident/{line['id']}/failed", int(line["failed"]) if line["failed"] else None


def _worst(lines: list[Line]) -> Iterator[tuple[str, Figure]]:
    for line in lines:
        place, good, bad = f"worst/{int(line['length_ms']) // 1000}", int(line["good"]), int(line["bad"])
        yield f"{place}/bad", bad
        yield f"{place}/total", good + bad
        yield f"{place}/availability", percent(share(good, good + bad))


def _sources(of: dict[str, list[Line]], from_ms: int, to_ms: int) -> Iterator[tuple[str, Figure]]:
    """By cutting the period at every edge, and asking of each piece whether anybody looked."""

    def stretch(line: Line) -> Stretch:
        return max(milliseconds(line["from"]), from_ms), min(milliseconds(line["to"]), to_ms)

    told = [stretch(line) for line in of["not_observed"] if line["text"] == "simulated"]
    for line in of["source"]:
        watch = [stretch(line)] if line["from"] else []
        gaps = [(stretch(gap), gap["text"]) for gap in of["gap"] if gap["id"] == line["id"]]
        gaps = [(gap, kind) for gap, kind in gaps if gap[0] < gap[1]]
        pieces = [*told, *watch, *(gap for gap, _ in gaps)]
        edges = sorted({from_ms, to_ms, *(e for piece in pieces for e in piece if from_ms < e < to_ms)})
        lost = unwatched = 0
        for at, after in pairwise(edges):
            in_gaps = [kind for gap, kind in gaps if gap[0] <= at < gap[1]]
            watching = any(b <= at < e for b, e in watch)
            seen = any(b <= at < e for b, e in told)
            unwatched += 0 if seen or (watching and not in_gaps) else after - at
            lost += 0 if seen or (watching and "lost" not in in_gaps) else after - at
        place = f"source/{line['id']}"
        yield f"{place}/gaps", len(gaps)
        yield f"{place}/lost_seconds", cut(Fraction(lost, 1000), 3)
        yield f"{place}/unwatched_seconds", cut(Fraction(unwatched, 1000), 3)
        yield f"{place}/longest_gap_seconds", cut(Fraction(max((e - b for (b, e), _ in gaps), default=0), 1000), 3)
        yield f"{place}/completeness", short(share(to_ms - from_ms - unwatched, to_ms - from_ms))
