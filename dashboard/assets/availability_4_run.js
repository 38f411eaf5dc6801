/* The page: all that it shows follows from its address, so that a link shows what I see. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, range, grid, panels, cells, chart } = desk;
  const { format } = window.LendingWall;
  const BASE = "/api/v1/availability";
  const POLL_MS = 60_000;
  const DAY_MS = 86_400_000;
  const FIELDS = ["last", "from", "to", "step", "product", "data_center", "zone", "with", "q", "sort"];
  const FINER = { month: "day", day: "hour", hour: "minute" };
  const STEPS = { month: "avail.step_month", day: "avail.step_day", hour: "avail.step_hour", minute: "avail.step_minute" };
  const LONGEST_FAILING_MS = 62 * DAY_MS;
  const view = { state: {}, answer: null, context: null, answers: {}, asked: 0 };
  let parts = null;

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    view.state = Object.fromEntries(FIELDS.map((name) => [name, said.get(name) || ""]));
    if (Number.isNaN(Date.parse(view.state.from))) view.state.from = "";
    if (Number.isNaN(Date.parse(view.state.to))) view.state.to = "";
    if (!view.state.last) view.state.last = "13M";
  }

  /** Changes what the address says; `quietly` without a step of the browser's history. */
  function change(said, quietly = false) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(said)) value ? query.set(name, value) : query.delete(name);
    window.history[quietly ? "replaceState" : "pushState"](null, "", "?" + query);
    readAddress();
    quietly ? paint() : read();
  }

  function stepOf(span) {
    if (STEPS[view.state.step]) return view.state.step;
    const length = span.toMs - span.fromMs;
    if (length > 62 * DAY_MS) return "month";
    if (length > 2.5 * DAY_MS) return "day";
    return length > DAY_MS / 16 ? "hour" : "minute";
  }

  function by() {
    if (view.state.product && view.state.data_center) return "dcn";
    return view.state.product ? "data_center" : "product";
  }

  /** How the matrix of an address is asked for that says no stretch of its own: the server knows its months
   *  (`pages/availability.py` says the same, so that the document can ask ahead). Null for any other. */
  function usual() {
    const { last, from, step, product, data_center } = view.state;
    if (from || last !== "13M" || (step && step !== "month")) return null;
    const asked = new URLSearchParams({ step: "month", by: by() });
    if (product) asked.set("product", product);
    if (data_center) asked.set("data_center", data_center);
    return `${BASE}/grid?${asked}`;
  }

  function query(span, more) {
    const said = { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString(), ...more };
    if (view.state.product) said.product = view.state.product;
    if (view.state.data_center) said.data_center = view.state.data_center;
    return new URLSearchParams(said).toString();
  }

  /** The stretch of the address, once the server's time is known. */
  async function spanNow() {
    await life.timeKnown;
    return range.spanOf(view.state, Math.floor(life.nowMs() / 60_000) * 60_000 + 60_000);
  }

  /** The usual matrix is asked for without a time, and painted before anything else. */
  async function read() {
    const mine = (view.asked += 1);
    const known = usual();
    view.span = known ? null : await spanNow();
    if (view.span) parts.picker.paint(view.state, view.span);
    const answer = await get(known || `${BASE}/grid?${query(view.span, { step: stepOf(view.span), by: by() })}`, { always: true });
    if (mine !== view.asked) return;
    if (answer.status !== 200) return refused(answer);
    view.answer = answer.body;
    paint();
    view.span = await spanNow();
    if (mine !== view.asked) return;
    parts.picker.paint(view.state, view.span);
    await readPanels(view.span, mine);
  }

  function refused(answer) {
    const line = (answer.body && answer.body.error) || word("desk.no_server");
    parts.table.replaceChildren(h("p.nothing", { role: "alert" }, line));
  }

  async function readPanels(span, mine) {
    const place = new URLSearchParams([["product", view.state.product], ["data_center", view.state.data_center]].filter(([, value]) => value));
    const long = span.toMs - span.fromMs > LONGEST_FAILING_MS;
    const asked = { compare: `${BASE}/compare?${place}`, worst: `${BASE}/worst?${query(span, {})}`, failing: long ? null : `${BASE}/steps?${query(span, {})}` };
    for (const [name, address] of Object.entries(asked)) {
      const answer = address && (await get(address, { always: true }));
      if (mine !== view.asked) return;
      view.answers[name] = answer && answer.status === 200 ? answer.body : null;
      paintPanel(name);
    }
  }

  function paintPanel(name) {
    const answer = view.answers[name];
    const zone = range.zoneOf(view.state);
    const made = { compare: () => panels.compare(answer, view.state.with === "1"), worst: () => panels.worst(answer, zone, openWorst), failing: () => panels.failing(answer, zone) };
    parts[name].body.replaceChildren(...(answer ? made[name]() : [h("p.nothing", {}, word(name === "failing" ? "avail.too_long" : "avail.no_data"))]));
  }

  function openWorst(each) {
    change({ last: "", from: each.from, to: each.to, step: "" });
  }

  function openColumn(at) {
    const [from, to] = [view.answer.starts[at], view.answer.ends[at]].map((second) => new Date(second * 1000).toISOString());
    change({ last: "", from, to, step: FINER[view.answer.step] || "minute" });
  }

  function openLine(line) {
    change(lineOf(line));
  }

  function lineOf(line) {
    if (!line.id || view.answer.by === "dcn") return {};
    return view.answer.by === "product" ? { product: line.id } : { data_center: line.id };
  }

  function openCell(line, at) {
    const [from, to] = [view.answer.starts[at], view.answer.ends[at]].map((second) => new Date(second * 1000).toISOString());
    change({ ...lineOf(line), last: "", from, to, step: FINER[view.answer.step] || "minute" });
  }

  function up() {
    if (view.answer && view.answer.step !== "month") {
      const step = { minute: "hour", hour: "day", day: "month" }[view.answer.step];
      if (step === "month") return change({ last: "13M", from: "", to: "", step: "" });
      const at = Date.parse(view.answer.from);
      if (step === "hour") return change({ last: "", from: new Date(at - (at % 3_600_000) - 12 * 3_600_000).toISOString(), to: new Date(at + 12 * 3_600_000).toISOString(), step });
      return change({ last: "", from: new Date(range.monthStart(at, 0)).toISOString(), to: new Date(range.monthStart(at, -1)).toISOString(), step });
    }
    if (view.state.data_center) return change({ data_center: "" });
    if (view.state.product) change({ product: "" });
  }

  function crumbs() {
    const { product, data_center: center } = view.state;
    const list = [h("button.link", { type: "button", onclick: () => change({ product: "", data_center: "" }) }, word("avail.all_products"))];
    if (product) list.push(h("button.link", { type: "button", onclick: () => change({ data_center: "" }) }, words.named(product)));
    if (center) list.push(h("span", {}, words.named(center)));
    const line = list.flatMap((each, at) => (at ? [h("span.quiet", { "aria-hidden": "true" }, "›"), each] : [each]));
    const zone = range.zoneOf(view.state);
    const when = h("span.quiet", {}, `${range.moment(Date.parse(view.answer.from), zone)} – ${range.moment(Math.min(Date.parse(view.answer.to), Date.parse(view.answer.until)), zone)} · ${word(STEPS[view.answer.step])}`);
    const page = product && h("a.go", { href: `/product/${encodeURIComponent(product)}?lang=${desk.page.language}` }, word("avail.product_page"));
    return [h("nav.crumbs", { "aria-label": word("avail.where_am_i") }, line), when, h("button.act", { type: "button", id: "up", onclick: up }, word("avail.up")), page].filter(Boolean);
  }

  function tell(text) {
    parts.readout.textContent = text;
  }

  function wholeName() {
    if (view.state.product) return words.named(view.state.product) + (view.state.data_center ? " · " + words.named(view.state.data_center) : "");
    return view.state.data_center ? words.named(view.state.data_center) : word("place.bank");
  }

  function empty() {
    return view.answer.whole.state.length === 0 || /^[m-]*$/.test(view.answer.whole.state);
  }

  function paint() {
    if (!view.answer) return;
    const zone = range.zoneOf(view.state);
    const held = document.activeElement && document.activeElement.closest("#grid td[data-at]");
    const place = held && [held.parentElement.dataset.line, held.dataset.at];
    if (view.span) parts.picker.paint(view.state, view.span);
    view.context = { answer: view.answer, state: view.state, zone, wholeName: wholeName(), openLine: view.answer.by === "dcn" ? null : openLine, openColumn, openCell, tell };
    const notes = [empty() && h("div.nothing", { id: "nothing" }, h("h2", {}, word("avail.empty")), h("p", {}, word("avail.empty_do"))), view.answer.as_it_happened && h("p.quiet", {}, word("avail.dcn_note")), zone !== desk.page.time_zone && h("p.quiet", {}, word("avail.days_note", { zone: desk.page.time_zone }))].filter(Boolean);
    const table = grid.table(view.context);
    parts.crumbs.replaceChildren(...crumbs());
    parts.table.replaceChildren(...notes, h("div.grid-frame.scroll", {}, table));
    toNewest();
    parts.timeline.body.replaceChildren(...cells.timeline(view.answer, view.answer.whole, zone));
    parts.with.checked = view.state.with === "1";
    parts.sort.value = view.state.sort;
    if (parts.filter.value !== view.state.q) parts.filter.value = view.state.q;
    if (place) hold(table, place);
    desk.dom.say(document.getElementById("spoken"), word("avail.spoken", { lines: view.answer.lines.length, steps: view.answer.starts.length }));
    if (view.answers.compare) paintPanel("compare");
  }

  /** Where the newest column is in sight. */
  function toNewest() {
    const frame = parts.table.querySelector(".grid-frame");
    if (frame && frame.isConnected) frame.scrollLeft = frame.scrollWidth;
  }

  /** The cell that had the focus before the table was drawn anew. */
  function hold(table, [line, at]) {
    const row = [...table.tBodies[0].rows].find((each) => each.dataset.line === line);
    const cell = row && row.querySelector(`td[data-at="${at}"]`);
    if (!cell) return;
    table.querySelectorAll('td[tabindex="0"]').forEach((each) => each.setAttribute("tabindex", "-1"));
    cell.setAttribute("tabindex", "0");
    cell.focus({ preventScroll: true });
  }

  function legend() {
    const levels = [["avail.level_none", "none"], ["avail.level_within", "within"], ["avail.level_over", "over"], ["avail.level_far", "far"], ["avail.level_down", "down"]].map(([key, name]) => h("span.legend-cell", {}, h(`span.swatch.level-${name}`, { "aria-hidden": "true" }, cells.LOOKS.find((look) => look.name === name).glyph), word(key)));
    const states = [["x", "excluded"], ["m", "missing"], ["n", "no-traffic"], ["-", "not-kept"], ["c", "conflict"]].map(([mark, name]) => h("span.legend-cell", {}, h(`span.swatch.cell-${name}`, { "aria-hidden": "true" }, cells.STATES[mark][1]), cells.stateWord(mark)));
    return h("div.legend-cells", {}, levels, states);
  }

  function timelineRows() {
    return view.answer && [["state", "from", "to"], ...cells.runs(view.answer, view.answer.whole).map((run) => [cells.stateWord(run.mark), ...[run.from, run.to].map((second) => new Date(second * 1000).toISOString())])];
  }

  function timelinePicture() {
    if (!view.answer) return null;
    const line = view.answer.whole;
    const row = { name: view.context.wholeName, cells: line.good.map((_, at) => cells.cellOf(line, at, false)).map((cell) => cells.paintOf(cell, cells.shape(cell))) };
    return { title: word("avail.timeline"), heads: view.context.heads, rows: [row] };
  }

  function tools() {
    parts.filter = h("input.search", { id: "filter", type: "search", placeholder: word("avail.filter"), "aria-label": word("avail.filter"), oninput: (event) => change({ q: event.target.value }, true) });
    parts.with = h("input", { type: "checkbox", id: "with", onchange: (event) => change({ with: event.target.checked ? "1" : "" }, true) });
    parts.sort = h("select", { id: "sort", "aria-label": word("avail.order"), onchange: (event) => change({ sort: event.target.value }, true) }, h("option", { value: "" }, word("avail.order_catalog")), h("option", { value: "worst" }, word("avail.order_worst")));
    const exports_ = chart.buttons("grid", () => view.answer && grid.csvRows(view.answer, view.state), () => view.context && grid.picture(view.context, word("avail.title")));
    return h("div.filters", {}, parts.filter, parts.sort, h("label.toggle", {}, parts.with, word("avail.with_maintenance")), h("button.act.print", { type: "button", onclick: () => window.print() }, word("avail.print")), exports_);
  }

  function build(content) {
    parts = { picker: range.picker((said) => change({ step: "", ...said })), crumbs: h("div.where", { id: "where" }), table: h("div", { id: "grid" }), readout: h("p.readout", { id: "readout" }, word("avail.readout")) };
    parts.timeline = panels.panel("timeline", word("avail.timeline"), timelineRows, timelinePicture);
    parts.failing = panels.panel("failing", word("avail.failing"), () => panels.failingRows(view.answers.failing || { rows: [] }));
    parts.worst = panels.panel("worst", word("avail.worst"), () => panels.worstRows(view.answers.worst || { worst: [] }));
    parts.compare = panels.panel("compare", word("avail.compare"), () => panels.compareRows(view.answers.compare || { periods: [] }));
    const main = h("section.panel.grid-panel", { "aria-label": word("avail.grid") }, parts.crumbs, parts.table, parts.readout, legend());
    content.append(parts.picker.form, tools(), main, parts.timeline.section, h("div.panels", {}, parts.failing.section, parts.worst.section), parts.compare.section);
    keys();
    readAddress();
    window.addEventListener("popstate", () => (readAddress(), read()));
    life.every(POLL_MS, read, { atOnce: true });
  }

  function keys() {
    life.key("f", word("keys.filter"), () => parts.filter.focus());
    life.key("c", word("avail.key_grid"), () => parts.table.querySelector("td[tabindex='0']")?.focus());
    life.key("u", word("avail.up"), up);
    life.key("m", word("avail.with_maintenance"), () => change({ with: view.state.with === "1" ? "" : "1" }, true));
    life.key("r", word("range.title"), () => document.getElementById("range-last").focus());
  }

  life.start(build, { ahead: true, shown: toNewest });
})();
