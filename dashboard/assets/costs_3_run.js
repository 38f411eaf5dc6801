/* What an account costs in IT. Month and bridge stand in the address. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, life, page, load, costParts, costCharts, plots, range } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const POLL_MS = 60_000;
  const SETTLE_MS = 250;
  const API = "/api/v1/costs";
  const said = new URLSearchParams(window.location.search);
  const view = { month: said.get("month") || "", body: null, timer: 0 };
  let parts = null;

  function panel(id, title, ...children) {
    return h("section.panel.cost-panel", { id, "aria-label": title }, h("h2.label", {}, title), children);
  }

  function plotPanel(id, title, plot, ...children) {
    return h("section.panel.cost-panel", { id, "aria-label": title }, plots.head(id, title, plot), children);
  }

  function select(id, label, onchange) {
    return h("label.cost-choice", {}, h("span", {}, label), h("select", { id, onchange: (event) => onchange(event.target.value) }));
  }

  function slider(id, label, limits) {
    const shown = h("output", { for: id }, "");
    const input = h("input", { id, type: "range", ...limits, value: 0, oninput: () => suppose() });
    return { input, shown, whole: h("label.cost-slider", {}, h("span", {}, label), input, shown) };
  }

  function build(content) {
    parts = {
      figures: h("section.panel.cost-figures", { id: "cost-figures", "aria-label": word("costs.title") }),
      range: range.ofList(read),
      months: h("span.quiet", { id: "cost-months", role: "status" }),
      month: select("month", word("costs.month"), choose),
      links: h("div.cost-links", { id: "cost-links" }),
      note: h("p.cost-note", { id: "cost-note", hidden: true }),
      trend: h("div.load-plot", { id: "cost-trend", role: "img" }),
      from: select("bridge-from", word("costs.from"), (value) => stretch(value, parts.to.querySelector("select").value)),
      to: select("bridge-to", word("costs.to"), (value) => stretch(parts.from.querySelector("select").value, value)),
      bridge: h("div.load-plot", { id: "cost-bridge", role: "img" }),
      effects: h("div", { id: "cost-effects" }),
      tables: h("div.cost-tables", { id: "cost-tables" }),
      answer: h("p.cost-answer", { id: "cost-answer", role: "status", "aria-live": "polite" }),
      moved: h("div", { id: "cost-moved" }),
      accounts: slider("what-accounts", word("costs.what_accounts"), { min: -50, max: 100, step: 5 }),
      centers: slider("what-centers", word("costs.what_centers"), { min: 1 - page.data_centers.length, max: 6, step: 1 }),
      servers: slider("what-servers", word("costs.what_servers"), { min: -50, max: 50, step: 5 }),
    };
    const bridge = plotPanel("bridge", word("costs.bridge"), parts.bridge, h("div.filters", {}, parts.from, parts.to), parts.bridge, parts.effects);
    const what = panel("what-if", word("costs.what_if"), parts.accounts.whole, parts.centers.whole, parts.servers.whole, parts.answer, parts.moved);
    parts.range.form.append(parts.months);
    content.append(parts.range.form, h("div.filters", {}, parts.month, parts.links), parts.note, parts.figures, h("div.load-columns", {}, plotPanel("trend", word("costs.trend"), parts.trend, parts.trend), bridge), parts.tables, what);
    life.every(POLL_MS, read);
  }

  function query(more) {
    const asked = new URLSearchParams(more);
    if (view.month) asked.set("month", view.month);
    return asked.toString();
  }

  function choose(month) {
    view.month = month;
    desk.address.tell({ month });
    read();
  }

  /** From one month to another: the same stretch that the picker tells, taken to whole months. */
  function stretch(from, to) {
    if (!from || !to) return;
    const [one, other] = from <= to ? [from, to] : [to, from];
    parts.range.choose(range.beginOf(one), range.beginOf(following(other)));
  }

  function following(key) {
    const [year, month] = key.split("-").map(Number);
    return month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, "0")}`;
  }

  /** Months of the trend that the stretch touches; the newest one when it touches none. */
  function within(trend) {
    const span = parts.range.span();
    const [first, last] = [span.fromMs, Math.max(span.fromMs, span.toMs - 1)].map((ms) => range.day(ms).slice(0, 7));
    const found = trend.filter((each) => first <= each.month && each.month <= last);
    return found.length ? found : trend.slice(-1);
  }

  async function read() {
    parts.range.paint();
    const whole = await get(`${API}?${query({})}`, { always: true });
    const shown = whole.status === 200 && !parts.range.isUsual() ? within(whole.body.trend) : null;
    const answer = shown ? await get(`${API}?${query({ from: shown[0].month, to: shown[shown.length - 1].month })}`, { always: true }) : whole;
    if (answer.status !== 200) {
      hide(parts.note, false);
      say(parts.note, (answer.body && answer.body.error) || word("desk.no_server"));
      return;
    }
    view.body = { ...answer.body, shown: shown || answer.body.trend };
    paint(view.body);
    suppose();
  }

  function options(holder, months, chosen) {
    const control = holder.querySelector("select");
    control.replaceChildren(...months.map((month) => h("option", { value: month, selected: month === chosen }, month)));
    control.value = chosen;
  }

  /** Months that can be chosen: those of the trend, and those since. */
  function months(body) {
    const found = body.trend.map((each) => each.month);
    const now = format.time(life.nowMs(), page.time_zone, "date").slice(0, 7);
    for (let at = body.period.key; at < now; ) {
      at = following(at);
      found.push(at);
    }
    return found;
  }

  function verdict(body) {
    if (body.goal.target_cny === null) return null;
    const words = { met: word("costs.met"), missed: word("costs.missed"), "not proven": word("costs.not_proven") };
    const marks = { met: "✓", missed: "✕", "not proven": "?" };
    return h("span.cost-verdict", { "data-verdict": body.goal.verdict }, `${marks[body.goal.verdict]} ${words[body.goal.verdict]} · ${word("costs.target", { target: body.goal.target_cny })}`);
  }

  function paint(body) {
    options(parts.month, months(body), body.period.key);
    const remarks = [body.period.provisional && word("costs.provisional"), body.simulated && word("costs.simulated"), body.ledger.fen === null && word("costs.ledger_unknown", { why: costParts.why(body.ledger.reasons) })];
    const remark = remarks.filter(Boolean).join(" ");
    hide(parts.note, !remark);
    say(parts.note, remark);
    const [first, last] = [body.shown[0], body.shown[body.shown.length - 1]];
    say(parts.months, first ? word("costs.whole_months", { from: first.month, to: last.month }) : "");
    parts.figures.replaceChildren(
      costParts.figure(word("costs.headline"), body.headline, verdict(body)),
      costParts.figure(word("costs.run_rate"), body.run_rate),
      costParts.figure(word("costs.cash"), body.cash),
      costParts.figure(word("costs.per_1000"), body.per_1000_transactions),
      costParts.figure(word("costs.per_loan"), body.per_loan),
      costParts.figure(word("costs.marginal"), body.marginal),
    );
    paintLinks(body);
    parts.trend.setAttribute("aria-label", body.shown.map((each) => `${each.month} ${costParts.cny(each.cny_per_account_year)}`).join(", "));
    costCharts.trend(parts.trend, body.shown, body.goal.target_cny);
    paintBridge(body);
    paintTables(body);
  }

  function paintLinks(body) {
    const file = (format_) => `${API}/file?${new URLSearchParams({ month: body.period.key, format: format_, lang: page.language })}`;
    const links = ["pdf", "xlsx", "csv", "json", "html"].map((name) => h("a", { href: file(name), download: name === "html" ? null : "" }, name.toUpperCase()));
    parts.links.replaceChildren(h("span", {}, word("costs.export")), ...links, h("a", { href: `${API}/focus?month=${body.period.key}`, download: "" }, "FOCUS 1.4"));
  }

  function paintBridge(body) {
    const known = body.trend.filter((each) => each.cny_per_account_year !== null).map((each) => each.month);
    const found = body.bridge;
    options(parts.from, known, found ? found.from_month : known[0] || "");
    options(parts.to, known, found ? found.to_month : body.period.key);
    hide(parts.bridge, !found);
    if (!found) return parts.effects.replaceChildren(h("p.nothing", {}, word("costs.no_bridge", { why: costParts.why([body.bridge_reason]) })));
    parts.bridge.setAttribute("aria-label", `${found.from_month} ${found.before}, ${found.to_month} ${found.after}`);
    costCharts.bridge(parts.bridge, found);
    return parts.effects.replaceChildren(costParts.effects(found));
  }

  function paintTables(body) {
    if (!body.categories.length) {
      parts.tables.replaceChildren(h("div.nothing", { id: "nothing" }, h("h2", {}, word("costs.empty")), h("p", {}, word("costs.empty_do")), h("pre", {}, "python app.py costs import bill.csv.gz own.csv --rates rates.csv")));
      return;
    }
    parts.tables.replaceChildren(
      panel("categories", word("costs.by_category"), costParts.parts(word("costs.category"), body.categories, "origin"), costParts.notes(body)),
      panel("products", word("costs.by_product"), costParts.parts(word("costs.product"), body.products, "accounts")),
      panel("data-centers", word("costs.by_center"), costParts.parts(word("costs.center"), body.data_centers, "")),
      panel("peers", word("costs.peers"), costParts.peers(body)),
    );
  }

  function signed(value, unit) {
    return (value > 0 ? "+" : "") + value + unit;
  }

  function suppose() {
    say(parts.accounts.shown, signed(Number(parts.accounts.input.value), " %"));
    say(parts.centers.shown, signed(Number(parts.centers.input.value), ""));
    say(parts.servers.shown, signed(Number(parts.servers.input.value), " %"));
    clearTimeout(view.timer);
    view.timer = setTimeout(ask, SETTLE_MS);
  }

  async function ask() {
    const change = { accounts: parts.accounts.input.value, data_centers: parts.centers.input.value, servers: parts.servers.input.value };
    const answer = await get(`${API}/what-if?${query(change)}`, { always: true });
    if (answer.status !== 200) return say(parts.answer, (answer.body && answer.body.error) || word("desk.no_server"));
    const found = answer.body;
    if (found.after_cny === null) return say(parts.answer, word("costs.what_unknown"));
    say(parts.answer, word(found.base === "year" ? "costs.what_year" : "costs.what_month", { before: costParts.cny(found.before_cny), after: costParts.cny(found.after_cny), accounts: format.grouped(found.accounts_after) }));
    const names = new Map(view.body.categories.map((each) => [each.id, each]));
    const moves = new Map(view.body.assumptions.map((each) => [each.category, each]));
    const columns = [
      { name: word("costs.category"), value: (each) => costParts.named(names.get(each.category) || { id: each.category }) },
      { name: word("costs.before"), number: true, value: (each) => costParts.money(each.before_fen) },
      { name: word("costs.after"), number: true, value: (each) => costParts.money(each.after_fen) },
      { name: word("costs.supposed"), value: (each) => assumed(moves.get(each.category)) },
    ];
    return parts.moved.replaceChildren(load.table(word("costs.what_if"), columns, found.categories));
  }

  function assumed(moves) {
    if (!moves) return word("costs.stays");
    const found = [Number(moves.with_accounts) && word("costs.with_accounts", { share: Math.round(Number(moves.with_accounts) * 100) }), moves.per_data_center && word("costs.per_center"), moves.servers && word("costs.of_servers")];
    return found.filter(Boolean).join(" · ") || word("costs.stays");
  }

  life.start(build);
})();
