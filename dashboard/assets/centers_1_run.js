/* Data centers: how evenly they share the work, how each product does in each, who took over from whom, what N-1 leaves. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, page, life, range, chart, load } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 5_000;
  const SLOW_MS = 30_000;
  const FURTHER_MS = 1_000;
  const VIEWS = { now: "centers.now", today: "centers.today", stretch: "centers.stretch" };
  const KINDS = { taken_over: ["⇄", "centers.taken_over"], lost: ["✖", "centers.lost"] };
  const WIDEST = 3;
  let parts = null;
  let state = {};
  let body = null;
  let snapshot = null;
  let fallen = null;
  let further = null;

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    state = { last: said.get("last") || "2d", from: said.get("from") || "", to: said.get("to") || "", zone: said.get("zone") || "" };
    if (Number.isNaN(Date.parse(state.from))) state.from = "";
  }

  function change(said) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(said)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query);
    readAddress();
    read();
    readFallen();
  }

  function panel(id, title, lead, acts) {
    const inside = h("div", { id }, h("p.quiet", {}, word("page.loading")));
    return { inside, section: h("section.panel", { "aria-label": word(title) }, h("div.panel-head", {}, h("h2.label", {}, word(title)), acts), lead && h("p.rooms-lead", {}, word(lead)), inside) };
  }

  function build(content) {
    parts = {
      picker: range.picker(change),
      without: panel("without", "centers.n_1", "centers.n_1_lead"),
      balance: panel("balance", "centers.balance", "centers.balance_lead", chart.buttons("balance", balanceRows, balancePicture)),
      matrix: panel("matrix", "centers.matrix", "centers.matrix_lead", chart.buttons("matrix", matrixRows, matrixPicture)),
      fallen: panel("fallen", "centers.failovers", "centers.rule", chart.buttons("fallen", fallenRows)),
      dcns: panel("dcns", "centers.dcns", "centers.dcns_lead", chart.buttons("dcns", dcnRows)),
    };
    content.append(parts.picker.form, parts.without.section, parts.balance.section, parts.matrix.section, parts.fallen.section, parts.dcns.section);
    readAddress();
    life.every(POLL_MS, read);
    life.every(SLOW_MS, readFallen);
    life.key("r", word("centers.key_range"), () => document.getElementById("range-last").focus());
  }

  function stretch() {
    const span = range.spanOf(state, Math.floor(life.nowMs() / 60_000) * 60_000 + 60_000);
    parts.picker.paint(state, span);
    return new URLSearchParams({ from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() });
  }

  async function read() {
    const [answer, wall] = [await get(`/api/v1/data-centers?${stretch()}`, { always: true }), await get("/api/v1/snapshot", { always: true })];
    snapshot = wall.status === 200 ? wall.body : null;
    if (answer.status !== 200) return refused(answer);
    body = answer.body;
    paint();
  }

  async function readFallen() {
    const answer = await get(`/api/v1/data-centers/failovers?${stretch()}`, { always: true });
    if (answer.status !== 200) return;
    fallen = answer.body;
    clearTimeout(further);
    if (!fallen.complete) further = setTimeout(readFallen, FURTHER_MS);
    parts.fallen.inside.replaceChildren(...failovers());
  }

  function refused(answer) {
    const said = (answer.body && answer.body.error) || word("desk.no_server");
    for (const name of ["without", "balance", "matrix", "dcns"]) parts[name].inside.replaceChildren(h("p.nothing", {}, said));
  }

  function paint() {
    parts.without.inside.replaceChildren(without());
    const empty = !body.data_centers.some((each) => each.total || each.transactions);
    const nothing = () => [h("p.nothing", {}, word("centers.nothing")), h("p.quiet", {}, word("centers.nothing_do"))];
    parts.balance.inside.replaceChildren(...(empty ? nothing() : [balance()]));
    parts.matrix.inside.replaceChildren(...(empty ? nothing() : [matrix()]));
    parts.dcns.inside.replaceChildren(...dcns());
  }

  /** What the wall says of a place now; null when it cannot be asked. */
  function stateOf(center, product) {
    if (!snapshot) return null;
    if (!product) return (snapshot.data_centers || []).find((each) => each.id === center)?.state || null;
    return (snapshot.products || []).find((each) => each.id === product)?.data_centers[center]?.state || null;
  }

  function stateChip(name) {
    const look = page.states[name] || page.states.unknown;
    return h(`span.rooms-state.is-${name}`, {}, h("span.mark", { "aria-hidden": "true" }, look.glyph), look.word);
  }

  function percentOf(ratio, places) {
    return ratio === null ? format.NONE : words.percent(ratio, places) + " %";
  }

  function figure(name, value, ...notes) {
    return h("div.rooms-figure", {}, h("div.label", {}, word(name)), h("strong", {}, value), notes.filter(Boolean).map((note) => h("small", {}, note)));
  }

  function without() {
    const said = body.n_1;
    const [glyph, key] = said.carried === null ? ["?", "centers.carried_unknown"] : said.carried ? ["●", "centers.carried"] : ["✖", "centers.not_carried"];
    const why = said.carried === null ? said.reasons.proven_per_second || said.reasons.peak_today_per_second || said.reasons.headroom_n_1 : "";
    const rate = (value) => (value === null ? format.NONE : `${format.grouped(value)} ${word("capacity.per_second")}`);
    const link = h("a.go", { href: load.address("/load-runs", {}) }, word("centers.prove"));
    return h("div.rooms-verdict", {}, h("div", {}, h("div.said", { id: "n-1-said" }, h("span", { "aria-hidden": "true" }, glyph), word(key)), why && h("small", { lang: "en" }, why), " ", link), figure("centers.peak_today", rate(said.peak_today_per_second), said.peak_today_at && words.moment(said.peak_today_at, life.nowMs())), figure("centers.left", rate(said.left_per_second), word("centers.left_note")), figure("centers.proven", rate(said.proven_per_second), said.expires_at && word("capacity.until", { day: words.exactly(said.expires_at).slice(0, 10) })), figure("centers.room", percentOf(said.headroom_today_n_1, 1), word("centers.room_p95", { share: percentOf(said.headroom_n_1, 1) })));
  }

  function shareBar(center, name) {
    const said = center.shares[name];
    const even = Number(body.even_share || 0);
    const widest = Math.min(1, even * WIDEST) || 1;
    const fill = h("div.rooms-fill");
    fill.style.width = said.share === null ? "0" : Math.min(100, (100 * Number(said.share)) / widest).toFixed(1) + "%";
    const mark = h("div.rooms-even");
    mark.style.left = ((100 * even) / widest).toFixed(1) + "%";
    const off = said.off_even === null ? "" : (said.off_even.startsWith("-") ? "" : "+") + words.percent(said.off_even, 1) + " %";
    return h("div.rooms-share", {}, h("div.rooms-share-words", {}, h("span.quiet", {}, word(VIEWS[name])), h("span", {}, percentOf(said.share, 2), " ", h("small", { title: word("centers.off_even") }, off))), h("div.rooms-track", { "aria-hidden": "true" }, fill, mark), h("small", {}, said.transactions === null ? word("centers.no_transactions") : word("centers.transactions", { count: format.large(said.transactions, 4) })));
  }

  function balance() {
    const rows = body.data_centers.map((center) => {
      const now = stateOf(center.id);
      const name = h("div.rooms-center-name", {}, h("strong", {}, words.named(center.id)), now ? stateChip(now) : h("small", {}, word("centers.no_state")));
      const figures = h("div.rooms-figure", {}, h("span", {}, center.availability === null ? format.NONE : format.share(center.availability) + " %"), h("small", {}, word("centers.failed", { count: format.grouped(center.bad) })), center.completeness !== "100" && h("small", {}, word("centers.watched", { share: center.completeness })));
      return h("li.rooms-center", { "data-center": center.id }, name, Object.keys(VIEWS).map((view) => shareBar(center, view)), figures);
    });
    return h("ul.rooms-balance", {}, rows);
  }

  function balanceRows() {
    const found = body ? body.data_centers.flatMap((center) => Object.keys(VIEWS).map((view) => [center.id, view, center.shares[view].transactions, center.shares[view].share, body.even_share, center.shares[view].off_even])) : [];
    return [["data_center", "period", "transactions", "share", "even_share", "off_even"], ...found];
  }

  function plain(text) {
    return { text, color: page.surfaces.panel, ink: page.surfaces.text, hatched: text === format.NONE };
  }

  function balancePicture() {
    const views = Object.keys(VIEWS);
    const rows = (body ? body.data_centers : []).map((center) => ({ name: words.named(center.id), cells: views.map((view) => plain(percentOf(center.shares[view].share, 2))) }));
    return { title: word("centers.balance"), heads: views.map((view) => word(VIEWS[view])), rows };
  }

  function products() {
    const seen = new Set(body.data_centers.flatMap((center) => center.products.map((each) => each.product)));
    return [...page.products.filter((id) => seen.has(id)), ...[...seen].filter((id) => !page.products.includes(id))];
  }

  function cellOf(center, product) {
    return center.products.find((each) => each.product === product) || null;
  }

  function matrix() {
    const columns = [{ name: word("centers.product"), value: (id) => words.named(id) }];
    for (const center of body.data_centers) columns.push({ name: words.named(center.id), value: (id) => cell(center, id) });
    return load.table(word("centers.matrix"), columns, products());
  }

  function cell(center, product) {
    const found = cellOf(center, product);
    const now = stateOf(center.id, product);
    const query = { product, data_center: center.id, ...(state.from ? { from: state.from, to: state.to } : { last: state.last }) };
    const bad = now === "down" || now === "degraded" || now === "unknown";
    const share = !found || found.availability === null ? format.NONE : format.share(found.availability) + " %";
    return h(`a.rooms-cell${bad ? ".is-bad" : ""}`, { href: load.address("/availability", query) }, now ? stateChip(now) : "", h("span", {}, share), h("small", {}, found ? word("centers.failed", { count: format.grouped(found.bad) }) : word("avail.no_data")));
  }

  function matrixRows() {
    const found = body ? body.data_centers.flatMap((center) => center.products.map((each) => [center.id, each.product, each.good, each.bad, each.total, each.availability, stateOf(center.id, each.product)])) : [];
    return [["data_center", "product", "good", "bad", "total", "availability", "state_now"], ...found];
  }

  function matrixPicture() {
    const rows = (body ? products() : []).map((id) => ({ name: words.named(id), cells: body.data_centers.map((center) => plain(cellOf(center, id)?.availability ? format.share(cellOf(center, id).availability) : format.NONE)) }));
    return { title: word("centers.matrix"), heads: (body ? body.data_centers : []).map((center) => words.named(center.id)), rows };
  }

  function failovers() {
    const zone = range.zoneOf(state);
    const span = h("p.rooms-note", {}, word("centers.searched", { from: range.moment(Date.parse(fallen.from), zone), to: range.moment(Date.parse(fallen.to), zone) }), fallen.complete ? "" : " " + word("centers.searching"));
    if (!fallen.failovers.length) return [h("p.nothing", { id: "no-failovers" }, word("centers.no_failovers")), span];
    const kind = (row) => h("span.rooms-state", {}, h("span.mark", { "aria-hidden": "true" }, KINDS[row.kind][0]), word(KINDS[row.kind][1]));
    const columns = [
      { name: word("centers.center"), value: (row) => words.named(row.data_center) },
      { name: word("centers.what"), value: kind },
      { name: word("centers.from"), value: (row) => range.moment(Date.parse(row.from), zone) },
      { name: word("centers.to"), value: (row) => (row.to ? range.moment(Date.parse(row.to), zone) : word("centers.still")) },
      { name: word("centers.usual"), number: true, value: (row) => percentOf(row.usual_share, 1) },
      { name: word("centers.lowest"), number: true, value: (row) => percentOf(row.lowest_share, 1) },
      { name: word("centers.missing"), number: true, value: (row) => format.grouped(row.lost_transactions) },
      { name: word("centers.gained"), number: true, value: (row) => `${format.grouped(row.gained_by_others)} (${percentOf(row.taken_share, 0)})` },
      { name: word("centers.unwatched"), number: true, value: (row) => word("unit.seconds", { count: row.unwatched_seconds }) },
    ];
    return [load.table(word("centers.failovers"), columns, fallen.failovers), span];
  }

  function fallenRows() {
    const names = ["data_center", "kind", "from", "to", "usual_share", "lowest_share", "lost_transactions", "gained_by_others", "taken_share", "unwatched_seconds"];
    return [names, ...(fallen ? fallen.failovers.map((row) => names.map((name) => row[name])) : [])];
  }

  function dcns() {
    const inside = body.data_centers.filter((center) => center.dcns.length);
    if (!inside.length) return [h("p.nothing", {}, word("centers.no_dcns")), h("p.quiet", {}, word("centers.no_dcns_do"))];
    const open = new Set([...parts.dcns.inside.querySelectorAll("details[open]")].map((each) => each.dataset.center));
    return inside.map((center) => {
      const columns = [
        { name: word("centers.dcn"), value: (row) => row.id },
        { name: word("centers.share"), number: true, value: (row) => percentOf(row.share, 2) },
        { name: word("peaks.transactions"), number: true, value: (row) => format.grouped(row.transactions) },
        { name: word("centers.failures"), number: true, value: (row) => format.grouped(row.bad) },
        { name: word("centers.availability"), number: true, value: (row) => (row.availability === null ? format.NONE : format.share(row.availability) + " %") },
      ];
      const failing = center.dcns.reduce((sum, each) => sum + each.bad, 0);
      const head = h("summary", {}, words.named(center.id), h("small", {}, word("centers.dcn_count", { count: center.dcns.length }), " · ", word("centers.failed", { count: format.grouped(failing) })));
      const partly = !center.dcns_complete && h("p.rooms-note", {}, word("centers.dcns_partly"));
      return h("details.rooms-file", { "data-center": center.id, open: open.has(center.id) }, head, load.table(words.named(center.id), columns, center.dcns), partly);
    });
  }

  function dcnRows() {
    const found = body ? body.data_centers.flatMap((center) => center.dcns.map((each) => [center.id, each.id, each.share, each.transactions, each.good, each.bad, each.availability])) : [];
    return [["data_center", "dcn", "share", "transactions", "good", "bad", "availability"], ...found];
  }

  life.start(build);
})();
