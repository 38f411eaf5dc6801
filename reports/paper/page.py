"""A paper as one document for the printed page: cover, contents, sections, and what stands in the margins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from reports.paper.blocks import Medium, block, facts, is_wide
from reports.paper.charts import emblem
from reports.paper.markup import Markup, text
from reports.paper.model import Paper, Section
from reports.paper.texts import writable
from reports.paper.widths import LANDSCAPE_PT, PORTRAIT_PT

STYLE = Path(__file__).with_name("print.css")
FACE = 'font-family: "Noto Sans CJK SC"; font-size: 7pt; color: #5A6870; white-space: pre-line; overflow-wrap: anywhere'
PLAIN = Markup({})


def language_tag(language: str) -> str:
    """What screen readers call a paper's language."""
    return "zh-CN" if language == "zh" else language


def page(paper: Paper) -> str:
    """The whole document; the same text for the same paper."""
    made = datetime.fromtimestamp(paper.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metas = [
        ("dcterms.created", made),
        ("dcterms.modified", made),
        ("description", paper.subtitle),
        ("keywords", paper.identity),
    ]
    head = "".join(
        PLAIN.tag("meta", name=name, content=value).removesuffix("</meta>") for name, value in metas if value
    )
    style = STYLE.read_text(encoding="utf-8") + margins(paper)
    body = cover(paper) + contents(paper) + sections(paper.sections)
    return (
        f'<!DOCTYPE html><html lang="{text(language_tag(paper.language))}"><head><meta charset="utf-8">'
        f"<title>{text(paper.title)}</title>{head}<style>{style}</style></head><body>{body}</body></html>"
    )


def cover(paper: Paper) -> str:
    """Title, verdict with its shape, summary, headline figures, and what the report was made from."""
    tag = PLAIN.tag
    marks = tag("p", (tag("span", text(mark), "mark") for mark in paper.marks)) if paper.marks else ""
    band = tag("div", marks + tag("h1", text(paper.title)) + tag("p", text(paper.subtitle), "subtitle"), "band")
    lines = [paper.made_text, paper.identity, paper.foot]
    made = tag("p", "<br>".join(text(line) for line in lines if line), "made")
    front = _verdict(paper) + tag("p", text(paper.summary), "summary") + facts(paper.facts, PLAIN) + made
    return tag("section", band + tag("div", front, "front"), "cover")


def _verdict(paper: Paper) -> str:
    tag, verdict = PLAIN.tag, paper.verdict
    said = tag("p", text(verdict.label), "label") + tag("p", text(verdict.value), "value")
    said += tag("p", text(verdict.note), "note") if verdict.note else ""
    said += tag("p", text(verdict.figure), "figure-id") if verdict.figure else ""
    sign = tag("div", emblem(verdict.tone, verdict.value), "sign")
    return tag("div", sign + tag("div", said), f"verdict {verdict.tone.value}")


def contents(paper: Paper) -> str:
    """Headings with the pages on which they stand."""
    tag = PLAIN.tag
    lines = (tag("li", tag("a", text(part.heading), href=f"#s-{part.id}")) for part in paper.sections)
    return tag("nav", tag("h2", text(paper.contents_heading)) + tag("ul", lines), "contents")


def sections(parts: Sequence[Section]) -> str:
    """Every section; one whose page is turned otherwise than the one before begins a page."""
    sideways = [is_wide(part.blocks) for part in parts]
    before = [False, *sideways]
    return "".join(
        _section(part, wide, fresh=part.new_page or wide is not was)
        for part, wide, was in zip(parts, sideways, before, strict=False)
    )


def _section(part: Section, wide: bool, fresh: bool) -> str:
    medium = Medium(PLAIN, LANDSCAPE_PT if wide else PORTRAIT_PT, paged=True)
    body = PLAIN.tag("h2", text(part.heading)) + "".join(block(each, medium) for each in part.blocks)
    kind = " ".join(filter(None, ("wide" if wide else "", "fresh" if fresh else "")))
    return PLAIN.tag("section", body, kind, id=f"s-{part.id}")


def margins(paper: Paper) -> str:
    """What every page but the cover carries: title, marks, foot and identity, page number."""
    foot = "\n".join(line for line in (paper.foot, paper.identity) if line)
    boxes = (
        f"@top-left {{ {FACE}; width: 70%; text-align: left; content: {string(paper.title)} }}"
        f"@top-right {{ {FACE}; width: 30%; text-align: right; font-weight: 700; color: #A33F00;"
        f" content: {string(' · '.join(paper.marks))} }}"
        f"@bottom-left {{ {FACE}; width: 80%; text-align: left; content: {string(foot)} }}"
        f"@bottom-right {{ {FACE}; width: 20%; text-align: right; content: {numbered(paper.page_text)} }}"
    )
    return (
        f"@page {{ size: A4; margin: 20mm 16.1mm 20mm; {boxes} }}"
        "@page wide { size: A4 landscape }"
        "@page cover { margin: 0; @top-left { content: none } @top-right { content: none }"
        " @bottom-left { content: none } @bottom-right { content: none } }"
    )


def numbered(page_text: str) -> str:
    """``page_text`` for a style sheet: {page} and {pages} become counters, all else stays as it is."""
    parts = []
    for i, before in enumerate(page_text.split("{page}")):
        parts += ["counter(page)"] if i else []
        for j, words in enumerate(before.split("{pages}")):
            parts += ["counter(pages)"] if j else []
            parts += [string(words)] if words else []
    return " ".join(parts) or '""'


def string(words: str) -> str:
    """A text as a string of a style sheet; whatever could end it or the sheet is written as its number."""
    return '"' + "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in writable(words)) + '"'
