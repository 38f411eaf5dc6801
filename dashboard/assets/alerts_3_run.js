/* The alerts screen: reads, filters, moves by keys, and never looks quiet when nobody evaluates. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, alerts: rows, acts, planned, page, range } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const ALERTS = "/api/v1/alerts";
  const SILENCES = "/api/v1/silences?limit=200";
  const MAINTENANCE = "/api/v1/maintenance?limit=200";
  const HISTORY_KINDS = ["alert", "ack", "unack"];
  const POLL_MS = 1_000;
  const SLOW_MS = 5_000;
  const MOST_HISTORY = 400;
  const TABS = ["open", "silences", "history", "maintenance"];

  const view = { alerts: [], incidents: new Map(), counts: null, ids: [], chosen: null, opened: null, read: false, tab: "open", history: [[], [], []], filter: fromAddress() };
  let parts = null;
  let again = () => {};
  let silencesAgain = () => {};
  let maintenanceAgain = () => {};

  function fromAddress() {
    const query = new URLSearchParams(window.location.search);
    const said = (name) => query.get(name) || "";
    return {
      text: said("q"),
      severity: said("severity"),
      product: said("product"),
      data_center: said("data_center"),
      state: said("state") || "all",
      grouped: query.get("grouped") !== "0",
      explained: query.get("explained") === "1",
    };
  }

  /** The address says what is shown, so that a filtered list can be sent to a colleague. */
  function toAddress() {
    const query = new URLSearchParams(window.location.search);
    const { text, severity, product, data_center, state, grouped, explained } = view.filter;
    const told = { q: text, severity, product, data_center, state: state === "all" ? "" : state, grouped: grouped ? "" : "0", explained: explained ? "1" : "" };
    for (const [name, value] of Object.entries(told)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query + window.location.hash);
  }

  function choose(change) {
    Object.assign(view.filter, change);
    toAddress();
    paint();
  }

  function options(all, items) {
    return [h("option", { value: "" }, all), ...items.map(([value, text]) => h("option", { value }, text))];
  }

  function select(name, label, items, chosen) {
    const made = h("select", { "aria-label": label, onchange: (event) => choose({ [name]: event.target.value }) }, items);
    made.value = chosen;
    return made;
  }

  function toggle(name, text) {
    const box = h("input", { type: "checkbox", checked: view.filter[name], onchange: (event) => choose({ [name]: event.target.checked }) });
    return h("label.toggle", {}, box, h("span", {}, text));
  }

  function filters() {
    const search = h("input.search", { id: "filter", type: "search", placeholder: word("alerts.filter"), "aria-label": word("alerts.filter"), value: view.filter.text, oninput: (event) => choose({ text: event.target.value }) });
    const states = [
      ["unacked", word("filter.unacked")],
      ["acked", word("filter.acked")],
      ["silenced", word("filter.silenced")],
      ["explained", word("filter.explained")],
      ["pending", word("filter.pending")],
    ];
    const severities = words.SEVERITIES.map((name) => [name, page.severities[name].word]);
    const all = h("button.act.all-filters", { type: "button", "aria-expanded": "false", onclick: () => all.setAttribute("aria-expanded", String(all.parentElement.classList.toggle("is-open"))) }, word("filter.all"));
    return h(
      "div.filters.foldable",
      {},
      search,
      all,
      select("severity", word("filter.severity"), options(word("filter.severity"), severities), view.filter.severity),
      select("product", word("filter.product"), options(word("filter.product"), page.products.map((id) => [id, words.named(id)])), view.filter.product),
      select("data_center", word("filter.data_center"), options(word("filter.data_center"), page.data_centers.map((id) => [id, words.named(id)])), view.filter.data_center),
      select("state", word("filter.state"), [h("option", { value: "all" }, word("filter.state")), ...states.map(([value, text]) => h("option", { value }, text))], view.filter.state),
      toggle("grouped", word("filter.grouped")),
      toggle("explained", word("filter.show_explained"))
    );
  }

  const TAB_WORDS = { open: "tab.open", silences: "tab.silences", history: "tab.history", maintenance: "tab.maintenance" };

  function build(content) {
    const tabs = TABS.map((name) => h("button.turn", { type: "button", role: "tab", id: "tab-" + name, onclick: () => turnTo(name) }, h("span", {}, word(TAB_WORDS[name])), h("span.turn-count")));
    parts = {
      tabs,
      filters: filters(),
      list: h("ul.alerts", { id: "alerts-list", "aria-label": word("tab.open") }),
      more: h("p.more", { hidden: true }),
      calm: h("div.calm-page", { hidden: true }),
      waiting: h("p.nothing", {}, word("page.loading")),
      silences: h("section", { hidden: true, id: "silences" }),
      history: h("section", { hidden: true, id: "history" }),
      happened: h("div"),
      range: range.ofList(() => readHistory({ anew: true }), { usual: "7d" }),
      maintenance: h("section", { hidden: true, id: "maintenance" }),
      create: h("button.act.create", { type: "button", hidden: true, onclick: silenceNew }, word("silence.new")),
      plan: h("button.act.create", { type: "button", hidden: true, onclick: planNew }, word("maintenance.new")),
    };
    parts.history.append(parts.range.form, parts.happened);
    const open = h("section", { id: "open" }, parts.filters, parts.waiting, parts.calm, parts.list, parts.more);
    parts.open = open;
    content.append(h("div.tabs", {}, h("div.tab-list", { role: "tablist" }, tabs), parts.create, parts.plan), open, parts.silences, parts.history, parts.maintenance);
    keys();
    const turn = () => turnTo(TABS.includes(window.location.hash.slice(1)) ? window.location.hash.slice(1) : "open");
    turn();
    window.addEventListener("hashchange", turn);
    again = life.every(POLL_MS, read);
    silencesAgain = life.every(SLOW_MS, readSilences);
    maintenanceAgain = life.every(SLOW_MS, readMaintenance);
    life.every(SLOW_MS, readIncidents);
    life.every(SLOW_MS, () => (view.tab === "history" ? readHistory() : null));
    setInterval(paintCalm, 1_000);
  }

  async function read() {
    const answer = await get(ALERTS);
    if (!answer.fresh) return;
    view.alerts = answer.body.alerts.map(rows.read);
    view.counts = answer.body.counts;
    view.read = true;
    parts.waiting.remove();
    paint();
  }

  async function readIncidents() {
    const answer = await get("/api/v1/incidents?limit=100");
    if (!answer.fresh) return;
    view.incidents = new Map(answer.body.incidents.map((each) => [each.id, each]));
    paint();
  }

  async function readSilences() {
    const answer = await get(SILENCES);
    if (!answer.fresh) return;
    acts.paintSilences(parts.silences, answer.body.silences, silencesAgain);
    say(parts.tabs[1].querySelector(".turn-count"), answer.body.silences.length ? String(answer.body.silences.length) : "");
  }

  async function readMaintenance() {
    const answer = await get(MAINTENANCE);
    if (!answer.fresh) return;
    planned.paint(parts.maintenance, answer.body.maintenance, maintenanceAgain);
    say(parts.tabs[3].querySelector(".turn-count"), answer.body.maintenance.length ? String(answer.body.maintenance.length) : "");
  }

  function silenceNew() {
    acts.silence(null, () => silencesAgain());
  }

  function planNew() {
    planned.plan(() => maintenanceAgain());
  }

  async function readHistory({ anew = false } = {}) {
    parts.range.paint();
    const stretch = parts.range.query();
    const answers = await Promise.all(HISTORY_KINDS.map((kind) => get(`/api/v1/journal?kind=${kind}&limit=300&${stretch}`, { always: anew })));
    if (stretch !== parts.range.query()) return;
    answers.forEach((answer, place) => answer.fresh && (view.history[place] = answer.body.entries));
    if (!answers.some((answer) => answer.fresh)) return;
    const entries = view.history.flat().sort((one, other) => words.ms(other.at) - words.ms(one.at) || other.number - one.number);
    acts.paintHistory(parts.happened, entries.slice(0, MOST_HISTORY), (at) => format.time(at, words.zone(), "date"));
  }

  function turnTo(name) {
    view.tab = name;
    parts.tabs.forEach((tab) => tab.setAttribute("aria-selected", String(tab.id === "tab-" + name)));
    hide(parts.open, name !== "open");
    hide(parts.silences, name !== "silences");
    hide(parts.history, name !== "history");
    hide(parts.maintenance, name !== "maintenance");
    hide(parts.create, name !== "silences");
    hide(parts.plan, name !== "maintenance");
    window.history.replaceState(null, "", window.location.pathname + window.location.search + (name === "open" ? "" : "#" + name));
    if (name === "history") readHistory({ anew: true });
  }

  function paint() {
    if (!parts || !view.read) return;
    const shown = rows.chosen(view.alerts, view.filter);
    const painted = rows.paintList(parts.list, shown, { ...view, act });
    view.ids = painted.ids;
    hide(parts.more, painted.hidden === 0);
    say(parts.more, word("alerts.more", { shown: format.grouped(shown.length - painted.hidden), total: format.grouped(shown.length) }));
    const loud = view.alerts.filter((alert) => !alert.inhibited_by && !alert.silenced).length;
    say(parts.tabs[0].querySelector(".turn-count"), loud ? String(loud) : "");
    say(document.getElementById("spoken"), word("alerts.spoken", { count: loud }));
    paintCalm();
  }

  /** What an empty list means: all quiet and somebody looks, or hidden by the filter, or nobody looks at all. */
  function paintCalm() {
    if (!parts || !view.read) return;
    const shown = view.ids.length > 0;
    hide(parts.calm, shown);
    if (shown) return;
    const dead = life.fault();
    const age = life.evaluationAge();
    const explained = view.alerts.length;
    const title = dead ? word("calm.nobody") : explained ? word("calm.filtered", { count: explained }) : word("calm.quiet");
    const line = dead ? word("calm.nobody_line") : age === null ? "" : word("calm.checked", { age: format.age(age) });
    if (!parts.calm.firstChild) parts.calm.append(h("div.calm-sign", { "aria-hidden": "true" }), h("div.calm-title"), h("div.calm-line"));
    parts.calm.classList.toggle("is-dead", Boolean(dead));
    say(parts.calm.children[0], dead ? "▲" : explained ? "○" : "✔\ufe0e");
    say(parts.calm.children[1], title);
    say(parts.calm.children[2], line);
  }

  function found(id) {
    return view.alerts.find((alert) => alert.id === id);
  }

  const act = {
    open(id) {
      view.opened = view.opened === id ? null : id;
      view.chosen = id;
      if (!view.ids.includes(id) && found(id)) view.filter.explained = true;
      paint();
      show(id);
    },
    ack: (id) => acts.ack(found(id), again),
    unack: (id) => acts.unack(found(id), again),
    silence: (id) => acts.silence(found(id), () => (again(), silencesAgain())),
  };

  function show(id) {
    const row = document.getElementById("alert-" + id);
    if (!row) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    if (!view.ids.length) return;
    const at = view.ids.indexOf(view.chosen);
    const next = at < 0 ? (step > 0 ? 0 : view.ids.length - 1) : Math.min(view.ids.length - 1, Math.max(0, at + step));
    view.chosen = view.ids[next];
    paint();
    show(view.chosen);
  }

  /** The alert that a key means: the chosen one, else the first. */
  function meant(then) {
    const alert = found(view.chosen) || found(view.ids[0]);
    if (alert && view.tab === "open") then(alert);
  }

  function keys() {
    life.key("j", word("keys.next"), () => move(1));
    life.key("k", word("keys.previous"), () => move(-1));
    life.key("a", word("keys.ack"), () => meant((alert) => act.ack(alert.id)));
    life.key("u", word("keys.unack"), () => meant((alert) => alert.acked && act.unack(alert.id)));
    life.key("s", word("keys.silence"), () => meant((alert) => act.silence(alert.id)));
    life.key("Enter", word("keys.open"), () => meant((alert) => act.open(alert.id)));
    life.key("n", word("keys.new"), () => (view.tab === "maintenance" ? planNew() : silenceNew()));
    life.key("m", word("maintenance.new"), () => (turnTo("maintenance"), planNew()));
    life.key("f", word("keys.filter"), () => (turnTo("open"), document.getElementById("filter").select(), document.getElementById("filter").focus()));
    TABS.forEach((name, index) => life.key(String(index + 1), word(TAB_WORDS[name]), () => turnTo(name)));
  }

  life.start(build);
})();
