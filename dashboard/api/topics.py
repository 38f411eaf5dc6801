"""What search explains by itself: words of the control center, settings, and metrics that are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from urllib.parse import quote, urlencode

from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.found import Found
from dashboard.api.setting import ApiSetting
from dashboard.language import read_all_words, word_key
from slo.catalog import Catalog

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
    ("budget (error budget)", word_key("topic.budget"), "/slo"),
    ("burn rate", word_key("topic.burn_rate"), "/slo"),
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
    ("act", word_key("topic.act"), "/audit"),
    ("birth", word_key("topic.birth"), "/data-quality"),
    ("business day", word_key("topic.business_day"), "/peaks"),
    ("cell", word_key("topic.cell"), "/availability"),
    ("backfill", word_key("topic.backfill"), "/data-quality"),
    ("cause (of an alert)", word_key("topic.cause"), "/alerts"),
    ("channel", word_key("topic.channel"), "/alerts"),
    ("collector", word_key("topic.collector"), "/data-quality"),
    ("composite", word_key("topic.composite"), "/slo"),
    ("delivery", word_key("topic.delivery"), "/alerts"),
    ("estate", word_key("topic.estate"), "/data-centers"),
    ("folding", word_key("topic.folding"), "/data-quality"),
    ("frame", word_key("topic.frame"), "/"),
    ("fencing token", word_key("topic.fencing_token"), "/data-quality"),
    ("good, bad, ignored", word_key("topic.good_bad"), "/settings"),
    ("grid", word_key("topic.grid"), "/availability"),
    ("heat map (of latency)", word_key("topic.heat_map"), "/product/<id>"),
    ("histogram", word_key("topic.histogram"), "/product/<id>"),
    ("head (of the audit log)", word_key("topic.audit_head"), "/audit"),
    ("heartbeat", word_key("topic.heartbeat"), "/alerts"),
    ("incarnation", word_key("topic.incarnation"), "/data-quality"),
    ("increase", word_key("topic.increase"), "/data-quality"),
    ("kind (of a report)", word_key("topic.report_kind"), "/reports"),
    ("kiosk", word_key("topic.kiosk"), "/"),
    ("lease", word_key("topic.lease"), "/data-quality"),
    ("ledger", word_key("topic.ledger"), "/alerts"),
    ("level", word_key("topic.level"), "/availability"),
    ("new place", word_key("topic.new_place"), "/alerts"),
    ("mitigated", word_key("topic.mitigated"), "/incidents"),
    ("probe", word_key("topic.probe"), "/data-quality"),
    ("INVALID_PROBE", word_key("topic.invalid_probe"), "/data-quality"),
    ("objective, target", word_key("topic.objective"), "/slo"),
    ("outbox", word_key("topic.outbox"), "/reports"),
    ("paper", word_key("topic.paper"), "/reports"),
    ("in doubt", word_key("topic.in_doubt"), "/reports"),
    ("page", word_key("topic.page"), "/data-quality"),
    ("peak minute", word_key("topic.peak_minute"), "/peaks"),
    ("reset", word_key("topic.reset"), "/data-quality"),
    ("retention", word_key("topic.retention"), "/settings"),
    ("revision", word_key("topic.revision"), "/reports"),
    ("scope", word_key("topic.scope"), "/availability"),
    ("simulated", word_key("topic.simulated"), "/"),
    ("skew", word_key("topic.skew"), "/data-quality"),
    ("sign", word_key("topic.sign"), "/settings"),
    ("soak", word_key("topic.soak"), "/data-quality"),
    ("source", word_key("topic.source"), "/data-quality"),
    ("spool", word_key("topic.spool"), "/data-quality"),
    ("standby", word_key("topic.standby"), "/data-quality"),
    ("time slice", word_key("topic.time_slice"), "/slo"),
    ("transaction", word_key("topic.transaction"), "/peaks"),
    ("truth", word_key("topic.truth"), "/data-quality"),
    ("unobserved", word_key("topic.unobserved"), "/data-quality"),
    ("vantage point", word_key("topic.vantage"), "/data-quality"),
    ("watermark", word_key("topic.watermark"), "/data-quality"),
    ("arrival", word_key("topic.arrival"), "/load-runs"),
    ("borrower", word_key("topic.borrower"), "/load-runs"),
    ("wrong answer", word_key("topic.wrong_answer"), "/load-runs"),
    ("imported", word_key("topic.imported"), "/availability"),
    ("impact", word_key("topic.impact"), "/incidents"),
    ("partial weight", word_key("topic.partial_weight"), "/reports"),
    ("achieved coverage", word_key("topic.coverage"), "/peaks"),
    ("prior (of a kind of day)", word_key("topic.prior"), "/peaks"),
    ("driver", word_key("topic.driver"), "/costs"),
    ("idle", word_key("topic.idle"), "/costs"),
    ("mix effect", word_key("topic.mix"), "/costs"),
    ("naive forecast", word_key("topic.naive"), "/peaks"),
    ("unallocated", word_key("topic.unallocated"), "/costs"),
    ("WAPE", word_key("topic.wape"), "/peaks"),
    ("credit", word_key("topic.credit"), "/reports"),
    ("five in a row", word_key("topic.five"), "/reports"),
    ("tenant", word_key("topic.tenant"), "/reports"),
    ("charge", word_key("topic.charge"), "/costs"),
    ("condensing", word_key("topic.condensing"), "/data-quality"),
    ("cost ledger", word_key("topic.cost_ledger"), "/costs"),
    ("restated month", word_key("topic.restated"), "/costs"),
    ("billed, effective", word_key("topic.billed"), "/costs"),
    ("parcel", word_key("topic.parcel"), "/reports"),
    ("recorded change", word_key("topic.recorded_change"), "/"),
    ("gate, front", word_key("topic.gate"), "/settings"),
    ("self-alert", word_key("topic.self_alert"), "/alerts"),
    ("drain", word_key("topic.drain"), "/alerts"),
    ("left out (of a report)", word_key("topic.left_out"), "/reports"),
    ("imported (data center)", word_key("topic.imported_center"), "/availability"),
    ("guideline downtime", word_key("topic.guideline"), "/reports"),
    ("kind of day", word_key("topic.day_kind"), "/peaks"),
    ("origin (of a cost)", word_key("topic.origin"), "/costs"),
    ("left out (of a cost report)", word_key("topic.left_out_cost"), "/costs"),
    ("what-if", word_key("topic.what_if"), "/costs"),
    ("runs out on", word_key("topic.runs_out"), "/capacity"),
    ("incomplete day", word_key("topic.incomplete"), "/peaks"),
    ("even share", word_key("topic.even_share"), "/data-centers"),
    ("usual share (of a data center)", word_key("topic.usual_share"), "/data-centers"),
    ("fell, back (a data center)", word_key("topic.fell"), "/data-centers"),
    ("taken over, lost (transactions)", word_key("topic.taken_over"), "/data-centers"),
    ("break (of a demo)", word_key("topic.break"), "/"),
    ("theme", word_key("topic.theme"), "/"),
    ("strip (of the wall)", word_key("topic.strip"), "/"),
    ("folded", word_key("topic.folded"), "/"),
    ("mark", word_key("topic.mark"), "/"),
    ("projected (end of the day)", word_key("topic.projected"), "/peaks"),
    ("right, role", word_key("topic.right_role"), "/settings"),
    ("way", word_key("topic.way"), "/settings"),
    ("epoch (of a person)", word_key("topic.epoch"), "/settings"),
    ("calendar window", word_key("topic.calendar_window"), "/slo"),
    ("held back (a target)", word_key("topic.held_back"), "/data-quality"),
    ("parting", word_key("topic.parting"), "/audit"),
    ("mark of a session", word_key("topic.session_mark"), "/audit"),
    ("household (of connections)", word_key("topic.household"), "/settings"),
)
"""Word as docs/glossary.md has it, what it means, and the page on which it matters; ``<id>`` stands for a product."""

_LONGEST_VALUE = 80
_METRIC = ".metric"


@cache
def _topics() -> tuple[Found, ...]:
    words = read_all_words()
    return tuple(
        Found("topic", id, {language: said(key) for language, said in words.items()}, path) for id, key, path in TOPICS
    )


def topics(catalog: Catalog) -> Iterator[Found]:
    """Words of the glossary, each with one sentence; what is shown for one product leads to the first."""
    first = quote(catalog.products[0].id, safe="") if catalog.products else ""
    for each in _topics():
        yield replace(each, path=each.path.replace("<id>", first)) if "<id>" in each.path else each


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
