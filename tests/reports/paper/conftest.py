"""A month's report as it may come: long names, twenty incidents, holes, an empty table; in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports.paper.model import (
    Cell,
    Column,
    Fact,
    Facts,
    HeatCell,
    HeatMap,
    Kind,
    Line,
    Paper,
    Paragraph,
    Point,
    Section,
    Table,
    Tone,
    Trend,
)

WORDS = {
    "title": ("Availability report, October 2026", "可用性报告 2026年10月"),
    "subtitle": ("All products, six data centers, Asia/Shanghai", "全部产品，六个数据中心，北京时间"),
    "verdict": ("Verdict of the bank", "全行结论"),
    "missed": ("missed", "未达标"),
    "met": ("met", "达标"),
    "unknown": ("not proven", "未证明"),
    "summary": (
        "Two of fourteen products missed 99.999 %, one is not proven because 41 minutes were not seen. 1,734 of "
        "48,213,904,117 transactions failed.",
        "十四个产品中两个未达到99.999%，一个因41分钟未观测而未证明。48,213,904,117笔交易中1,734笔失败。",
    ),
    "contents": ("Contents", "目录"),
    "page": ("Page {page} of {pages}", "第{page}页，共{pages}页"),
    "made": ("Made 2026-11-02 09:00 (Asia/Shanghai)", "生成于2026-11-02 09:00（北京时间）"),
    "foot": ("Lending Control Center", "贷款控制中心"),
    "demo": ("DEMO", "演示"),
    "products": ("Products against their objectives", "各产品与目标对照"),
    "product": ("Product", "产品"),
    "verdicts": ("Verdict", "结论"),
    "availability": ("Availability", "可用性"),
    "bad": ("Failed", "失败"),
    "total": ("Total", "总数"),
    "target": ("Objective", "目标"),
    "budget": ("Error budget left", "剩余错误预算"),
    "worst": ("Worst minute", "最差一分钟"),
    "downtime": ("Downtime", "停机时间"),
    "trend": ("Thirteen months", "近十三个月"),
    "limit": ("Objective 99.999 %", "目标99.999%"),
    "pooled": ("All transactions", "合并"),
    "mean": ("Mean of products", "产品均值"),
    "days": ("Products by days", "按产品和日期"),
    "incidents": ("Incidents", "事件"),
    "incident": ("What happened", "经过"),
    "id": ("Number", "编号"),
    "where": ("Where", "位置"),
    "began": ("Began", "开始"),
    "detected": ("Detected", "发现"),
    "restored": ("Restored", "恢复"),
    "mttr": ("Time to restore", "恢复时长"),
    "cause": ("Cause", "原因"),
    "maintenance": ("Planned work", "计划维护"),
    "none": ("No planned work in this month.", "本月无计划维护。"),
    "method": ("Definitions and version", "定义与版本"),
    "note": (
        "Availability is good over total events, truncated, never rounded up; 41 minutes of the Wechat Business Loan "
        "were not seen.",
        "可用性为成功数除以总数，截断而不进位；微业贷有41分钟未观测。",
    ),
    "good_words": ("nothing failed", "无失败"),
    "some_words": ("some failed", "部分失败"),
    "worst_words": ("worst", "最差"),
    "unseen_words": ("not seen", "未观测"),
    "long": (
        "The core database of data center three ran out of connections after a configuration change was rolled out "
        "to all DCNs at once; withdrawals and repayments of three products failed until the change was taken back",
        "三号数据中心核心数据库在配置变更一次性推送到全部DCN之后连接耗尽，三个产品的提款和还款失败，直到回退变更后恢复",
    ),
}
NAMES = (
    ("WeiLiDai personal revolving credit line", "微粒贷个人循环信用贷款"),
    (
        "Wechat Business Loan for small and very small enterprises with a guarantee",
        "微业贷小微企业担保贷款（含省级融资担保分险业务）",
    ),
    ("Car loan", "车贷"),
    ("Syndicated co-lending with partner banks", "联合贷款"),
    ("Interbank_settlement_and_reconciliation_service_of_the_second_generation", "第二代清算对账服务"),
    ("Mortgage bridge", "过桥贷"),
    ("Supply chain finance", "供应链金融"),
    ("Consumer instalments", "消费分期"),
    ("Student loan", "助学贷款"),
    ("Farm equipment leasing", "农机融资租赁"),
    ("Invoice discounting", "发票贴现"),
    ("Overdraft", "透支"),
    ("Credit card cash advance", "信用卡预借现金"),
    ("Early repayment <b>&amp; refunds</b>", "提前还款 <b>&amp; 退款</b>"),
)
TONES = (Tone.GOOD, Tone.BAD, Tone.UNKNOWN)
MONTHS = tuple(f"{2025 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(13))


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._index = {"en": 0, "zh": 1}[language]

    def __call__(self, key: str) -> str:
        return WORDS[key][self._index]

    def name(self, index: int) -> str:
        """A product's name."""
        return NAMES[index % len(NAMES)][self._index]


