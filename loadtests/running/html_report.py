"""A result as one HTML file: no script, no outside request, Chinese and English by a switch without script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from loadtests.running.html_charts import latency_chart, second_chart

_STATES = {
    "proven": ("✔", "已证明", "proven"),
    "refuted": ("✖", "已否定", "refuted"),
    "undecided": ("?", "未定", "undecided"),
    "invalid": ("⊘", "无效", "invalid"),
}
"""Shape and word; color is never the only carrier."""

_CAVEATS_ZH = (
    "结论只针对本次运行的请求,不代表全年。",
    "成批出现的失败会使有效请求数少于表面数字:见“有失败的秒数”和“方差/均值”。",
    "失败指:答错、出错或超过时限,以客户端自身重试之后的结果为准。",
    "各产品、各步骤的结论各自具有所述置信度,合起来则不然。",
)
_STYLE = """
:root{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;color:#1b1f24;background:#fff}
body{max-width:70rem;margin:1rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid #ccd1d7;padding:.25rem .5rem;text-align:right}
th:first-child,td:first-child{text-align:left}
.verdict{display:inline-block;padding:.2rem .8rem;border:2px solid;font-size:1.6rem;font-weight:700}
.proven{background:#12414F;color:#fff}.refuted{background:#D55E00;color:#fff;border-style:double}
.undecided{background:#F0E442;color:#111}.invalid{background:#8A8F98;color:#111;border-style:dashed}
svg{width:100%;height:auto;background:#f6f7f8}
.scroll{overflow-x:auto}
#en:checked~main .zh,#zh:checked~main .en{display:none}
"""


def html_report(document: dict[str, Any]) -> str:
    """The whole page."""
    sign, zh, en = _STATES[document["verdict"]]
    claims = document["claims"]
    head = (
        f'<p><span class="verdict {document["verdict"]}">{sign} {_both(zh, en)}</span></p>'
        f"<p>{_both('目标可用率', 'claimed availability')} {claims['availability']} %, "
        f"{_both('置信度', 'confidence')} {claims['confidence']} %; "
        f"{_both('退出码', 'exit code')} {document['exit_code']}</p>"
    )
    body = [
        f"<h1>{_both('压测报告', 'Load run')} {escape(document['run_id'])}</h1>",
        head,
        _reasons(document),
        _section("请求", "Requests", _counts(document)),
        _section("结论", "Verdicts", _verdicts(document)),
        _section("时延", "Latency", latency_chart(document["latency"]["overall"]) + _latencies(document)),
        _section("每秒请求与失败", "Requests and failures per second", second_chart(document["seconds"])),
        _section("发生器", "Generator", _pairs({**_health(document), **document["bursts"]})),
        _section("运行", "Run", _pairs(_about(document))),
        _section("说明", "What this does not say", _caveats(document)),
    ]
    return _page("".join(body), escape(document["run_id"]))


def _page(body: str, title: str) -> str:
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        '<input type="radio" name="lang" id="zh" checked><label for="zh">中文</label>'
        '<input type="radio" name="lang" id="en"><label for="en">English</label>'
        f"<main>{body}</main></body></html>\n"
    )


def _both(zh: str, en: str) -> str:
    return f'<span class="zh" lang="zh">{escape(zh)}</span><span class="en" lang="en">{escape(en)}</span>'


def _section(zh: str, en: str, content: str) -> str:
    return f'<section><h2>{_both(zh, en)}</h2><div class="scroll">{content}</div></section>'


def _reasons(document: dict[str, Any]) -> str:
    items = "".join(f"<li>{escape(reason['text'])}</li>" for reason in document["invalid_reasons"])
    return f"<p>{_both('发生器有错,本次无效:', 'The generator was at fault:')}</p><ul>{items}</ul>" if items else ""


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    cells = "".join(f'<th scope="col">{title}</th>' for title in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _counts(document: dict[str, Any]) -> str:
    names = ("requests", "failures", "error", "wrong_answer", "too_slow", "business_reject", "retries")
    words = (("请求", "requests"), ("失败", "failed"), ("出错", "errors"), ("答错", "wrong answers"))
    more = (("超时限", "too slow"), ("业务拒绝", "business rejects"), ("重试", "retries"))
    counts = document["counts"]
    rows = [(_both("合计", "all"), counts["overall"])]
    rows += [(f"{escape(row['product'])}/{escape(row['step'])}", row) for row in counts["steps"]]
    head = [_both("步骤", "step"), *(_both(*pair) for pair in (*words, *more))]
    return _table(head, ([name, *(row[key] for key in names)] for name, row in rows))


def _verdicts(document: dict[str, Any]) -> str:
    live = {_key(row): row for row in document["live"]}
    rows = []
    for row in document["fixed_length"]["verdicts"]:
        now = live.get(_key(row), {}).get("verdict", "undecided")
        claim = f"{row['target']} %"
        if row["limit_microseconds"] is not None:
            claim += f" ≤ {row['limit_microseconds'] // 1000} ms"
        place = "/".join(escape(part) for part in (row["product"], row["step"]) if part) or _both("全部", "all")
        counted = f"{row['failures']} / {row['requests']}"
        rows.append(
            [place, claim, _state(now), _state(row["verdict"]), counted, row["lower_bound"], row["upper_bound"]]
        )
    head = (
        _both("范围", "scope"),
        _both("目标", "claim"),
        _both("随时可看", "at any time"),
        _both("定长一次", "fixed length, one look"),
        _both("失败/请求", "failed / requests"),
        _both("下界 %", "lower bound %"),
        _both("上界 %", "upper bound %"),
    )
    return _table(head, rows)


def _key(row: dict[str, Any]) -> tuple[Any, Any, Any]:
    return row["product"], row["step"], row["limit_microseconds"]


def _state(word: str) -> str:
    sign, zh, en = _STATES[word]
    return f"{sign} {_both(zh, en)}"


def _latencies(document: dict[str, Any]) -> str:
    names = ("p50", "p90", "p99", "p99_9", "p99_99", "max")
    overall = document["latency"]["overall"]
    forms = (("corrected", "自计划时刻", "from the intended start"), ("uncorrected", "自发出时刻", "from sending"))
    rows = [[_both(zh, en), *(_ms(overall[form][name]) for name in names)] for form, zh, en in forms]
    for row in document["latency"]["steps"]:
        place = f"{escape(row['product'])}/{escape(row['step'])}"
        rows.append([place, *(_ms(row["corrected"][name]) for name in names)])
    return _table([_both("毫秒", "milliseconds"), *(name.replace("_", ".") for name in names)], rows)


def _ms(microseconds: int | None) -> str:
    return "—" if microseconds is None else f"{microseconds // 1000}.{microseconds % 1000 // 100}"


def _health(document: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in document["generator"].items() if name != "service"}
    return {**flat, **{f"service_{name}": value for name, value in document["generator"]["service"].items()}}


def _about(document: dict[str, Any]) -> dict[str, Any]:
    names = ("started_at", "ended_at", "build", "service_build", "data_centers")
    return {**{name: document[name] for name in names}, **document["configuration"], **document["machine"]}


def _pairs(values: dict[str, Any]) -> str:
    rows = ([escape(name), "—" if value is None else escape(str(value))] for name, value in values.items())
    return _table((_both("名称", "name"), _both("值", "value")), rows)


def _caveats(document: dict[str, Any]) -> str:
    english = document["caveats"]
    pairs = zip(_CAVEATS_ZH, english, strict=True)
    return "<ul>" + "".join(f"<li>{_both(zh, en)}</li>" for zh, en in pairs) + "</ul>"
