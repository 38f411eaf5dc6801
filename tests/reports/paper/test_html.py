"""The page for mails and previews."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.paper.cells import shown
from reports.paper.html import html
from reports.paper.model import HeatMap, Paper, Table, Trend

ROOT = Path(__file__).resolve().parents[3]
DRAW = """
import pickle, sys
from reports.paper.html import html
sys.stdout.buffer.write(html(pickle.load(sys.stdin.buffer)))
"""
ALONE = {"meta", "br"}
LEADING_OUT = ("src", "srcset", "background", "action", "formaction", "poster", "data", "xlink:href")
PaperIn = Callable[..., Paper]


class Reader(HTMLParser):
    """Elements with their attributes, and all text; complains about what is not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(paper: Paper) -> Reader:
    """The page of a paper, parsed."""
    reader = Reader()
    reader.feed(html(paper).decode())
    reader.close()
    return reader


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_runs_and_nothing_comes_from_outside(paper_in: PaperIn, language: str) -> None:
    page = read(paper_in(language))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "b"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in LEADING_OUT for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert "url(" not in (attributes.get("style") or "")
    assert "@import" not in "".join(page.words)
    assert "url(" not in "".join(page.words)


def test_markup_in_a_title_is_shown_and_not_obeyed(paper_in: PaperIn) -> None:
    page = html(paper_in("en")).decode()
    assert "Early repayment &lt;b&gt;&amp;amp; refunds&lt;/b&gt;" in page
    assert "<b>" not in page


def test_tables_say_what_their_heads_belong_to(paper_in: PaperIn) -> None:
    page = read(paper_in("zh"))
    assert next(attributes for tag, attributes in page.elements if tag == "html")["lang"] == "zh-CN"
    heads = [attributes for tag, attributes in page.elements if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in ("row", "col") for attributes in heads)
    assert "caption" in {tag for tag, _ in page.elements}
    ids = {attributes.get("id") for _, attributes in page.elements}
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert links
    assert all(link is not None and link[1:] in ids for link in links)


def test_every_value_of_tables_and_charts_is_there_as_text(paper_in: PaperIn) -> None:
    """Readers of mail that drop pictures and style sheets still see all of it."""
    paper = paper_in("en")
    words = "\n".join(read(paper).words)
    for part in (block for section in paper.sections for block in section.blocks):
        if isinstance(part, Table):
            kinds = [column.kind for column in part.columns]
            assert all(shown(cell, kind) in words for row in part.rows for cell, kind in zip(row, kinds, strict=True))
        if isinstance(part, Trend):
            assert all(f"{point.label} {point.text}" in words for line in part.lines for point in line.points)
        if isinstance(part, HeatMap):
            assert all(cell.text in words for _, cells in part.rows for cell in cells)


def test_a_figure_shows_the_id_it_is_explained_under(paper_in: PaperIn) -> None:
    page = read(paper_in("en"))
    assert "product/3/availability" in {attributes.get("title") for _, attributes in page.elements}
    assert "bank/verdict" in page.words


def test_another_process_writes_the_same_bytes(paper_in: PaperIn) -> None:
    paper = paper_in("zh")
    environment = {**os.environ, "PYTHONHASHSEED": "99", "LC_ALL": "C", "TZ": "America/New_York"}
    given = pickle.dumps(paper)
    said = subprocess.run(
        [sys.executable, "-c", DRAW], input=given, capture_output=True, check=True, cwd=ROOT, env=environment
    )
    assert said.stdout == html(paper)
