/* Names of what alerts speak of, shapes of how loud they are, spans of time. */
(function () {
  "use strict";

  const { h, page, word } = window.LendingDesk;
  const { format } = window.LendingWall;

  const RULES = {
    cliff: "rule.cliff",
    fast: "rule.fast",
    medium: "rule.medium",
    slow: "rule.slow",
    leak: "rule.leak",
    unknown: "rule.unknown",
    unreachable: "rule.unreachable",
    volume: "rule.volume",
    synthetic: "rule.synthetic",
    certificate: "rule.certificate",
    "engine-late": "rule.engine_late",
    "collector-gone": "rule.collector_gone",
    "notifier-stuck": "rule.notifier_stuck",
    "prune-behind": "rule.prune_behind",
    "capacity-headroom": "rule.capacity_headroom",
    "capacity-headroom-n-1": "rule.capacity_headroom_n_1",
    "capacity-expires": "rule.capacity_expires",
    "good-over-total": "rule.good_over_total",
    "series-vanished": "rule.series_vanished",
    "clock-skew": "rule.clock_skew",
    completeness: "rule.completeness",
    "duplicate-target": "rule.duplicate_target",
    "folded-names": "rule.folded_names",
  };
  const VALUES = {
    data_centers: "value.data_centers",
    silent_seconds: "value.silent_seconds",
    reason: "value.reason",
    sources: "value.sources",
    transactions: "value.transactions",
    forecast: "value.forecast",
    missing_transactions: "value.missing_transactions",
    vantages: "value.vantages",
    days_left: "value.days_left",
    window: "value.window",
    allowed_events: "value.allowed_events",
    behind_seconds: "value.behind_seconds",
    waiting_seconds: "value.waiting_seconds",
    skew_seconds: "value.skew_seconds",
    completeness_percent: "value.completeness_percent",
    missed: "value.missed",
  };
  const BUDGETS = { month: "rule.budget_month", calendar: "rule.budget_calendar", rolling: "rule.budget_rolling" };
  const SEVERITIES = ["call", "page", "ticket", "notice"];

  /** A product's or data center's name in this language; its id when the catalog does not know it. */
  function named(id) {
    const names = page.names[id];
    return (names && names[page.language]) || id;
  }

  /** What a rule means, in words. */
  function rule(name) {
    const budget = /^(?:composite-)?budget-(\w+)-(\d+)$/.exec(name);
    if (budget && BUDGETS[budget[1]]) return word(BUDGETS[budget[1]], { percent: budget[2] });
    const known = RULES[name.replace(/^composite-/, "")];
    return known ? word(known) : name;
  }

  function valueName(name) {
    return VALUES[name] ? word(VALUES[name]) : name;
  }

  /** Where something happens: product, data center and DCN, or whatever else it speaks of. */
  function place(at) {
    const parts = [];
    if (at.product) parts.push(named(at.product));
    if (at.data_center) parts.push(named(at.data_center));
    if (at.dcn) parts.push(word("place.dcn", { dcn: at.dcn }));
    if (at.other) parts.push(at.other);
    if (parts.length) return parts.join(" · ");
    return at.level === "pipeline" ? word("place.pipeline") : word("place.bank");
  }

  /** An alert's id in its parts (rule:level:product:data center:DCN:other:objective); anything else is a place. */
  function keyOf(id) {
    const parts = id.split(":");
    if (parts.length < 7) return { rule: "", level: "", other: id };
    const [name, level, product, data_center, dcn] = parts;
    return { rule: name, level, product, data_center, dcn, other: parts.slice(5, -1).join(":"), slo: parts[parts.length - 1] };
  }

  /** Shape and word of a severity, as one chip. */
  function severity(name) {
    const look = page.severities[name] || { glyph: "?", word: name };
    return h(`span.severity.severity-${name}`, {}, h("span.mark", { "aria-hidden": "true" }, look.glyph), h("span.word", {}, look.word));
  }

  /** 0 is most severe; what nobody knows comes last. */
  function rank(name) {
    const place = SEVERITIES.indexOf(name);
    return place < 0 ? SEVERITIES.length : place;
  }

  /** 0.4 s, 27 s, 3 min 20 s, 2 h 5 min, 3 d 4 h; truncated, never rounded up. */
  function span(ms) {
    if (ms === null || ms === undefined) return format.NONE;
    const seconds = Math.floor(Math.max(0, ms) / 1000);
    if (ms < 10_000) return word("unit.seconds", { count: (Math.floor(Math.max(0, ms) / 100) / 10).toFixed(1) });
    if (seconds < 60) return word("unit.seconds", { count: seconds });
    if (seconds < 3600) return word("unit.minutes_seconds", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
    return format.age(ms);
  }

  function ms(text) {
    if (text === null || text === undefined || text === "") return null;
    return typeof text === "number" ? text : Date.parse(text);
  }

  function viewerZone() {
    return Intl.DateTimeFormat().resolvedOptions().timeZone || page.time_zone;
  }

  /** The zone that times are shown in: the estate's, or with ?zone=viewer the viewer's own. */
  function zone() {
    return new URLSearchParams(window.location.search).get("zone") === "viewer" ? viewerZone() : page.time_zone;
  }

  const offsets = new Map();

  /** What a time of another zone than the estate's is marked with: " GMT+1". */
  function zoneMark(when, name = zone()) {
    if (name === page.time_zone) return "";
    if (!offsets.has(name)) offsets.set(name, new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "shortOffset" }));
    return " " + offsets.get(name).formatToParts(when).find((part) => part.type === "timeZoneName").value;
  }

  /** 2026-11-21; an instant's day in the zone that is shown. */
  function day(at) {
    const when = ms(at);
    return when === null ? format.NONE : format.time(when, zone(), "date").slice(0, 10);
  }

  /** 11:20:19 */
  function clock(at) {
    const when = ms(at);
    return when === null ? format.NONE : format.time(when, zone(), "clock") + zoneMark(when);
  }

  /** 11:20:19 today, 11-20 11:20:19 on another day. */
  function moment(at, nowMs) {
    const when = ms(at);
    if (when === null) return format.NONE;
    return nowMs && day(when) === day(nowMs) ? clock(when) : `${day(when).slice(5)} ${clock(when)}`;
  }

  /** 2026-11-21 11:20 */
  function minute(at) {
    const when = ms(at);
    return when === null ? format.NONE : `${day(when)} ${format.time(when, zone(), "minute")}${zoneMark(when)}`;
  }

  /** 2026-11-21 11:20:19 */
  function second(at) {
    const when = ms(at);
    return when === null ? format.NONE : `${day(when)} ${clock(when)}`;
  }

  /** 2026-11-21 11:20:19.250 */
  function exactly(at) {
    const when = ms(at);
    if (when === null) return format.NONE;
    return `${day(when)} ${format.time(when, zone(), "clock")}.${String(when % 1000).padStart(3, "0")}${zoneMark(when)}`;
  }

  /** Decimal text times a power of ten, cut to `places`, without a float: ("0.02139", 2, 1) -> "2.1". */
  function scaled(text, power, places) {
    if (text === null || text === undefined || text === "") return null;
    const sign = String(text).startsWith("-") ? "-" : "";
    const [whole, part = ""] = String(text).replace("-", "").split(".");
    const digits = whole + part.padEnd(power, "0").slice(0, power);
    const left = digits.replace(/^0+(?=\d)/, "");
    const rest = part.slice(power, power + places);
    return sign + format.grouped(left) + (rest ? "." + rest : "");
  }

  /** A share as per cent: "0.02139" -> "2.13". */
  const percent = (text, places = 2) => scaled(text, 2, places);

  window.LendingDesk.words = { named, rule, valueName, place, keyOf, severity, rank, span, ms, zone, viewerZone, zoneMark, day, clock, minute, second, moment, exactly, percent, scaled, SEVERITIES };
})();
