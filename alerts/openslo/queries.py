"""A trap inside queries: summing counters before taking their rate hides resets."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"([a-zA-Z_][a-zA-Z0-9_:]*)?\s*(\()|(\))")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`""")
_GROUPING = re.compile(r"\b(by|without)\s*\([^()]*\)")
_AGGREGATORS = frozenset({"sum", "avg", "min", "max", "count"})
_RATES = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "resets"})
_PROMQL = ("prometheus", "thanos", "mimir", "cortex", "victoriametrics")
_LONGEST = 20_000


def speaks_promql(source_type: str) -> bool:
    """Whether queries of a source are PromQL; a type that the data source says is taken to be."""
    plain = re.sub(r"[^a-z]", "", source_type.lower())
    return not plain or any(name in plain for name in _PROMQL)


def sums_before_rate(query: str) -> bool:
    """Whether an aggregation stands around series of which no rate was taken: ``sum(x)``, ``rate(sum(x)[5m:])``."""
    text = _GROUPING.sub("", _QUOTED.sub('""', query[:_LONGEST]))
    open_calls: list[tuple[str, bool]] = []
    for found in _TOKEN.finditer(text):
        if found[2]:
            open_calls.append((found[1] or "", False))
        elif open_calls:
            word, rated = open_calls.pop()
            if word in _AGGREGATORS and not rated:
                return True
            if open_calls and (rated or word in _RATES):
                open_calls[-1] = (open_calls[-1][0], True)
    return False