def products(words: Words, count: int) -> Table:
    """A product a row, with every kind of cell and one figure that is not known."""
    kinds = (
        Kind.TEXT,
        Kind.TEXT,
        Kind.PERCENT,
        Kind.INTEGER,
        Kind.INTEGER,
        Kind.PERCENT,
        Kind.PERCENT,
        Kind.INSTANT,
        Kind.SECONDS,
    )
    keys = ("product", "verdicts", "availability", "bad", "total", "target", "budget", "worst", "downtime")
    columns = tuple(Column(key, words(key), kind) for key, kind in zip(keys, kinds, strict=True))
    rows = []
    for i in range(count):
        tone = TONES[(1, 2, 0, 0, 0)[i % 5]]
        word = words({Tone.GOOD: "met", Tone.BAD: "missed", Tone.UNKNOWN: "unknown"}[tone])
        share = None if tone is Tone.UNKNOWN else f"99.99{(i * 37) % 1000:03d}"
        values = (
            words.name(i),
            word,
            share,
            i * 71,
            3_443_850_294 + i,
            "99.999",
            f"{i * 7 % 100}.04",
            "2026-10-17 03:12",
            i * 61,
        )
        cells = [Cell(value, f"product/{i}/{key}") for key, value in zip(keys, values, strict=True)]
        cells[1] = Cell(word, f"product/{i}/verdict", tone)
        rows.append(tuple(cells))
    return Table("products", words("products"), columns, tuple(rows), words("note"))


def incidents(words: Words, count: int) -> Table:
    """Incidents with long descriptions; every seventh is not over."""
    keys = ("id", "incident", "product", "where", "began", "detected", "restored", "mttr", "bad", "cause")
    kinds = (
        Kind.TEXT,
        Kind.TEXT,
        Kind.TEXT,
        Kind.TEXT,
        Kind.INSTANT,
        Kind.INSTANT,
        Kind.INSTANT,
        Kind.SECONDS,
        Kind.INTEGER,
        Kind.TEXT,
    )
    columns = tuple(Column(key, words(key), kind) for key, kind in zip(keys, kinds, strict=True))
    rows = []
    for i in range(count):
        over = i % 7 != 6
        began = f"2026-10-{i % 31 + 1:02d} 03:{i % 60:02d}:11"
        values = (
            f"INC-2026-{i:04d}",
            words("long") if i % 4 == 0 else words.name(i + 3),
            words.name(i),
            f"dc{i % 6 + 1}-n{i % 10:02d}",
            began,
            began,
            began if over else None,
            i * 127 if over else None,
            i * 311,
            words("some_words"),
        )
        rows.append(tuple(Cell(value) for value in values))
    return Table("incidents", words("incidents"), columns, tuple(rows))


