"""How long a message may be in each channel, and how it is shortened without breaking a character.

Sources (read November 2026): WeCom robot "content: at most 2048 bytes, UTF-8"; DingTalk robot "a message is at most
20000 bytes"; Feishu robot "the request is at most 20 KB"; Slack "text: best kept below 4,000 characters"; PagerDuty
Events v2 "summary: at most 1024 characters". The last two of the bytes count the JSON as it travels, where a Chinese
character takes six.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


def _bytes(text: str) -> int:
    return len(text.encode())


def _json_bytes(text: str) -> int:
    return len(json.dumps(text))


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` of what ``measure`` counts, title and body together."""

    most: int
    measure: Callable[[str], int]

    def fits(self, text: str) -> bool:
        """Whether a text may be sent as it is."""
        return self.measure(text) <= self.most


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "dingtalk": Limit(19_000, _json_bytes),
        "wecom": Limit(2_048, _bytes),
        "feishu": Limit(19_000, _json_bytes),
        "slack": Limit(4_000, len),
        "mail": Limit(200_000, len),
        "pagerduty": Limit(1_024, len),
    }
)
_JOINT = "\r\n"
"""What Apprise puts between a title and a body that travel as one text."""


def shortened(title: str, body: str, limit: Limit, cut: str) -> tuple[str, str]:
    """Title and body that fit together; a body that does not is cut at the end and says so with ``cut``."""
    if limit.fits(title + _JOINT + body):
        return title, body
    head = _longest(title, lambda text: limit.fits(text + _JOINT + _JOINT + cut))
    kept = _longest(body, lambda text: limit.fits(head + _JOINT + text + "\n" + cut))
    return head, f"{kept.rstrip()}\n{cut}"


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning that fits; measures grow with the text, so halving finds it."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return text[:low]
