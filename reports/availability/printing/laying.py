"""The report as a paper, ready for any format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.availability.model import Report
from reports.availability.printing.data import data
from reports.availability.printing.sections import sections, sentence
from reports.availability.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import Fact, Paper, Table
from reports.words import report_marks, report_words

HASH_SHOWN = 16
NO_DATA = Table("data", "data", (), ())


def paper(
    report: Report, language: str, restated: Sequence[tuple[str, str, str]] = (), *, with_data: bool = True
) -> Paper:
    """In ``zh`` or ``en``. ``restated``: figure, what an earlier issue said, what this one says; ``with_data``: formats
    that hold no data do not need them, and they are most of a large report."""
    texts = Texts(report_words(language), report)
    words, bank = texts.words, report.bank
    return Paper(
        kind=report.kind,
        language=language,
        title=words(f"title.{report.kind}"),
        subtitle=texts.period(),
        verdict=Fact(
            words("fact.verdict", target=report.target),
            texts.verdict(bank.verdict),
            texts.share(bank),
            "bank/verdict",
            VERDICT_TONES[bank.verdict],
        ),
        summary=sentence(report, texts),
        facts=_facts(report, texts),
        sections=sections(report, texts, restated),
        data=data(report) if with_data else NO_DATA,
        identity=report.snapshot_sha256,
        made_at=int(datetime.fromisoformat(report.made_at).timestamp()),
        made_text=words("cover.made", at=texts.instant(report.made_at) or "", zone=report.period.time_zone),
        contents_heading=words("cover.contents"),
        page_text=words("cover.page"),
        marks=report_marks(words, demo=report.demo, provisional=report.period.provisional),
        foot=words("cover.foot", hash=report.snapshot_sha256[:HASH_SHOWN], definition=report.definition_version),
    )


def _facts(report: Report, texts: Texts) -> tuple[Fact, ...]:
    words, bank = texts.words, report.bank
    unknown = words("unknown")
    spent = bank.budget_spent_percent
    down = bank.downtime_seconds
    return (
        Fact(
            words("fact.availability"),
            texts.share(bank),
            words("fact.counts", bad=texts.count(bank.bad), total=texts.count(bank.total)),
            "bank/availability",
        ),
        Fact(
            words("fact.budget"),
            unknown if spent is None else f"{spent} %",
            words("fact.budget_note", seconds=bank.budget_seconds),
            "bank/budget_spent_percent",
        ),
        Fact(words("fact.incidents"), texts.count(len(report.incidents)), words("fact.incidents_note"), "incidents/n"),
        Fact(
            words("fact.downtime"),
            unknown if down is None else words("fact.seconds", seconds=texts.count(down)),
            words("fact.downtime_note"),
            "bank/downtime_seconds",
        ),
        Fact(
            words("fact.completeness"),
            unknown if report.completeness is None else report.completeness,
            words("fact.completeness_note"),
            "bank/completeness",
        ),
    )
