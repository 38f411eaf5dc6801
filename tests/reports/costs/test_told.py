"""Reasons are told in the reader's language, whatever they name."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from reports.costs.printing.laying import paper
from reports.costs.told import METHODS, SHAPES, told, told_method
from reports.paper.html import html
from reports.words import report_words
from slo.allocation import Driver
from store.invoices import Invoice, kept
from store.port import Store
from tests.reports.costs.conftest import NOW_S, charge, report_of, settings

ASSET = Path(__file__).resolve().parents[3] / "dashboard" / "assets" / "costs_2_parts.js"
SENTENCES = {
    "2026-10: neither metrics nor imported charges": "2026-10：既无指标，也无导入的费用",
    "2026-10: metrics on 12 of 31 days (19)": "2026-10：指标仅覆盖 31 天中的 12 天 (19)",
    "2026-10: metrics of staff on 3 of 31 days (28)": "2026-10：staff 的指标仅覆盖 31 天中的 3 天 (28)",
    "2026-10: no rate of USD for 2026-10-03 (7)": "2026-10：缺少 USD 在 2026-10-03 的汇率 (7)",
    "2026-10: AWS: no effective cost (2)": "2026-10：AWS 缺少有效成本 (2)",
    "2026-10: AWS: no billed cost (2)": "2026-10：AWS 缺少账单金额 (2)",
    "2026-10: accounts not on every day": "2026-10：并非每天都有账户数",
}


@pytest.mark.parametrize(("sentence", "chinese"), SENTENCES.items())
def test_each_sentence_has_its_words_in_both_languages(sentence: str, chinese: str) -> None:
    """English says what the report said."""
    found = told(sentence)
    assert found is not None
    said = {language: report_words(language)(f"costs.told.{found.kind}", **found.values) for language in ("en", "zh")}
    assert said == {"en": sentence, "zh": chinese}


@pytest.mark.parametrize(
    ("capacity", "shares_idle", "chinese"),
    [(None, False, "闲置未知"), (9, False, "闲置单列"), (9, True, "闲置按用量承担")],
)
def test_a_method_is_told_in_both_languages(capacity: int | None, shares_idle: bool, chinese: str) -> None:
    """As the allocation itself says it, so that a new wording there is noticed here."""
    method = Driver("cpu", "CPU-seconds", {"weilidai": 5}, capacity, "", shares_idle).method
    found = told_method(method)
    assert found is not None
    said = {language: report_words(language)(f"costs.told.{found.kind}", **found.values) for language in ("en", "zh")}
    assert said == {"en": method, "zh": f"cpu：按用量（CPU-seconds）分摊，{chinese}，最大余数法"}
    assert told_method("cpu: by chance") is None


@pytest.mark.parametrize("key", ["2025-09", "2026-10", "2026-11"])
def test_no_english_sentence_stands_on_chinese_paper(bank: Store, key: str) -> None:
    """Of the first month, a whole one and the present one, with charges that nobody bears and invoices."""
    charge(bank, "h", date(2026, 10, 5), ("100.00", "50"))
    charge(bank, "u", date(2026, 10, 6), ("1", "1"), currency="USD")
    with bank.reading() as reader:
        invoices = [Invoice("a", "2026-10", "CNY", Decimal("99.00")), Invoice("b", "2026-10", "USD", Decimal(1))]
        change = kept(invoices, reader.journal(), NOW_S * 1000)
    bank.write(change)
    page = html(paper(report_of(bank, settings(loan_steps=["draw"]), key), "zh")).decode()
    lines = unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"(?s)<style.*?</style>", "", page))).split("\n")
    assert any("最大余数法" in line for line in lines)
    assert [line for line in lines if re.search(r"[A-Za-z]{2,}( [A-Za-z]{2,}){2}", line)] == []


def test_another_sentence_is_left_alone() -> None:
    """Rules are none."""
    assert told("closed_months:3") is None
    assert told("2026-10: something else") is None


def test_the_screen_knows_the_same_sentences() -> None:
    """Two languages of expressions, one list."""
    script = ASSET.read_text(encoding="utf-8")
    known = dict(re.findall(r'\["costs\.told_(\w+)", "(.+)"\]', script))
    assert {kind: shape.replace(r"\\", "\\") for kind, shape in known.items()} == {
        kind: shape.replace("(?P<", "(?<") for kind, shape in SHAPES.items()
    }
    known = dict(re.findall(r'\["costs\.(method_\w+)", "(.+)"\]', script))
    assert known == {kind: shape.replace("(?P<", "(?<") for kind, shape in METHODS.items()}
