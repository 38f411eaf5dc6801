"""docs/slos.md: what it shows works, and what it lists is all there is."""

from __future__ import annotations

import re
from pathlib import Path

from alerts.openslo.binding import bind
from alerts.openslo.loading import load_text
from alerts.openslo.metadata import OURS, PREFIX
from alerts.policy import Policy

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "slos.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_watched() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    found = load_text(example[1], Path("example.yaml"))
    assert found.findings == ()
    assert [slo.product for slo in bind(found, Policy("1", (), 5), ["weilidai"]).slos] == ["weilidai"]


def test_the_page_lists_every_annotation() -> None:
    table = PAGE.split("## Annotations")[1].split("##")[0]
    assert set(re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE)) == {key.removeprefix(PREFIX) for key in OURS}
