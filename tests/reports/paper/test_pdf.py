"""The printed report, read back with tools that are not ours."""

from __future__ import annotations

import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from reports.paper.cells import shown
from reports.paper.errors import MissingPart
from reports.paper.model import Cell, Column, Kind, Paper, Paragraph, Section, Table
from reports.paper.pdf import CutFonts, pdf, require

ROOT = Path(__file__).resolve().parents[3]
DRAW = """
import hashlib, pickle, sys
from reports.paper.pdf import pdf
print(hashlib.sha256(pdf(pickle.load(sys.stdin.buffer))).hexdigest())
"""
MARGIN_PT = 44.0
PaperIn = Callable[..., Paper]


@pytest.fixture(scope="module")
def files(paper_in: PaperIn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The month's report in both languages, drawn once."""
    folder = tmp_path_factory.mktemp("pdf")
    for language in ("en", "zh"):
        (folder / language).write_bytes(pdf(paper_in(language)))
    return {language: folder / language for language in ("en", "zh")}


def told(tool: str, path: Path, *options: str) -> str:
    """What one of Poppler's tools says about a file."""
    tail = ["-"] if tool == "pdftotext" else []
    return subprocess.run([tool, *options, str(path), *tail], check=True, capture_output=True, text=True).stdout


def pages(path: Path, *options: str) -> list[str]:
    """The text of each page."""
    return told("pdftotext", path, *options).split("\f")[:-1]


def bare(words: str) -> str:
    """A text without blanks: lines may break anywhere."""
    return re.sub(r"\s", "", words)


def outside(path: Path, cover: bool = True) -> list[str]:
    """Words that reach into the margins of a page, the cover's apart."""
    found, width, number = [], 0.0, 0
    for line in told("pdftotext", path, "-bbox").splitlines():
        if page := re.search(r'<page width="([0-9.]+)"', line):
            width, number = float(page[1]), number + 1
        word = re.search(r'xMin="([-0-9.]+)" .*xMax="([-0-9.]+)".*>(.*)</word>', line)
        if word and not (cover and number == 1) and (float(word[1]) < MARGIN_PT or float(word[2]) > width - MARGIN_PT):
            found.append(f"page {number}: {word[3]}")
    return found


def test_the_title_is_text_that_can_be_found(files: dict[str, Path]) -> None:
    assert "可用性报告 2026年10月" in pages(files["zh"])[0]
    assert "Availability report, October 2026" in pages(files["en"])[0]


def test_every_font_is_embedded_and_is_the_one_that_was_asked_for(files: dict[str, Path]) -> None:
    for path in files.values():
        fonts = told("pdffonts", path).splitlines()[2:]
        assert fonts
        assert all("Noto-Sans-CJK-SC" in font and re.search(r"yes yes yes +\d+ +\d+$", font) for font in fonts)


def test_a_font_file_of_which_nothing_was_cut_out_is_noticed() -> None:
    """Then the paper is drawn again with whole fonts; of several sizes of one file the first alone is written."""
    fonts = CutFonts()
    for key, file in enumerate(("regular", "regular", "bold")):
        fonts[key] = SimpleNamespace(hash=file, file_content=b"20 MB")
    assert not any(font.file_content for font in fonts.values())
    fonts[0].file_content = b"cut"
    assert not fonts.is_cut
    fonts[2].file_content = b"cut"
    assert fonts.is_cut


def test_the_document_is_tagged_and_carries_its_own_date(files: dict[str, Path]) -> None:
    said = told("pdfinfo", files["zh"], "-isodates")
    assert "Tagged:          yes" in said
    assert "CreationDate:    2026-11-02T01:00:00Z" in said
    tags = {
        line.split()[0].rstrip(":") for line in told("pdfinfo", files["zh"], "-struct").splitlines() if line.strip()
    }
    assert {"H1", "H2", "H3", "Table", "THead", "TR", "TH", "TD", "Figure", "Link"} <= tags


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cell_of_every_table_is_on_paper(files: dict[str, Path], paper_in: PaperIn, language: str) -> None:
    words = bare("".join(pages(files[language], "-raw")))
    tables = [part for section in paper_in(language).sections for part in section.blocks if isinstance(part, Table)]
    cells = [
        (cell, column.kind)
        for table in tables
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
    ]
    assert len(cells) > 300
    assert [cell for cell, kind in cells if bare(shown(cell, kind)) not in words] == []
    assert all(bare(table.empty) in words for table in tables)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_leaves_the_page(files: dict[str, Path], language: str) -> None:
    assert outside(files[language]) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_heading_is_left_alone_at_the_foot_of_a_page(
    files: dict[str, Path], paper_in: PaperIn, language: str
) -> None:
    paper = paper_in(language)
    headings = {section.heading for section in paper.sections}
    headings |= {part.title for section in paper.sections for part in section.blocks if hasattr(part, "title")}
    for text in pages(files[language], "-layout")[2:]:
        body = text[: text.rindex(paper.foot)].strip().splitlines()
        assert body[-1].strip() not in headings


def test_the_contents_name_the_page_of_each_section(files: dict[str, Path], paper_in: PaperIn) -> None:
    texts = pages(files["en"], "-layout")
    for section in paper_in("en").sections:
        number = re.search(rf"{re.escape(section.heading)}\s+(\d+)$", texts[1], re.MULTILINE)
        assert number is not None
        assert re.search(rf"^ *{re.escape(section.heading)}$", texts[int(number[1]) - 1], re.MULTILINE)


def test_every_page_carries_its_number_the_marks_and_the_identity(files: dict[str, Path], paper_in: PaperIn) -> None:
    texts = pages(files["zh"])
    for number, text in enumerate(texts[1:], 2):
        assert f"第{number}页，共{len(texts)}页" in text
        assert "演示" in text
        assert paper_in("zh").identity in text
    assert "演示" in texts[0]


def test_heads_of_a_table_are_repeated_on_each_of_its_pages(files: dict[str, Path]) -> None:
    having = [text for text in pages(files["en"]) if "INC-2026-" in text]
    assert len(having) > 1
    assert all("What happened" in text for text in having)


def test_another_process_with_another_hash_seed_draws_the_same_bytes(files: dict[str, Path], paper_in: PaperIn) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "America/New_York"}
    given = pickle.dumps(paper_in("zh"))
    said = subprocess.run(
        [sys.executable, "-c", DRAW], input=given, capture_output=True, check=True, cwd=ROOT, env=environment
    )
    here = subprocess.run(["sha256sum", files["zh"]], capture_output=True, check=True, text=True).stdout.split()[0]
    assert said.stdout.decode().split() == [here]


