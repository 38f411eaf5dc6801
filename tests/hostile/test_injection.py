"""Texts of people, files and labels in everything that leaves: one table of attacks, and what no place may hold."""

from __future__ import annotations

import csv
import json
import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from alerts.incidents.postmortem import escaped
from alerts.model import Level, Subject
from alerts.notify.channels.webhook import webhook_body
from alerts.notify.news import News
from alerts.notify.rendering import Renderer
from alerts.notify.wording import read_wording
from reports.audit.files import csv_lines, json_lines
from reports.delivery.channels.letter import letter
from reports.delivery.model import Made, MailTo, Smtp
from reports.delivery.parcel import Parcel
from reports.paper.csv import RISKY, table_csv
from reports.paper.html import html
from reports.paper.xlsx import xlsx
from settings import load_catalog
from store.audit import AuditRow, audited
from tests.alerts.notify.parts import T0_MS, member, notice
from tests.reports.paper.papers import paper, row, table

ATTACKS = (
    "=cmd|' /C calc'!A0", "+1+cmd|'/C'!A0", "-2+3", "@SUM(1+1)*cmd|'/C'!A0", "\t=1", "\r=1", "\n=1", "＝1",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"'><svg onload=alert(1)>", "]]><b>", "&lt;b&gt;",
    "[click](javascript:alert(1))", "![x](http://evil.example/x)", "| a | b |", "# head\n- [ ] done", "~~gone~~ `x`",
    "\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202egnp.exe", "\u2066a\u2069", "a\u2028b\u2029c\x85d\x0be",
    "x\r\nBcc: evil@evil.example\r\n\r\nforged", "x\n2026-11-22 10:00:00,000 INFO forged",
    "Has it: somebody else\nOpen: http://evil",
)  # fmt: skip
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Whatever rewrites a terminal, ends a line by surprise or turns the direction of what follows."""
CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.mark.parametrize("text", ATTACKS)
def test_no_sheet_takes_a_text_for_a_formula(text: str) -> None:
    """CSV and workbook of a report, CSV of the audit log."""
    made = table("t", text, row(text))
    audit = "".join(csv_lines([AuditRow(1, audited(T0_MS, text, text, text, note=text), "0" * 64)]))
    for content in (table_csv(made).decode(), audit):
        cells = [cell for line in csv.reader(StringIO(content, newline="")) for cell in line]
        assert [cell for cell in cells if cell.startswith(RISKY) and not cell.startswith("'")] in ([], ["-1.50"])
    book = load_workbook(BytesIO(xlsx(paper(made, data=made, title=text, marks=(text,)))))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


class Elements(HTMLParser):
    """Names and attributes of what a browser would build."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("text", ATTACKS)
def test_a_page_of_a_report_holds_no_element_of_a_text(text: str) -> None:
    made = table("t", text, row(text))
    seen = Elements(html(paper(made, data=made, title=text, subtitle=text, marks=(text,))).decode()).seen
    assert not {name for name in seen if name in {"script", "img", "b", "iframe"} or name.startswith("on")}


@pytest.mark.parametrize("text", ATTACKS)
def test_a_mail_has_the_headers_that_we_gave_it(text: str) -> None:
    """Title and verdict hold names from outside."""
    made = Made(text, text, text, b"<p>x</p>", ((f"{text[:20]}.csv", b"a"),))
    way = Smtp("127.0.0.1", 1, "none", "Bank <bank@bank.example>")
    sent = letter(way, MailTo(("head@bank.example",)), Parcel("board", "2026-10", "smtp", T0_MS, T0_MS), made, T0_MS)
    mail = message_from_bytes(sent.content, policy=default)
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert not CONTROL.search(str(mail["Subject"]))
    assert set(mail.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    assert sent.recipients == ("head@bank.example",)


@pytest.mark.parametrize("text", ATTACKS)
def test_a_message_keeps_its_lines(text: str) -> None:
    """Notes, owners, rules and labels of series; the same lines as with harmless words, none of them forged."""
    renderer = Renderer(read_wording("en"), load_catalog(CONFIG / "catalog.yaml"), "https://center.example")

    def said(words: str) -> tuple[list[str], list[str], bytes]:
        subject = Subject(Level.CELL, product=words, data_center=words, other=words)
        news = News(notice(members=(member(subject, words, acked_by=words),), radius=subject), note=words)
        message = renderer.message("d1", [news], T0_MS + 2_000)
        return message.title.splitlines(), message.body.splitlines(), webhook_body(message)

    title, body, posted = said(text)
    plain_title, plain_body, _ = said("harmless")
    assert (len(title), len(body)) == (len(plain_title), len(plain_body)) == (1, len(plain_body))
    assert [line.partition(":")[0] for line in body] == [line.partition(":")[0] for line in plain_body]
    assert not CONTROL.search("".join(title + body))
    assert json.loads(posted)["title"] == title[0]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_post_mortem_shows_a_text_as_text(text: str) -> None:
    """No line end, no markup of Markdown or HTML that is not escaped."""
    shown = escaped(text)
    assert len(shown.splitlines()) <= 1
    assert not CONTROL.search(shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|`*_\[\]#&!~]", shown)


@pytest.mark.parametrize("text", ATTACKS)
def test_a_line_of_the_audit_log_is_one_line(text: str) -> None:
    """Which is verified line by line, on another machine."""
    (line,) = json_lines([AuditRow(1, audited(T0_MS, text, text, text, note=text), "0" * 64)])
    assert line.count("\n") == 1
    assert json.loads(line)["actor"] == text
