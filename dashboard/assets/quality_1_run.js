/* Data quality: every source as a card, worst first; gaps with the command that mends them; what is simulated. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, get, word, words, page, life, range, chart, load } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 5_000;
  const MOST_CARDS = 200;
  const ORDER = { missing: 0, stale: 1, fresh: 2 };
  const CAUSES = {
    refused: "quality.cause_refused",
    unroutable: "quality.cause_unroutable",
    dns: "quality.cause_dns",
    timeout: "quality.cause_timeout",
    tls: "quality.cause_tls",
    http: "quality.cause_http",
    too_large: "quality.cause_too_large",
    garbage: "quality.cause_garbage",
    duplicate: "quality.cause_duplicate",
    config: "quality.cause_config",
    store: "quality.cause_store",
    skipped: "quality.cause_skipped",
    missing: "quality.cause_missing",
    "process restarted": "quality.cause_restarted",
    "no page": "quality.cause_no_page",
    "collector was away": "quality.cause_away",
  };
  let parts = null;
  let state = {};
  let body = null;
  let gaps = null;

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    state = { last: said.get("last") || "2d", from: said.get("from") || "", to: said.get("to") || "", zone: said.get("zone") || "", q: said.get("q") || "", source: said.get("source") || "" };
    if (Number.isNaN(Date.parse(state.from))) state.from = "";
  }

  function change(said) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(said)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query);
    readAddress();
    read();
  }

  function panel(id, title, lead, acts) {
    const inside = h("div", { id }, h("p.quiet", {}, word("page.loading")));
    return { inside, section: h("section.panel", { "aria-label": word(title) }, h("div.panel-head", {}, h("h2.label", {}, word(title)), acts), lead && h("p.rooms-lead", {}, word(lead)), inside) };
  }

  function build(content) {
    readAddress();
    const search = h("input.search", { type: "search", id: "search", value: state.q, placeholder: word("quality.search"), "aria-label": word("quality.search"), oninput: (event) => change({ q: event.target.value }) });
    parts = {
      search,
      sum: h("section.panel.rooms-verdict", { id: "sum", "aria-label": word("quality.title") }),
      cards: h("section.rooms-sources", { id: "sources", "aria-label": word("quality.sources") }),
      rest: h("p.rooms-note", { id: "rest" }),
      picker: range.picker(change),
      gaps: panel("gaps", "quality.gaps", "quality.gaps_lead", chart.buttons("gaps", gapRows)),
      simulated: panel("simulated", "quality.simulated", "quality.simulated_lead"),
    };
    const head = h("div.panel-head", {}, h("h2.label", {}, word("quality.sources")), chart.buttons("sources", sourceRows));
    content.append(parts.sum, h("div.filters", {}, search), head, parts.cards, parts.rest, parts.picker.form, parts.gaps.section, parts.simulated.section);
    life.every(POLL_MS, read);
    life.key("f", word("quality.key_search"), () => search.focus());
    life.key("r", word("centers.key_range"), () => document.getElementById("range-last").focus());
  }

  async function read() {
    const span = range.spanOf(state, Math.floor(life.nowMs() / 60_000) * 60_000 + 60_000);
    parts.picker.paint(state, span);
    const asked = new URLSearchParams({ from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString(), ...(state.source ? { source: state.source } : {}) });
    const [told, holes] = [await get("/api/v1/data-quality", { always: true }), await get(`/api/v1/data-quality/gaps?${asked}`, { always: true })];
    if (told.status === 200) body = told.body;
    gaps = holes.status === 200 ? holes.body : null;
    if (told.status !== 200) return parts.cards.replaceChildren(h("p.nothing", {}, (told.body && told.body.error) || word("desk.no_server")));
    paint((holes.body && holes.body.error) || "");
  }

  function shown() {
    const wanted = state.q.trim().toLowerCase();
    const fits = (source) => !wanted || [source.id, source.kind, source.data_center, words.named(source.data_center), source.state, source.reason || ""].some((text) => text.toLowerCase().includes(wanted));
    return body.sources.filter(fits).sort((one, other) => ORDER[one.state] - ORDER[other.state] || other.notes.length - one.notes.length || one.id.localeCompare(other.id));
  }

  function paint(fault) {
    parts.sum.replaceChildren(...sum());
    const found = shown();
    parts.cards.querySelectorAll(".nothing").forEach((old) => old.remove());
    each(parts.cards, found.slice(0, MOST_CARDS), (source) => source.id, () => h("article.rooms-source"), card);
    if (!body.sources.length) parts.cards.append(h("div.nothing", { id: "no-sources" }, h("p", {}, word("quality.no_sources")), h("p", {}, word("quality.no_sources_do"))));
    else if (!found.length) parts.cards.append(h("p.nothing", {}, word("quality.none_fits")));
    parts.rest.textContent = found.length > MOST_CARDS ? word("quality.rest", { count: format.grouped(found.length - MOST_CARDS) }) : "";
    parts.gaps.inside.replaceChildren(...(gaps ? holes() : [h("p.nothing", {}, fault)]));
    parts.simulated.inside.replaceChildren(simulated());
  }

  function look(name) {
    const found = page.source_states[name];
    return h(`span.rooms-state.is-${name}`, {}, h("span.mark", { "aria-hidden": "true" }, found.glyph), found.word);
  }

  function figure(name, value, ...notes) {
    return h("div.rooms-figure", {}, h("div.label", {}, word(name)), h("strong", {}, value), notes.filter(Boolean).map((note) => h("small", {}, note)));
  }

  function sum() {
    const of = (name) => body.sources.filter((source) => source.state === name).length;
    const oldest = body.sources.reduce((most, source) => (source.age_ms === null ? most : Math.max(most, source.age_ms)), -1);
    const due = body.sources.reduce((total, source) => total + source.completeness.hours_24.due, 0);
    const accepted = body.sources.reduce((total, source) => total + source.completeness.hours_24.accepted, 0);
    const noted = body.sources.filter((source) => source.notes.length).length;
    const calm = of("fresh") === body.sources.length && body.sources.length;
    const said = h("div.said", { id: "quality-said" }, h("span", { "aria-hidden": "true" }, calm ? "●" : "▲"), word(calm ? "quality.all_fresh" : body.sources.length ? "quality.not_all_fresh" : "quality.no_sources"));
    return [h("div", {}, said, h("small", {}, word("quality.counts", { fresh: of("fresh"), stale: of("stale"), missing: of("missing") }))), figure("quality.oldest", oldest < 0 ? format.NONE : words.span(oldest)), figure("quality.complete_24", due ? share(accepted, due) + " %" : format.NONE, due && word("quality.reads_of", { accepted: format.grouped(accepted), due: format.grouped(due) })), figure("quality.noted", format.grouped(noted)), figure("quality.gaps", gaps ? format.grouped(gaps.total) : format.NONE)];
  }

  /** Per cent, cut; 100 only when nothing lacks. */
  function share(part, whole) {
    if (part === whole) return "100";
    const digits = String((BigInt(part) * 1_000_000n) / BigInt(whole)).padStart(5, "0");
    return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
  }

  function cause(name) {
    return CAUSES[name] ? word(CAUSES[name]) : name;
  }

  /** A gap may have several reasons: "process restarted; refused: 127.0.0.1:9: ...". */
  function causes(reason) {
    return [...new Set(reason.split("; ").map((part) => cause(part.split(":")[0])))].join(", ");
  }

  function completeness(said) {
    return said.percent === null ? format.NONE : `${format.decimals(said.percent, 0, 3)} % (${format.grouped(said.accepted)} / ${format.grouped(said.due)})`;
  }

  function card(article, source) {
    article.className = `rooms-source is-${source.state}`;
    const reads = source.reads;
    const failed = Object.entries(reads.failed).map(([name, count]) => `${cause(name)} ×${format.grouped(count)}`);
    const seconds = (ms) => (ms === null ? format.NONE : word("quality.ms", { count: format.grouped(ms) }));
    const facts = [
      ["quality.place", [words.named(source.data_center), source.kind, word("quality.each", { seconds: source.interval_seconds })].filter(Boolean).join(" · ")],
      ["quality.age", source.age_ms === null ? word("quality.never") : words.span(source.age_ms)],
      ["quality.complete_24", completeness(source.completeness.hours_24)],
      ["quality.complete_30", completeness(source.completeness.days_30)],
      ["quality.skew", source.skew_ms === null ? word("quality.not_known") : word("quality.ms", { count: source.skew_ms })],
      ["quality.reads", `${format.grouped(reads.accepted)} / ${format.grouped(reads.tried)}`],
      ["quality.failed", failed.length ? failed.join(", ") : word("quality.nothing_failed")],
      ["quality.late", format.grouped(reads.late)],
      ["quality.duplicates", format.grouped(reads.duplicates)],
      ["quality.took", `${seconds(reads.median_ms)} / ${seconds(reads.slowest_ms)}`],
      ["quality.samples", format.grouped(reads.samples)],
      ["quality.resets", format.grouped(reads.resets)],
      ["quality.lives", format.grouped(source.lives)],
      ["quality.folded", format.grouped(source.folded_series)],
      ["quality.vanished", format.grouped(source.vanished_series)],
      ["quality.gaps_24", word("quality.gaps_said", { count: source.gaps_24h.count, lost: source.gaps_24h.lost, seconds: format.decimals(String(source.gaps_24h.seconds), 0, 1) })],
      ["quality.read_by", source.read_by || word("quality.nobody")],
    ];
    const trouble = source.reason && h("p.rooms-trouble", {}, CAUSES[source.cause] && h("strong", {}, cause(source.cause) + " "), h("span", { lang: "en" }, source.reason));
    const notes = source.notes.map((note) => h("p.rooms-trouble", { lang: "en" }, note));
    article.replaceChildren(h("h3", {}, h("span", {}, source.id), look(source.state)), ...[trouble, ...notes].filter(Boolean), h("dl.rooms-facts", {}, facts.flatMap(([name, value]) => [h("dt", {}, word(name)), h("dd", {}, value)])));
  }

  function holes() {
    const choice = h("select", { id: "source", "aria-label": word("quality.of_source"), onchange: (event) => change({ source: event.target.value }) }, h("option", { value: "" }, word("quality.every_source")), body.sources.map((source) => h("option", { value: source.id, selected: source.id === state.source }, source.id)));
    const head = h("div.filters", {}, choice);
    if (!gaps.gaps.length) return [head, h("p.nothing", { id: "no-gaps" }, word("quality.no_gaps"))];
    const zone = range.zoneOf(state);
    const at = (text) => `${range.moment(Date.parse(text), zone)}:${text.slice(17, 19)}`;
    const columns = [
      { name: word("quality.source"), value: (gap) => gap.source },
      { name: word("centers.from"), value: (gap) => at(gap.from) },
      { name: word("quality.length"), number: true, value: (gap) => words.span(gap.seconds * 1000) },
      { name: word("quality.what_is_missing"), value: (gap) => (gap.lost ? "✖ " + word("quality.lost") : "○ " + word("quality.exact")) },
      { name: word("quality.why"), value: (gap) => h("span", {}, causes(gap.reason), h("small", { lang: "en" }, " " + gap.reason)) },
      { name: word("quality.mend"), value: mend },
    ];
    const rest = gaps.total - gaps.gaps.length;
    const table = load.table(word("quality.gaps"), columns, gaps.gaps);
    table.classList.add("rooms-set");
    return [head, table, rest > 0 && h("p.rooms-note", {}, word("quality.more_gaps", { count: format.grouped(rest) }))].filter(Boolean);
  }

  function mend(gap) {
    if (gap.mend) return h("span.rooms-mend", {}, h("code", {}, gap.mend), h("button.act", { type: "button", onclick: () => chart.copy(gap.mend) }, word("quality.copy")));
    return h("small", {}, word(gap.lost ? "quality.cannot_mend" : "quality.need_not_mend"));
  }

  function simulated() {
    if (!body.simulated.length) return h("p.nothing", { id: "no-simulated" }, word("quality.nothing_simulated"));
    const zone = range.zoneOf(state);
    return h("ul.plain-list", {}, body.simulated.map((span) => h("li", {}, `${range.moment(Date.parse(span.from), zone)} – ${range.moment(Date.parse(span.to), zone)}`)));
  }

  function sourceRows() {
    const names = ["id", "kind", "data_center", "state", "age_ms", "completeness_24h", "completeness_30d", "skew_ms", "accepted", "tried", "folded_series", "read_by", "reason"];
    const row = (source) => [source.id, source.kind, source.data_center, source.state, source.age_ms, source.completeness.hours_24.percent, source.completeness.days_30.percent, source.skew_ms, source.reads.accepted, source.reads.tried, source.folded_series, source.read_by, source.reason];
    return [names, ...(body ? body.sources.map(row) : [])];
  }

  function gapRows() {
    const names = ["source", "from", "to", "seconds", "lost", "reason", "mend"];
    return [names, ...(gaps ? gaps.gaps.map((gap) => names.map((name) => gap[name])) : [])];
  }

  life.start(build);
})();