def test_a_library_that_is_not_there_is_named_with_what_to_install() -> None:
    with pytest.raises(MissingPart, match=r"libnothing\.so\.0.*apt-get install libpango-1\.0-0 .*fonts-noto-cjk"):
        require(["libnothing.so.0"])


def test_a_machine_without_the_font_is_told_so_instead_of_printing_boxes(paper_in: PaperIn, tmp_path: Path) -> None:
    """Only the serif face of the same family is to be found there."""
    fonts, settings = tmp_path / "fonts", tmp_path / "fonts.conf"
    fonts.mkdir()
    shutil.copy("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", fonts)
    settings.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    small = replace(paper_in("zh"), sections=())
    environment = {**os.environ, "FONTCONFIG_FILE": str(settings)}
    given = pickle.dumps(small)
    said = subprocess.run(
        [sys.executable, "-c", DRAW], input=given, capture_output=True, check=False, cwd=ROOT, env=environment
    )
    assert said.returncode == 1
    assert b"MissingPart: a PDF needs font Noto Sans CJK SC" in said.stderr


def test_the_room_loads_without_the_drawing_library() -> None:
    check = "import sys, reports.paper.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_hostile_texts_stay_texts(paper_in: PaperIn, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Markup, addresses, control characters, endless words and twenty-four columns neither escape nor overflow."""
    evil = 'x"; } </style><img src="http://127.0.0.1:9/a.png"> \\ {page} \x00\x07\ud800 <!-- \u202e'
    columns = tuple(Column(f"c{i}", f"Column{i}", Kind.INTEGER if i % 2 else Kind.TEXT) for i in range(24))
    wide = Table("wide", evil, columns, (tuple(Cell(10**12 + i if i % 2 else "W" * 60) for i in range(24)),) * 3)
    tall = Table("tall", "tall", columns[:1], ((Cell("长" * 3000),), (Cell("L" * 3000),)))
    blocks = (wide, tall, Paragraph(evil), Paragraph("W" * 500))
    paper = replace(
        paper_in("en"),
        title=evil + "T" * 300,
        page_text=evil,
        foot=evil,
        marks=(evil,),
        sections=(Section("s", evil, blocks),),
    )
    path = tmp_path / "evil.pdf"
    with caplog.at_level(logging.WARNING):
        path.write_bytes(pdf(paper))
    assert [record.getMessage() for record in caplog.records] == []
    words = bare("".join(pages(path, "-raw")))
    assert '</style><imgsrc="http://127.0.0.1:9/a.png">' in words
    assert words.count("长") == 3000
    assert outside(path) == []
