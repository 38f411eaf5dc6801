/* One product: journey as a funnel, data centers side by side, budget, what is open, what happened. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, page, life, range, cells, chart } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 15_000;
  const PLACES = 5n;
  const product = decodeURIComponent(window.location.pathname.split("/").filter(Boolean).pop());
  const view = { state: {}, answers: {} };
  let parts = null;

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    view.state = { last: said.get("last") || "30d", from: said.get("from") || "", to: said.get("to") || "", zone: said.get("zone") || "" };
    if (Number.isNaN(Date.parse(view.state.from))) view.state.from = "";
  }

  function change(said) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(said)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query);
    readAddress();
    read();
  }

  function link(path, query, text) {
    return h("a.go", { href: `${path}?${new URLSearchParams({ ...query, lang: page.language })}` }, text);
  }

  /** good / total in per cent, cut, in integers; only without a failure 100. */
  function share(good, bad) {
    const total = BigInt(good) + BigInt(bad);
    if (!total) return null;
    if (!bad) return "100";
    const digits = String((BigInt(good) * 10n ** (PLACES + 2n)) / total).padStart(Number(PLACES) + 1, "0");
    return `${digits.slice(0, -Number(PLACES))}.${digits.slice(-Number(PLACES))}`;
  }

  function section(id, title, rows, picture) {
    const body = h("div.panel-body", { id }, h("p.quiet", {}, word("page.loading")));
    const acts = rows ? chart.buttons(id, rows, picture) : "";
    return { body, section: h("section.panel", { "aria-label": title }, h("div.panel-head", {}, h("h2.label", {}, title), acts), body) };
  }

  function build(content) {
    parts = {
      head: h("section.panel.headline", { id: "headline" }),
      picker: range.picker(change),
      steps: section("steps", word("product.journey"), stepRows, stepPicture),
      centers: section("centers", word("product.centers"), centerRows, centerPicture),
      budget: section("budget", word("product.budget")),
      alerts: section("alerts", word("product.alerts")),
      incidents: section("incidents", word("product.incidents")),
      latency: section("latency", word("product.latency"), () => desk.latency.rows(view.answers.latency), () => desk.latency.picture(view.answers.latency, range.zoneOf(view.state), product)),
    };
    content.append(parts.head, parts.picker.form, h("div.panels", {}, parts.steps.section, parts.budget.section), parts.centers.section, h("div.panels", {}, parts.alerts.section, parts.incidents.section), parts.latency.section);
    readAddress();
    life.every(POLL_MS, read);
  }

  async function read() {
    const span = range.spanOf(view.state, Math.floor(life.nowMs() / 60_000) * 60_000 + 60_000);
    parts.picker.paint(view.state, span);
    const stretch = new URLSearchParams({ product, from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() });
    const days = span.toMs - span.fromMs > 3 * 86_400_000;
    const asked = {
      centers: `/api/v1/availability/grid?${stretch}&by=data_center&step=${days ? "day" : "hour"}`,
      budget: "/api/v1/budget",
      alerts: `/api/v1/alerts?product=${encodeURIComponent(product)}`,
      incidents: "/api/v1/incidents?limit=1000",
      steps: `/api/v1/availability/steps?${stretch}`,
      latency: desk.latency.address(product, span.fromMs, span.toMs),
    };
    for (const [name, address] of Object.entries(asked)) {
      const answer = await get(address, { always: true });
      if (name === "centers" && answer.status === 404) return unknown(answer.body);
      view.answers[name] = answer.status === 200 ? answer.body : null;
      const painted = view.answers[name] ? PAINTERS[name](view.answers[name]) : [h("p.nothing", {}, (answer.body && answer.body.error) || word("desk.no_server"))];
      if (name === "latency") desk.latency.replace(parts.latency.body, painted);
      else parts[name].body.replaceChildren(...painted);
      if (name === "centers") headline();
    }
  }

  function unknown(body) {
    document.getElementById("content").replaceChildren(h("div.nothing", { id: "nothing" }, h("h2", {}, word("product.unknown", { product })), h("p", {}, body.error), link("/availability", {}, word("menu.availability"))));
  }

  function sums(line) {
    if (line.state.includes("c")) return { good: 0, bad: 0, unknown: word("avail.state_conflict") };
    const add = (counts) => counts.reduce((total, each) => total + (each || 0), 0);
    return { good: add(line.good), bad: add(line.bad), unknown: word("avail.no_data") };
  }

  function headline() {
    const answer = view.answers.centers;
    const { good, bad, unknown } = answer ? sums(answer.whole) : { good: 0, bad: 0, unknown: word("avail.no_data") };
    const figure = share(good, bad);
    const counts = figure ? word("avail.counts", { bad: format.grouped(bad), total: format.grouped(good + bad) }) : unknown;
    const partly = answer && Object.keys(answer.whole.partly).length ? word("product.partly") : "";
    parts.head.replaceChildren(
      h("div", {}, h("h2", {}, words.named(product)), h("small", {}, product)),
      h("div", {}, h("strong.big", {}, figure ? format.share(figure) + " %" : format.NONE), h("small", {}, " " + counts), h("small.block", {}, [answer && word("product.target", { target: answer.whole.target }), partly].filter(Boolean).join(" · "))),
      h("div.headline-acts", {}, link("/availability", { product }, word("product.to_availability")), " ", link("/", {}, word("menu.wall"))),
    );
  }

  /** Widest where most customers pass; the figure of each step stands in words. */
  function funnel(answer) {
    const asked = `${range.moment(Date.parse(answer.from), range.zoneOf(view.state))} – ${range.moment(Date.parse(answer.to), range.zoneOf(view.state))}`;
    const notes = [h("p.quiet", {}, word("avail.failing_span", { span: asked }))];
    if (answer.unsplit.good + answer.unsplit.bad > 0) notes.push(h("p.quiet", { id: "unsplit" }, word("product.unsplit", { total: format.large(answer.unsplit.good + answer.unsplit.bad, 4) })));
    if (!answer.steps.length) return [h("p.nothing", {}, word("product.no_steps")), ...notes];
    const most = mostOf(answer.steps);
    const target = targetOf();
    const rows = answer.steps.map((step) => {
      const look = cells.level(step.bad, step.good, target);
      const bar = h(`span.funnel-bar.level-${look.name}`, { style: `width:${Math.max(2, (100 * (step.total + step.ignored)) / most)}%` });
      const told = step.availability === null ? word("avail.no_data") : `${look.glyph} ${format.share(step.availability)} %`.trim();
      const counts = word("avail.counts", { bad: format.grouped(step.bad), total: format.grouped(step.total) });
      return h("li.funnel-step", {}, h("span.funnel-name", {}, step.step), h("span.funnel-track", { "aria-hidden": "true" }, bar), h("span.funnel-figure", {}, h("strong", {}, told), h("small", {}, counts + (step.ignored ? " · " + word("product.ignored", { count: format.grouped(step.ignored) }) : ""))));
    });
    return [h("ol.funnel", {}, rows), ...notes];
  }

  const mostOf = (steps) => Math.max(...steps.map((step) => step.total + step.ignored), 1);
  const targetOf = () => (view.answers.centers ? view.answers.centers.whole.target : "99.999");

  function stepPicture() {
    const found = (view.answers.steps || { steps: [] }).steps;
    if (!found.length) return null;
    const most = mostOf(found);
    const rows = found.map((step) => {
      const look = cells.level(step.bad, step.good, targetOf());
      const bar = { ...cells.paintOf({ known: true, look }, format.grouped(step.total)), share: (step.total + step.ignored) / most };
      const told = step.availability === null ? word("avail.no_data") : `${look.glyph} ${format.share(step.availability)} %`.trim();
      return { name: step.step, cells: [bar, { text: told, color: page.surfaces.panel, ink: page.surfaces.text }] };
    });
    return { title: `${words.named(product)} · ${word("product.journey")}`, heads: [word("avail.total"), word("avail.availability")], rows };
  }

  function stepRows() {
    const found = (view.answers.steps || { steps: [] }).steps;
    return [["step", "good", "bad", "ignored", "total", "availability"], ...found.map((step) => [step.step, step.good, step.bad, step.ignored, step.total, step.availability])];
  }

  function centers(answer) {
    const zone = range.zoneOf(view.state);
    const rows = answer.lines.map((line) => {
      const { good, bad, unknown } = sums(line);
      const figure = share(good, bad);
      const strip = line.good.map((_, at) => {
        const cell = cells.cellOf(line, at, false);
        return h("span.tick." + cells.className(cell).replace(/ /g, "."), { title: `${cells.columnSpan(answer, at, zone)} · ${cells.said(cell)}` }, cells.shape(cell));
      });
      return h("li.center-row", {}, h("span.center-name", {}, link("/availability", { product, data_center: line.id, last: view.state.last }, words.named(line.id))), h("span.ticks", { role: "img", "aria-label": figure ? word("avail.figure", { share: format.share(figure) }) : unknown }, strip), h("span.center-figure", {}, h("strong", {}, figure ? format.share(figure) : format.NONE), h("small", {}, figure ? word("avail.counts", { bad: format.grouped(bad), total: format.large(good + bad, 4) }) : unknown)));
    });
    return [h("ul.center-rows", {}, rows)];
  }

  function centerRows() {
    const answer = view.answers.centers;
    const found = answer ? answer.lines.flatMap((line) => line.good.map((good, at) => [line.id, new Date(answer.starts[at] * 1000).toISOString(), good, line.bad[at], line.availability[at], cells.stateWord(line.state[at])])) : [];
    return [["data_center", "from", "good", "bad", "availability", "state"], ...found];
  }

  function centerPicture() {
    const answer = view.answers.centers || { lines: [], starts: [] };
    const heads = answer.starts.map((_, at) => cells.columnName(answer, at, range.zoneOf(view.state)));
    const rows = answer.lines.map((line) => ({ name: words.named(line.id), cells: line.good.map((_, at) => cells.cellOf(line, at, false)).map((cell) => cells.paintOf(cell, cells.shape(cell))) }));
    return { title: `${words.named(product)} · ${word("product.centers")}`, heads, rows };
  }

  function budgets(answer) {
    const mine = answer.budgets.filter((each) => each.product === product);
    if (!mine.length) return [h("p.nothing", {}, word("product.no_objective"))];
    return mine.map((each) => h("article.budget", {}, h("h3", {}, link("/slo/" + encodeURIComponent(each.slo), {}, each.name[page.language] || each.slo)), h("strong.big", {}, each.remaining_percent === null ? format.NONE : `${format.decimals(each.remaining_percent, 2, 2)} %`), h("small.block", {}, each.remaining_seconds === null ? word("avail.no_data") : word("product.left", { seconds: format.decimals(each.remaining_seconds, 2, 2), bad: format.grouped(each.spent_events), allowed: format.decimals(each.allowed_events, 0, 0) }))));
  }

  function alerts(answer) {
    if (!answer.alerts.length) return [h("p.nothing", {}, word("product.no_alerts"))];
    return [h("ul.plain-list", {}, answer.alerts.slice(0, 20).map((each) => h("li", {}, words.severity(each.severity), " ", link("/alerts", { product }, `${words.rule(each.rule)} · ${words.place(each)}`), h("small", {}, " " + words.moment(each.since, life.nowMs())))))];
  }

  function incidents(answer) {
    const mine = answer.incidents.filter((each) => each.products.includes(product));
    if (!mine.length) return [h("p.nothing", {}, word("product.no_incidents"))];
    return [h("ul.plain-list", {}, mine.slice(0, 20).map((each) => h("li", {}, link("/incidents/" + encodeURIComponent(each.id), {}, each.title[page.language] || each.id), h("small", {}, " " + words.moment(each.impact_start || each.detected, life.nowMs()) + " · " + word("product.failed", { count: format.grouped(each.failed) })))))];
  }

  const PAINTERS = { steps: funnel, centers, budget: budgets, alerts, incidents, latency: (answer) => desk.latency.painted(answer, range.zoneOf(view.state)) };

  life.start(build);
})();
