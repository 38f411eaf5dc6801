"""Reasons are told in the reader's language, whatever they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.costs.told import SHAPES, told
from reports.words import report_words

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
