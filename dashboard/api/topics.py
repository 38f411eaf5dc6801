"""What search explains by itself: words of the control center, settings, and metrics that are counted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from urllib.parse import urlencode

from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.found import Found
from dashboard.api.setting import ApiSetting
from dashboard.language import read_all_words, word_key

TOPICS = (
    ("availability", word_key("topic.availability"), "/availability"),
    ("bounds", word_key("topic.bounds"), "/availability"),
    ("MISSING", word_key("topic.missing"), "/data-quality"),
    ("EXCLUDED", word_key("topic.excluded"), "/alerts#maintenance"),
    ("conflict", word_key("topic.conflict"), "/availability"),
    ("completeness", word_key("topic.completeness"), "/data-quality"),
    ("gap", word_key("topic.gap"), "/data-quality"),
    ("DCN", word_key("topic.dcn"), "/data-centers"),
    ("failover", word_key("topic.failover"), "/data-centers"),
    ("error-budget", word_key("topic.budget"), "/slo"),
    ("burn-rate", word_key("topic.burn_rate"), "/slo"),
    ("silence", word_key("topic.silence"), "/alerts#silences"),
    ("maintenance", word_key("topic.maintenance"), "/alerts#maintenance"),
    ("incident", word_key("topic.incident"), "/incidents"),
    ("MTTR", word_key("topic.mttr"), "/incidents"),
    ("verdict", word_key("topic.verdict"), "/load-runs"),
    ("proven-capacity", word_key("topic.capacity"), "/capacity"),
    ("headroom", word_key("topic.headroom"), "/capacity"),
    ("peak", word_key("topic.peak"), "/peaks"),
    ("cost-per-account", word_key("topic.cost"), "/costs"),
    ("issue", word_key("topic.issue"), "/reports"),
    ("audit-log", word_key("topic.audit"), "/audit"),
)
"""Word, what it means, and the page on which it matters."""

_LONGEST_VALUE = 80
_METRIC = ".metric"


@cache
def topics() -> tuple[Found, ...]:
    """Words of the glossary, each with one sentence."""
    words = read_all_words()
    return tuple(
        Found("topic", id, {language: said(key) for language, said in words.items()}, path) for id, key, path in TOPICS
    )


def settings(setting: ApiSetting, asked: Asked) -> Iterator[Found]:
    """Values that the process was started with, and metrics that the catalog names, for who may see the page."""
    if not asked.who.may(Right.ADMINISTER):
        return
    for file in setting.configured.files:
        for item in file.items:
            if item.key.endswith(_METRIC):
                yield _setting("metric", item.value, f"{item.value} ({item.key})")
            yield _setting("setting", item.key, f"{item.key} = {item.value[:_LONGEST_VALUE]}")


def _setting(kind: str, id: str, name: str) -> Found:
    return Found(kind, id, {"zh": name, "en": name}, "/settings?" + urlencode({"q": id}))
