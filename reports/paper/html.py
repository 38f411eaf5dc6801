"""A paper as one HTML page: body of a mail and preview. No scripts, nothing from outside.

Readers of mail differ: styles stand in the elements too (many drop style sheets), tables are real tables with heads
and scopes, and every chart has its values beside it, because some drop pictures as well.
"""

from __future__ import annotations

from pathlib import Path

from reports.paper.blocks import Medium, block, facts, toned
from reports.paper.looks import LOOKS
from reports.paper.markup import Markup, text
from reports.paper.model import Paper, Section, Tone
from reports.paper.page import language_tag

STYLE = Path(__file__).with_name("mail.css")
CHART_PT = 640.0
INLINE = {
    "n": "text-align:right",
    "facts": "margin:0 0 8px",
    "fact": "display:inline-block;vertical-align:top;min-width:150px;margin:0 14px 10px 0;"
    "border-left:3px solid #C9D3D7;padding-left:9px",
    "label": "margin:0;font-weight:normal;color:#5A6870;font-size:13px",
    "value": "margin:0;font-size:20px;font-weight:bold",
    "note": "margin:2px 0 0;font-weight:normal;color:#5A6870;font-size:13px",
    "figure-id": "margin:1px 0 0;font-weight:normal;color:#5A6870;font-size:11px",
    "mark": "border:2px solid #A33F00;color:#A33F00;font-weight:bold;padding:1px 7px",
    "box": "font-weight:normal;padding:8px 12px;border-left:4px solid;background:#F4F7F8",
    "hatched": "background:#ECEEF0;color:#4F565D;border:1px dashed #6B747C",
    "muted": "color:#5A6870",
    "good": f"color:{LOOKS[Tone.GOOD].ink}",
    "warning": f"color:{LOOKS[Tone.WARNING].ink};font-weight:bold",
    "bad": f"color:{LOOKS[Tone.BAD].ink};font-weight:bold",
    "unknown": f"color:{LOOKS[Tone.UNKNOWN].ink}",
    "key-word": "margin-right:14px;white-space:nowrap",
    "verdict": "border:1px solid #C9D3D7;border-left:6px solid;padding:10px 14px;margin:0 0 12px",
    "body": "margin:0 auto;max-width:900px;padding:12px;"
    "font-family:'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',Arial,sans-serif;"
    "font-size:15px;line-height:1.45;color:#16242B;background:#FFFFFF;overflow-wrap:anywhere",
}
MAIL = Medium(Markup(INLINE), CHART_PT, paged=False)


def html(paper: Paper) -> bytes:
    """The whole page in UTF-8; the same bytes for the same paper."""
    tag = MAIL.markup.tag
    sections = "".join(_section(part) for part in paper.sections)
    lines = (line for line in (paper.made_text, paper.identity, paper.foot) if line)
    foot = tag("footer", tag("p", "<br>".join(text(line) for line in lines), "note"))
    body = tag("main", _head(paper) + _contents(paper) + sections + foot)
    page = (
        f'<!DOCTYPE html>\n<html lang="{text(language_tag(paper.language))}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(paper.title)}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f"{tag('body', body, 'body')}</html>\n"
    )
    return page.encode()


def _head(paper: Paper) -> str:
    """Verdict and summary first: that is what a phone shows."""
    tag, verdict = MAIL.markup.tag, paper.verdict
    marks = tag("p", " ".join(tag("span", text(mark), "mark") for mark in paper.marks)) if paper.marks else ""
    said = tag("p", text(verdict.label), "label") + tag("p", toned(verdict.value, verdict.tone), "value")
    said += tag("p", text(verdict.note), "note") if verdict.note else ""
    said += tag("p", text(verdict.figure), "figure-id") if verdict.figure else ""
    title = tag("h1", text(paper.title)) + (tag("p", text(paper.subtitle), "muted") if paper.subtitle else "")
    shown = tag("div", said, f"verdict {verdict.tone.value}")
    return marks + title + shown + tag("p", text(paper.summary)) + facts(paper.facts, MAIL.markup)


def _contents(paper: Paper) -> str:
    tag = MAIL.markup.tag
    lines = (tag("li", tag("a", text(part.heading), href=f"#s-{part.id}")) for part in paper.sections)
    return tag("nav", tag("h2", text(paper.contents_heading)) + tag("ul", lines))


def _section(part: Section) -> str:
    """Blocks under their heading; what is wider than a phone scrolls by itself."""
    tag = MAIL.markup.tag
    blocks = (tag("div", block(each, MAIL), "scroll") for each in part.blocks)
    return tag("section", tag("h2", text(part.heading)) + "".join(blocks), id=f"s-{part.id}")
