"""What drawing a large report costs: 200 products by 6 data centers, 13 months, 100 incidents.

`python -m benchmarks.report_rendering` prints seconds (CPU and wall), pages, bytes and peak memory of the PDF in each
language, every run in a process of its own; exit 1 when a bar is missed by CPU time or memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from reports.paper.html import html
from reports.paper.model import (
    Cell,
    Column,
    Fact,
    HeatCell,
    HeatMap,
    Kind,
    Line,
    Paper,
    Point,
    Section,
    Table,
    Tone,
    Trend,
)
from reports.paper.pdf import pdf

MOST_SECONDS, MOST_MB = 5.0, 300.0
PRODUCTS, CENTERS, INCIDENTS = 200, 6, 100
MONTHS = tuple(f"{2025 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(13))
NAMES = {"en": "Product {} of the lending line", "zh": "第{}号贷款产品联合运营"}
TEXTS = {
    "en": "Connections ran out after a change; repayments failed until it was taken back",
    "zh": "变更后连接耗尽，还款失败，回退后恢复",
}


def products(language: str) -> Table:
    """A product a row, ten columns."""
    kinds = [Kind.TEXT, Kind.TEXT, Kind.PERCENT, Kind.PERCENT, Kind.INTEGER, Kind.INTEGER, Kind.PERCENT, Kind.PERCENT]
    kinds += [Kind.SECONDS, Kind.INSTANT]
    columns = tuple(Column(f"c{i}", f"Column {i}", kind) for i, kind in enumerate(kinds))
    rows = []
    for i in range(PRODUCTS):
        tone = Tone.BAD if i % 9 == 0 else Tone.GOOD
        share = f"99.99{i * 37 % 1000:03d}"
        values = (
            NAMES[language].format(i),
            "ok",
            share,
            share,
            i * 71,
            344_385_029 + i,
            "99.999",
            f"{i % 100}.04",
            i * 61,
        )
        cells = [Cell(value, f"p/{i}/{j}", tone if j == 1 else Tone.PLAIN) for j, value in enumerate(values)]
        rows.append((*cells, Cell("2026-10-17 03:12")))
    return Table("products", "Products", columns, tuple(rows))


def incidents(language: str) -> Table:
    """An incident a row, twelve columns."""
    kinds = (Kind.TEXT,) * 4 + (Kind.INSTANT,) * 4 + (Kind.SECONDS,) * 2 + (Kind.INTEGER, Kind.TEXT)
    columns = tuple(Column(f"c{i}", f"Column {i}", kind) for i, kind in enumerate(kinds))
    at = "2026-10-17 03:12:45"
    rows = (
        (
            f"INC-{i:04d}",
            TEXTS[language],
            NAMES[language].format(i),
            f"dc{i % CENTERS + 1}",
            at,
            at,
            at,
            at,
            61,
            698,
            i * 311,
            "III",
        )
        for i in range(INCIDENTS)
    )
    return Table("incidents", "Incidents", columns, tuple(tuple(Cell(value) for value in row) for row in rows))


def heat(language: str, columns: tuple[str, ...]) -> HeatMap:
    """Products by columns."""

    def cell(i: int, j: int) -> HeatCell:
        if (i * 5 + j) % 41 == 7:
            return HeatCell(None, "?", Tone.UNKNOWN)
        weight = 0.0 if (i * 7 + j * 3) % 11 else ((i + j) % 5 + 1) / 5
        return HeatCell(weight, "99.9993", Tone.BAD if weight > 0.5 else Tone.GOOD)

    rows = tuple((NAMES[language].format(i), tuple(cell(i, j) for j in range(len(columns)))) for i in range(PRODUCTS))
    return HeatMap("heat", "Heat map", columns, rows, ("none", "some", "worst", "not known"))


def centers() -> Trend:
    """A line for each data center over thirteen months."""
    lines = tuple(
        Line(
            f"dc{c + 1}",
            tuple(Point(month, 99.999 + (c + i) % 7 / 10_000, "99.9993") for i, month in enumerate(MONTHS)),
        )
        for c in range(CENTERS)
    )
    return Trend("trend", "Thirteen months", lines, "%", 99.999, "99.999%")


def large_paper(language: str) -> Paper:
    """The report that the bar is about."""
    days = tuple(f"{day:02d}" for day in range(1, 32))
    parts = (products(language), centers(), heat(language, days), heat(language, MONTHS), incidents(language))
    sections = tuple(Section(f"s{i}", part.title, (part,), new_page=True) for i, part in enumerate(parts))
    verdict = Fact("Verdict", "missed", tone=Tone.BAD)
    return Paper(
        kind="availability",
        language=language,
        title="Report",
        subtitle="2026-10",
        verdict=verdict,
        summary=TEXTS[language],
        facts=(verdict,) * 4,
        sections=sections,
        data=products(language),
        identity="0" * 64,
        made_at=1_793_581_200,
        made_text="2026-11-02",
        contents_heading="Contents",
        page_text="{page} / {pages}",
    )


def measure(language: str) -> dict[str, float]:
    """Draws once in this process: seconds with the import of WeasyPrint, bytes, and peak memory of the process."""
    paper = large_paper(language)
    begin, begin_cpu = time.monotonic(), time.process_time()
    page = html(paper)
    html_cpu = time.process_time() - begin_cpu
    begin, begin_cpu = time.monotonic(), time.process_time()
    drawn = pdf(paper)
    return {
        "wall": time.monotonic() - begin,
        "cpu": time.process_time() - begin_cpu,
        "html_cpu": html_cpu,
        "kb": len(drawn) / 1024,
        "html_kb": len(page) / 1024,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> int:
    """Each language in a process of its own, so that peaks are not those of another."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--language", choices=sorted(NAMES))
    language = arguments.parse_args().language
    if language:
        print(json.dumps(measure(language)))
        return 0
    missed = False
    for each in sorted(NAMES):
        command = [sys.executable, "-m", "benchmarks.report_rendering", "--language", each]
        root = Path(__file__).resolve().parent.parent
        found = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=root).stdout)
        print(
            f"{each}: PDF {found['cpu']:.1f} CPU s, {found['wall']:.1f} s, {found['kb']:.0f} KB, "
            f"peak {found['peak_mb']:.0f} MB; HTML {found['html_cpu']:.2f} CPU s, {found['html_kb']:.0f} KB"
        )
        missed = missed or found["cpu"] > MOST_SECONDS or found["peak_mb"] > MOST_MB
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
