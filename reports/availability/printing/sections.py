"""Sections of the availability report, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence

from reports.availability.model import Report
from reports.availability.printing import beside, charts, tables
from reports.availability.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import Block, Cell, Fact, Facts, Kind, Paragraph, Section, Table, Tone

FORMULAS = (
    "availability",
    "bounds",
    "verdict",
    "composite",
    "maintenance",
    "downtime",
    "budget",
    "worst",
    "times",
    "completeness",
    "printing",
)


INCIDENTS = "incidents"
OF_INCIDENTS = ("summary", "incidents", "worst", "maintenance", "changes", "quality", "definitions")
"""Sections of a report that is about incidents alone."""


def sections(report: Report, texts: Texts, restated: Sequence[tuple[str, str, str]]) -> tuple[Section, ...]:
    """All of them. ``restated``: figure, what an earlier issue said, what this one says."""
    words = texts.words

    def section(id_: str, *blocks: Block, new_page: bool = False) -> Section:
        return Section(id_, words(f"section.{id_}"), blocks, new_page)

    every = (
        section("summary", *summary(report, texts)),
        section("products", _composite(report, texts), *tables.units(report, texts)),
        section("trend", charts.trend(report, texts), tables.trend(report, texts), new_page=True),
        section("heat", charts.heat_map(report, texts)),
        section("worst", tables.worst(report, texts)),
        section("budget", tables.budget(report, texts)),
        section("contracts", *beside.contracts(report, texts)),
        section("incidents", tables.incident_times(report, texts), tables.incidents(report, texts), new_page=True),
        section("maintenance", tables.with_and_without(report, texts), tables.maintenance(report, texts)),
        section("changes", tables.changes(report, texts)),
        section("quality", tables.quality(report, texts), _not_observed(report, texts), *_imported(report, texts)),
        section("definitions", *_definitions(report, texts), _restated(restated, texts), new_page=True),
    )
    return tuple(each for each in every if report.kind != INCIDENTS or each.id in OF_INCIDENTS)


def summary(report: Report, texts: Texts) -> list[Block]:
    """What a manager has to know, and what speaks against trusting it."""
    words = texts.words
    bank = report.bank
    blocks: list[Block] = [Paragraph(sentence(report, texts), VERDICT_TONES[bank.verdict])]
    if bank.low is not None and bank.low != bank.high:
        blocks.append(Paragraph(words("summary.bounds", low=bank.low, high=bank.high, target=bank.target)))
    if report.period.provisional:
        until = texts.instant(report.period.until) or ""
        blocks.append(Paragraph(words("summary.provisional", until=until), Tone.WARNING))
    if any(each.origin == "simulated" for each in report.not_observed):
        blocks.append(Paragraph(words("summary.simulated"), Tone.WARNING))
    if any(each.origin != "simulated" for each in report.not_observed):
        blocks.append(Paragraph(words("summary.imported"), Tone.WARNING))
    if report.not_counted:
        blocks.append(Paragraph(words("summary.not_counted"), Tone.WARNING))
    missed = [texts.name(each.id) for each in report.products if each.verdict == "missed"]
    unproven = [texts.name(each.id) for each in report.products if each.verdict == "not proven"]
    for key, units in (("missed", missed), ("not_proven", unproven)):
        if units:
            blocks.append(Paragraph(words(f"summary.{key}", units=words("list.comma").join(units))))
    return blocks


def sentence(report: Report, texts: Texts) -> str:
    """The verdict in one or two sentences; also what a mail says."""
    bank, words = report.bank, texts.words
    if bank.availability is None:
        return words("summary.nothing", period=texts.period())
    said = words(
        "summary.verdict",
        period=texts.period(),
        verdict=texts.verdict(bank.verdict),
        availability=bank.availability,
        target=bank.target,
        bad=texts.count(bank.bad),
        total=texts.count(bank.total),
    )
    worst = report.composite.worst
    if worst is None:
        return said
    return said + words("summary.worst", name=texts.name(worst.id), availability=worst.availability)


def _composite(report: Report, texts: Texts) -> Facts:
    words, found = texts.words, report.composite
    unknown = words("unknown")

    def shown(value: str | None) -> str:
        return unknown if value is None else f"{value} %"

    worst = found.worst
    return Facts(
        (
            Fact(words("fact.pooled"), shown(found.pooled), words("fact.pooled_note"), "composite/pooled"),
            Fact(
                words("fact.worst"),
                shown(None if worst is None else worst.availability),
                "" if worst is None else texts.name(worst.id),
                "composite/worst",
            ),
            Fact(words("fact.mean"), shown(found.mean), words("fact.mean_note"), "composite/mean"),
        )
    )


def _not_observed(report: Report, texts: Texts) -> Table:
    words = texts.words
    shape = tables.columns(texts, ("from", Kind.INSTANT), ("to", Kind.INSTANT), ("origin", Kind.TEXT))
    rows = tuple(
        tuple(map(Cell, (texts.instant(each.from_), texts.instant(each.to), _origin(each.origin, texts))))
        for each in report.not_observed
    )
    return Table("not_observed", words("table.not_observed"), shape, rows, empty=words("empty.not_observed"))


def _imported(report: Report, texts: Texts) -> list[Table]:
    """Only where files were imported: most banks never read these."""
    told = [beside.outages(report, texts)] if report.imported_times else []
    return told + ([beside.not_counted(report, texts)] if report.not_counted else [])


def _origin(origin: str, texts: Texts) -> str:
    return texts.words("origin.simulated") if origin == "simulated" else texts.words("origin.file", file=origin)


def _definitions(report: Report, texts: Texts) -> Sequence[Block]:
    words = texts.words
    versions = words(
        "definitions.versions",
        definition=report.definition_version,
        catalog=report.catalog_version,
        code=report.code_version,
        zone=report.period.time_zone,
    )
    return [Paragraph(words(f"definition.{name}")) for name in FORMULAS] + [Paragraph(versions, Tone.MUTED)]


def _restated(restated: Sequence[tuple[str, str, str]], texts: Texts) -> Table:
    words = texts.words
    shape = tables.columns(texts, ("figure", Kind.TEXT), ("was", Kind.TEXT), ("is", Kind.TEXT))
    rows = tuple(tuple(map(Cell, each)) for each in restated)
    return Table("restatements", words("table.restatements"), shape, rows, empty=words("empty.restatements"))