def trend(words: Words) -> Trend:
    """Two lines over thirteen months; one month of each was not seen."""
    shares = (
        99.9995,
        99.9993,
        None,
        99.9997,
        99.9998,
        99.9991,
        99.9984,
        99.9996,
        99.9999,
        100.0,
        99.9992,
        99.9995,
        99.9971,
    )

    def point(month: str, share: float | None) -> Point:
        if share is None:
            return Point(month, None, "?", Tone.UNKNOWN)
        return Point(month, share, f"{share:.4f}", Tone.GOOD if share >= 99.999 else Tone.BAD)

    lines = tuple(
        Line(words(name), tuple(point(m, s and s - off) for m, s in zip(MONTHS, shares, strict=True)))
        for name, off in (("pooled", 0.0), ("mean", 0.0004))
    )
    return Trend("trend", words("trend"), lines, "%", 99.999, words("limit"))


def columns_of_failures(words: Words) -> Trend:
    """Columns over thirty-one days."""
    points = tuple(
        Point(
            f"{day:02d}",
            None if day == 9 else float(day * 13 % 40),
            str(day * 13 % 40),
            Tone.BAD if day == 17 else Tone.PLAIN,
        )
        for day in range(1, 32)
    )
    return Trend("failures", words("bad"), (Line(words("bad"), points),), columns=True, note=words("note"))


def heat(words: Words, count: int, columns: tuple[str, ...]) -> HeatMap:
    """Products by columns, with failures and holes."""

    def cell(i: int, j: int) -> HeatCell:
        if (i * 5 + j) % 41 == 7:
            return HeatCell(None, words("unseen_words"), Tone.UNKNOWN)
        weight = 0.0 if (i * 7 + j * 3) % 11 else ((i + j) % 5 + 1) / 5
        return HeatCell(weight, f"{100 - weight / 100:.3f}", Tone.BAD if weight > 0.5 else Tone.GOOD)

    rows = tuple((words.name(i), tuple(cell(i, j) for j in range(len(columns)))) for i in range(count))
    legend = tuple(words(key) for key in ("good_words", "some_words", "worst_words", "unseen_words"))
    return HeatMap("days", words("days"), columns, rows, legend, words("note"))


def month_paper(language: str, product_count: int = 14, incident_count: int = 20) -> Paper:
    """The whole report."""
    words = Words(language)
    facts = (
        Fact(words("availability"), "99.99640%", words("limit"), "bank/availability", Tone.BAD),
        Fact(words("bad"), "1,734", words("total") + " 48,213,904,117", "bank/bad"),
        Fact(words("budget"), "-260.03%", "", "bank/budget", Tone.WARNING),
        Fact(words("mttr"), "0:11:38", "n=20", "bank/mttr"),
    )
    days = tuple(f"{day:02d}" for day in range(1, 32))
    none = Table("maintenance", words("maintenance"), (Column("id", words("id")),), (), empty=words("none"))
    sections = (
        Section(
            "products",
            words("products"),
            (Paragraph(words("note"), Tone.WARNING), products(words, product_count)),
            True,
        ),
        Section("trend", words("trend"), (trend(words), columns_of_failures(words))),
        Section("days", words("days"), (heat(words, product_count, days), heat(words, product_count, MONTHS))),
        Section("incidents", words("incidents"), (Facts(facts[1:]), incidents(words, incident_count))),
        Section("maintenance", words("maintenance"), (none,)),
        Section("method", words("method"), tuple(Paragraph(words("note")) for _ in range(12))),
    )
    return Paper(
        kind="availability",
        language=language,
        title=words("title"),
        subtitle=words("subtitle"),
        verdict=Fact(words("verdict"), words("missed"), words("limit"), "bank/verdict", Tone.BAD),
        summary=words("summary"),
        facts=facts,
        sections=sections,
        data=products(words, product_count),
        identity="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        made_at=1_793_581_200,
        made_text=words("made"),
        contents_heading=words("contents"),
        page_text=words("page"),
        marks=(words("demo"),),
        foot=words("foot"),
    )


@pytest.fixture(scope="session")
def paper_in() -> Callable[..., Paper]:
    """Makes the report in a language, of as many products and incidents as wanted."""
    return month_paper
