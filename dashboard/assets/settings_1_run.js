/* Settings: every value with the file and line that says it; who runs, who may do what. Nothing can be changed here. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, page, life, load } = desk;
  const { format } = window.LendingWall;
  const ORIGINS = { own: "settings.own", shipped: "settings.shipped", default: "settings.default" };
  const ABOUT = {
    "control-center": "settings.file_control_center",
    catalog: "settings.file_catalog",
    alerts: "settings.file_alerts",
    calendar: "settings.file_calendar",
    regulatory: "settings.file_regulatory",
    costs: "settings.file_costs",
    sla: "settings.file_sla",
    slos: "settings.file_slos",
  };
  const RIGHTS = {
    see: "settings.right_see",
    "see-costs": "settings.right_see_costs",
    "see-reports": "settings.right_see_reports",
    respond: "settings.right_respond",
    report: "settings.right_report",
    measure: "settings.right_measure",
    administer: "settings.right_administer",
  };
  const PAGES = { "README.md": "", "docs/watch-your-own.md": "settings.doc_watch", "docs/slos.md": "settings.doc_slos", "docs/alerts.md": "settings.doc_alerts", "docs/notifications.md": "settings.doc_notifications", "docs/operations.md": "settings.doc_operations", "SECURITY.md": "settings.doc_security" };
  const MOST_ROWS = 1000;
  let parts = null;
  let body = null;
  let state = {};

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    state = { q: said.get("q") || "", origin: said.get("origin") || "" };
  }

  function change(said) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(said)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query);
    readAddress();
    if (body) files();
  }

  function panel(title, ...inside) {
    return h("section.panel", { "aria-label": word(title) }, h("h2.label", {}, word(title)), inside);
  }

  function build(content) {
    readAddress();
    const search = h("input.search", { type: "search", id: "search", value: state.q, placeholder: word("settings.search"), "aria-label": word("settings.search"), oninput: (event) => change({ q: event.target.value }) });
    const origin = h("select", { id: "origin", "aria-label": word("settings.origin"), onchange: (event) => change({ origin: event.target.value }) }, h("option", { value: "" }, word("settings.every_origin")), Object.entries(ORIGINS).map(([name, key]) => h("option", { value: name, selected: name === state.origin }, word(key))));
    parts = { about: h("section.panel.rooms-verdict", { id: "about", "aria-label": word("settings.about") }), files: h("div.content", { id: "files" }), roles: h("div", { id: "roles" }), objectives: h("div", { id: "objectives" }), processes: h("div", { id: "processes" }), documents: h("div", { id: "documents" }) };
    content.append(h("p.rooms-lead", {}, word("settings.lead")), parts.about, h("div.filters", {}, search, origin), parts.files, panel("settings.objectives", parts.objectives), panel("settings.roles", parts.roles), panel("settings.processes", parts.processes), panel("settings.documents", parts.documents));
    life.key("f", word("settings.key_search"), () => search.focus());
    life.every(60_000, read);
  }

  async function read() {
    const answer = await get("/api/v1/settings", { always: true });
    if (answer.status !== 200) return parts.files.replaceChildren(h("p.nothing", {}, (answer.body && answer.body.error) || word("desk.no_server")));
    body = answer.body;
    parts.about.replaceChildren(...about());
    files();
    parts.objectives.replaceChildren(objectives());
    parts.roles.replaceChildren(roles());
    parts.processes.replaceChildren(processes());
    parts.documents.replaceChildren(documents());
  }

  function figure(name, value, ...notes) {
    return h("div.rooms-figure", {}, h("div.label", {}, word(name)), h("strong", {}, value), notes.filter(Boolean).map((note) => h("small", {}, note)));
  }

  function about() {
    const known = (value) => (value === null || value === undefined || value === "" ? format.NONE : String(value));
    return [
      figure("settings.version", known(body.version), `Python ${body.python}`, body.demo && word("demo.label")),
      figure("settings.schema", known(body.schema_revision), known(body.store)),
      figure("settings.process", known(body.process.id), body.process.started && word("settings.since", { at: words.exactly(body.process.started).slice(0, 19) })),
      figure("settings.catalog", word("settings.catalog_said", { products: body.products, data_centers: body.data_centers }), word("settings.catalog_version", { version: body.catalog_version })),
      figure("settings.zone", body.time_zone, known(body.data)),
    ];
  }

  function fits(item, wanted) {
    if (state.origin && item.origin !== state.origin) return false;
    return !wanted || item.key.toLowerCase().includes(wanted) || item.value.toLowerCase().includes(wanted);
  }

  function files() {
    const wanted = state.q.trim().toLowerCase();
    const filtered = Boolean(wanted || state.origin);
    const open = new Set([...parts.files.querySelectorAll("details[open]")].map((each) => each.dataset.file));
    const shown = body.files.map((file) => ({ file, items: file.items.filter((item) => fits(item, wanted)) })).filter(({ file, items }) => items.length || (!filtered && !file.items.length));
    if (!shown.length) return parts.files.replaceChildren(h("p.nothing", {}, word(body.files.length ? "settings.none_fits" : "settings.nothing")));
    return parts.files.replaceChildren(...shown.map(({ file, items }) => section(file, items, filtered || open.has(file.path))));
  }

  function origin(name) {
    return h(`span.rooms-origin.is-${name}`, {}, word(ORIGINS[name]));
  }

  function section(file, items, open) {
    const written = items.filter((item) => item.line !== null).length;
    const head = h("summary", {}, word(ABOUT[file.name] || file.name), h("small", {}, origin(file.origin), " ", file.path, file.items.length ? " · " + word("settings.counts", { written, defaults: items.length - written }) : ""));
    if (!file.items.length) return h("section.panel.rooms-file", {}, head.firstChild, h("small", {}, " ", origin(file.origin), " ", file.path, " ", h("a.go", { href: load.address("/slo", {}) }, word("menu.slo"))));
    const columns = [
      { name: word("settings.key"), value: (item) => h("code", {}, item.key) },
      { name: word("settings.value"), value },
      { name: word("settings.from"), value: (item) => (item.line === null ? origin("default") : h("span", {}, `${file.file}:${item.line}`)) },
    ];
    const details = h("details.panel.rooms-file", { "data-file": file.path, open, ontoggle: () => fill(details, file, columns, items) }, head);
    if (open) fill(details, file, columns, items);
    return details;
  }

  /** Rows are made when somebody opens the file: there are hundreds. */
  function fill(details, file, columns, items) {
    if (!details.open || details.querySelector("table")) return;
    const table = load.table(file.path, columns, items.slice(0, MOST_ROWS));
    table.classList.add("rooms-set");
    const rest = items.length - MOST_ROWS;
    details.append(table, ...(rest > 0 ? [h("p.rooms-note", {}, word("settings.more", { count: format.grouped(rest) }))] : []));
  }

  function value(item) {
    const hint = item.is_set === undefined ? "" : word(item.is_set ? "settings.is_set" : "settings.is_not_set");
    return h("span", {}, item.value === "" ? h("small", {}, word("settings.empty")) : item.value, hint && h("small", {}, " " + hint));
  }

  function objectives() {
    if (!body.objectives.length) return h("p.nothing", {}, word("settings.no_objectives"));
    const columns = [
      { name: word("settings.objective"), value: (row) => h("a.go", { href: load.address("/slo/" + encodeURIComponent(row.slo), {}) }, row.name[page.language] || row.slo) },
      { name: word("settings.target"), number: true, value: (row) => row.target + " %" },
      { name: word("settings.period"), number: true, value: (row) => word("settings.days", { count: Math.floor(row.period_seconds / 86_400) }) },
    ];
    return load.table(word("settings.objectives"), columns, body.objectives);
  }

  function roles() {
    const columns = [{ name: word("settings.role"), value: (row) => row.role }];
    for (const [right, key] of Object.entries(RIGHTS)) columns.push({ name: word(key), value: (row) => (row.rights.includes(right) ? "● " + word("settings.may") : format.NONE) });
    return load.table(word("settings.roles"), columns, body.roles);
  }

  function processes() {
    if (!body.leases.length) return h("p.nothing", {}, word("settings.no_leases"));
    const columns = [
      { name: word("settings.writes"), value: (row) => row.name },
      { name: word("settings.held_by"), value: (row) => row.owner || word("quality.nobody") },
      { name: word("settings.token"), number: true, value: (row) => format.grouped(row.token) },
    ];
    return load.table(word("settings.processes"), columns, body.leases);
  }

  function documents() {
    const lines = body.documents.map((path) => h("li", {}, h("code", {}, path), PAGES[path] ? " " + word(PAGES[path]) : ""));
    return h("ul.plain-list", {}, h("li", {}, h("a.go", { href: "/docs" }, "/docs"), " " + word("settings.doc_api")), lines);
  }

  life.start(build);
})();
