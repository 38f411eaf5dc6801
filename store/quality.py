"""What collectors say of the quality of their data, as gauges beside those of the source: names and text forms."""

from __future__ import annotations

import re
from decimal import Decimal

_ESCAPED = re.compile(r'\\([\\n"])')
SKEW = "collector_clock_skew_seconds"
FOLDED = "collector_folded_series"
VANISHED = "collector_vanished_series"
"""Counters of one product (label ``product``) that were known and that the last whole page did not show."""
KNOWN = "collector_known_series"
"""Counters of one product that are known, told together with VANISHED."""
LARGEST_SKEW_MS = 1_000
"""26 s of skew are a month's budget at 99.999 %; one second is told."""
SKEW_HOLDS_MS = 300_000
"""A skew is told again every minute; one that is older than this is no longer known."""


def seconds_text(skew_ms: int) -> str:
    """Milliseconds as seconds with three decimals: -1500 -> "-1.500"."""
    sign = "-" if skew_ms < 0 else ""
    return f"{sign}{abs(skew_ms) // 1000}.{abs(skew_ms) % 1000:03d}"


def milliseconds_of(text: str) -> int:
    """The inverse of ``seconds_text``."""
    return int(Decimal(text) * 1000)


def product_label(product: str) -> str:
    """Labels of a gauge of one product, as canonical text."""
    return 'product="' + product.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') + '"'


def product_of(labels: str) -> str:
    """The inverse of ``product_label``."""
    inner = labels.removeprefix('product="').removesuffix('"')
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], inner)
