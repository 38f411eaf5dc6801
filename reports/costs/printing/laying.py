"""The cost report as a paper, ready for any format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from reports.costs.model import CostReport
from reports.costs.printing import tables
from reports.costs.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import Block, Cell, Column, Fact, Facts, Kind, Paper, Paragraph, Section, Table, Tone
from reports.words import report_marks, report_words

HASH_SHOWN = 16
FORMULAS = ("headline", "run_rate", "cash", "allocation", "bridge", "unusual", "printing")
_NUMBERS = ("fen", "count")


def paper(report: CostReport, language: str, restated: Sequence[tuple[str, str, str]] = ()) -> Paper:
    """In ``zh`` or ``en``. ``restated``: figure, what an earlier issue said, what this one says."""
    texts = Texts(report_words(language), report)
    words = texts.words
    return Paper(
        kind=report.kind,
        language=language,
        title=words("title.costs"),
        subtitle=texts.period(),
        verdict=Fact(
            _target(texts),
            texts.verdict(),
            texts.figure(report.headline),
            "goal/verdict",
            VERDICT_TONES[report.goal.verdict],
        ),
        summary=_sentence(texts),
        facts=_facts(texts),
        sections=tuple(_sections(texts, restated)),
        data=_data(report),
        identity=report.snapshot_sha256,
        made_at=int(datetime.fromisoformat(report.made_at).timestamp()),
        made_text=words("cover.made", at=texts.instant(report.made_at), zone=report.period.time_zone),
        contents_heading=words("cover.contents"),
        page_text=words("cover.page"),
        marks=report_marks(words, demo=report.demo, provisional=report.period.provisional),
        foot=words("cover.foot", hash=report.snapshot_sha256[:HASH_SHOWN], definition=report.definition_version),
    )


def _target(texts: Texts) -> str:
    target = texts.report.goal.target_cny
    return texts.words("costs.no_target") if target is None else texts.words("costs.target", target=target)


def _sentence(texts: Texts) -> str:
    figure = texts.report.headline
    if figure.cny is None:
        return texts.words("costs.summary_unknown", period=texts.period(), why=texts.reasons(figure.reasons))
    return texts.words(
        "costs.summary",
        cny=texts.figure(figure),
        definition=texts.definition(figure),
        verdict=texts.verdict(),
        target=texts.report.goal.target_cny or "-",
    )


def _facts(texts: Texts) -> tuple[Fact, ...]:
    report = texts.report
    return tuple(
        Fact(
            texts.words(f"costs.fact.{id_}"),
            texts.figure(figure),
            texts.note(figure),
            id_,
            Tone.UNKNOWN if figure.cny is None else Tone.PLAIN,
        )
        for id_, figure in (
            ("headline", report.headline),
            ("run_rate", report.run_rate),
            ("cash", report.cash),
            ("per_1000_transactions", report.per_1000_transactions),
            ("per_loan", report.per_loan),
            ("marginal", report.marginal),
        )
    )


def _sections(texts: Texts, restated: Sequence[tuple[str, str, str]]) -> Iterable[Section]:
    words, report = texts.words, texts.report

    def section(id_: str, *blocks: Block, new_page: bool = False) -> Section:
        return Section(id_, words(f"costs.section.{id_}"), blocks, new_page)

    yield section("summary", *_summary(texts))
    yield section("trend", tables.trend(texts), new_page=True)
    yield section("bridge", tables.bridge(texts))
    yield section("allocation", *_allocation(texts), new_page=True)
    yield section("products", tables.parts(texts, "products", report.products, accounts=True))
    yield section("data_centers", tables.parts(texts, "data_centers", report.data_centers))
    yield section("unusual", tables.unusual(texts))
    yield section("invoices", tables.invoices(texts), tables.left_out(texts))
    yield section("peers", tables.peers(texts), tables.assumptions(texts), new_page=True)
    yield section("definitions", *_definitions(texts), _restated(texts, restated))


def _summary(texts: Texts) -> list[Block]:
    report, words = texts.report, texts.words
    blocks: list[Block] = [Paragraph(_sentence(texts), VERDICT_TONES[report.goal.verdict])]
    if report.period.provisional:
        blocks.append(Paragraph(words("costs.provisional", until=texts.instant(report.period.until)), Tone.WARNING))
    if report.simulated:
        blocks.append(Paragraph(words("costs.simulated"), Tone.WARNING))
    return blocks


def _allocation(texts: Texts) -> list[Block]:
    report, words = texts.report, texts.words
    parts = report.allocation
    amounts = (
        ("ledger", parts.ledger_fen),
        ("direct", parts.direct_fen),
        ("shared", parts.shared_fen),
        ("idle", parts.idle_fen),
        ("unallocated", parts.unallocated_fen),
    )
    facts = Facts(
        tuple(
            Fact(words(f"costs.column.{key}"), texts.amount(fen) or "", "", f"allocation/{key}") for key, fen in amounts
        )
    )
    methods = [Paragraph(words("costs.method", method=texts.method(each))) for each in report.methods]
    unknown = Paragraph(words("costs.ledger_unknown", why=texts.reasons(report.ledger.reasons)), Tone.UNKNOWN)
    return [
        *([unknown] if report.ledger.fen is None else []),
        facts,
        *(methods or [Paragraph(words("costs.all_direct"))]),
        tables.parts(texts, "categories", report.categories),
        tables.not_borne(texts),
    ]


def _definitions(texts: Texts) -> list[Block]:
    words, report = texts.words, texts.report
    versions = words(
        "costs.versions",
        definition=report.definition_version,
        policy=report.policy_version,
        catalog=report.catalog_version,
        code=report.code_version,
        zone=report.period.time_zone,
    )
    return [*(Paragraph(words(f"costs.formula.{name}")) for name in FORMULAS), Paragraph(versions, Tone.MUTED)]


def _restated(texts: Texts, restated: Sequence[tuple[str, str, str]]) -> Table:
    words = texts.words
    shape = texts.columns(("figure", Kind.TEXT), ("was", Kind.TEXT), ("is", Kind.TEXT))
    rows = tuple(tuple(map(Cell, each)) for each in restated)
    return Table("restatements", words("table.restatements"), shape, rows, empty=words("empty.restatements"))


def _data(report: CostReport) -> Table:
    """What every figure is recomputed from, as one tidy table."""
    shape = tuple(Column(key, key, Kind.INTEGER if key in _NUMBERS else Kind.TEXT) for key in report.rows.columns)
    return Table("data", "data", shape, tuple(tuple(map(Cell, row)) for row in report.rows.rows))
