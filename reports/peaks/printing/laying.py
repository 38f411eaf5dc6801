"""The report of peaks as a paper, ready for any format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from reports.paper.model import (
    Block,
    Cell,
    Fact,
    Facts,
    Kind,
    Line,
    Paper,
    Paragraph,
    Point,
    Section,
    Table,
    Tone,
    Trend,
)
from reports.peaks.model import Json, PeakReport
from reports.peaks.printing.tables import data, days, forecast, restatements
from reports.peaks.printing.texts import Texts
from reports.words import report_marks, report_words

HASH_SHOWN = 16
TONES = {"met": Tone.GOOD, "missed": Tone.BAD, "not proven": Tone.UNKNOWN}
FORMULAS = ("day", "peak", "forecast", "p95", "capacity", "runs_out", "printing")


def paper(report: PeakReport, language: str, restated: Sequence[tuple[str, str, str]] = ()) -> Paper:
    """In ``zh`` or ``en``. ``restated``: figure, what an earlier issue said, what this one says."""
    texts = Texts(report_words(language), report)
    words = texts.words
    return Paper(
        kind=report.kind,
        language=language,
        title=words("title.peaks"),
        subtitle=texts.subtitle(),
        verdict=Fact(
            words("peaks.verdict"),
            words(f"verdict.{report.verdict.replace(' ', '_')}"),
            texts.share(report.capacity["headroom"]),
            "capacity/headroom",
            TONES[report.verdict],
        ),
        summary=_sentence(texts),
        facts=_facts(texts),
        sections=tuple(_sections(texts, restated)),
        data=data(report),
        identity=report.snapshot_sha256,
        made_at=int(datetime.fromisoformat(report.made_at).timestamp()),
        made_text=words("cover.made", at=texts.instant(report.made_at), zone=report.period.time_zone),
        contents_heading=words("cover.contents"),
        page_text=words("cover.page"),
        marks=report_marks(words, demo=report.demo, provisional=report.period.provisional),
        foot=words("cover.foot", hash=report.snapshot_sha256[:HASH_SHOWN], definition=report.definition_version),
    )


def _sentence(texts: Texts) -> str:
    report, words = texts.report, texts.words
    greatest = max(report.days, key=lambda day: day["transactions"], default=None)
    if greatest is None:
        return words("peaks.summary_nothing", period=texts.subtitle())
    return words(
        "peaks.summary",
        period=texts.subtitle(),
        total=texts.count(report.total),
        greatest=texts.count(greatest["transactions"]),
        day=greatest["day"],
        headroom=texts.share(report.capacity["headroom"]),
        lost=texts.share(report.capacity["headroom_n_1"]),
    )


def _facts(texts: Texts) -> tuple[Fact, ...]:
    words, records, capacity = texts.words, texts.report.records, texts.report.capacity

    def record(name: str, value: str, note: str) -> Fact:
        tone = Tone.PLAIN if records[name] else Tone.UNKNOWN
        return Fact(words(f"peaks.record_{name}"), value, note, f"records/{name}", tone)

    minute, second = (_peak(records[name], f"peak_{name}") for name in ("minute", "second"))
    return (
        record("day", texts.count(_of(records["day"], "transactions")), texts.day_note(records["day"])),
        record("minute", texts.rate(minute), texts.at(minute)),
        record("second", texts.rate(second), texts.at(second)),
        _figure(texts, "proven_per_second", texts.count(capacity["proven_per_second"]), texts.proof()),
        _figure(texts, "forecast_p95_per_second", texts.count(capacity["forecast_p95_per_second"]), texts.horizon()),
        _figure(texts, "headroom", texts.share(capacity["headroom"]), words("peaks.headroom_note")),
        _figure(texts, "headroom_n_1", texts.share(capacity["headroom_n_1"]), words("peaks.headroom_n_1_note")),
        _figure(texts, "runs_out_on", texts.ending("runs_out"), texts.ending_lost()),
    )


def _figure(texts: Texts, name: str, value: str, note: str) -> Fact:
    tone = Tone.UNKNOWN if texts.report.capacity[name] is None else Tone.PLAIN
    return Fact(texts.words(f"peaks.{name}"), value, note, f"capacity/{name}", tone)


def _of(day: Json | None, name: str) -> int | None:
    return None if day is None else int(day[name])


def _peak(day: Json | None, name: str) -> Json | None:
    return None if day is None else day[name]


def _sections(texts: Texts, restated: Sequence[tuple[str, str, str]]) -> Iterable[Section]:
    words = texts.words

    def section(id_: str, *blocks: Block, new_page: bool = False) -> Section:
        return Section(id_, words(f"peaks.section.{id_}"), blocks, new_page)

    yield section("summary", Paragraph(_sentence(texts), TONES[texts.report.verdict]), *_doubts(texts))
    yield section("days", _picture(texts), days(texts), new_page=True)
    yield section("forecast", *_forecast(texts), new_page=True)
    yield section("capacity", _as_of(texts), Facts(_facts(texts)[3:]), *_why(texts))
    yield section(
        "definitions",
        *(Paragraph(words(f"peaks.definition.{name}")) for name in FORMULAS),
        restatements(texts, restated),
        new_page=True,
    )


def _doubts(texts: Texts) -> list[Block]:
    """What speaks against trusting the figures."""
    report, words = texts.report, texts.words
    found: list[Block] = []
    for name in ("provisional", "incomplete", "simulated"):
        many = sum(1 for day in report.days if day[name])
        if many:
            found.append(Paragraph(words(f"peaks.some_{name}", days=many), Tone.WARNING))
    return found


def _picture(texts: Texts) -> Trend:
    rows = texts.report.days
    most = max((day["transactions"] for day in rows), default=0)
    points = tuple(
        Point(day["day"][5:], day["transactions"] / most if most else None, texts.count(day["transactions"]))
        for day in rows
    )
    words = texts.words
    line = Line(words("peaks.transactions"), points)
    return Trend("days_chart", words("peaks.chart"), (line,), columns=True, note=words("peaks.chart_note"))


def _as_of(texts: Texts) -> Paragraph:
    """From when what looks ahead was seen."""
    return Paragraph(texts.words("peaks.as_of", at=texts.instant(texts.report.period.until)))


def _forecast(texts: Texts) -> list[Block]:
    found = texts.report.forecast
    blocks: list[Block] = [_as_of(texts), *(Paragraph(said) for said in texts.models())]
    needed = found.get("needed_days")  # not in issues that were frozen before it was there
    whys = list(found["reasons"].values())
    if whys and needed is not None:
        whys = [texts.words("peaks.needed", daily=needed["daily"], peak=needed["peak"])]
    blocks += [Paragraph(texts.words("peaks.short", why=why), Tone.UNKNOWN) for why in whys]
    return [*blocks, forecast(texts)]


def _why(texts: Texts) -> list[Block]:
    capacity, words = texts.report.capacity, texts.words
    if not capacity["reasons"]:
        return []
    codes = capacity.get("reason_codes", {})  # not in issues that were frozen before it was there
    told = {name: texts.why(codes[name]) if name in codes else why for name, why in capacity["reasons"].items()}
    rows = tuple((Cell(f"capacity/{name}"), Cell(why)) for name, why in told.items())
    shape = texts.columns(("figure", Kind.TEXT), ("reason", Kind.TEXT))
    return [Table("reasons", words("peaks.table.reasons"), shape, rows)]
