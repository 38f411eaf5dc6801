/* The audit log: who did what, newest first, a page at a time; how far the chain of digests was found whole. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, get, word, words, page, life, range } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 5_000;
  const ROWS = 100;
  const TYPING_MS = 300;
  const LONG = 200;
  const DAY_MS = 86_400_000;
  const FILTERS = ["actor", "action", "subject", "from", "to"];
  const WORDS = {
    access: "audit.f_access",
    alert: "audit.f_alert",
    backfill: "audit.f_backfill",
    change: "audit.f_change",
    configuration: "audit.f_configuration",
    costs: "audit.f_costs",
    db: "audit.f_db",
    demo: "audit.f_demo",
    external_alert: "audit.f_external_alert",
    history: "audit.f_history",
    incident: "audit.f_incident",
    load_run: "audit.f_load_run",
    login: "audit.f_login",
    logout: "audit.f_logout",
    maintenance: "audit.f_maintenance",
    people: "audit.f_people",
    person: "audit.f_people",
    report: "audit.f_report",
    silence: "audit.f_silence",
    token: "audit.f_token",
  };
  let parts = null;
  let state = {};
  let body = null;
  let actions = [];
  let verified = null;
  let typing = 0;

  function readAddress() {
    const said = new URLSearchParams(window.location.search);
    state = Object.fromEntries([...FILTERS, "next", "zone"].map((name) => [name, said.get(name) || ""]));
    for (const name of ["from", "to"]) if (Number.isNaN(Date.parse(state[name]))) state[name] = "";
    if (!/^\d{1,18}$/.test(state.next)) state.next = "";
  }

  /** Another page is another place to go back to; another filter is not. */
  function change(said, { turn = false } = {}) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries({ next: "", ...said })) value ? query.set(name, value) : query.delete(name);
    window.history[turn ? "pushState" : "replaceState"](null, "", "?" + query);
    readAddress();
    return read();
  }

  function typed(name) {
    return (event) => {
      clearTimeout(typing);
      typing = setTimeout(() => change({ [name]: event.target.value.trim() }), TYPING_MS);
    };
  }

  function field(name, label) {
    return h("input.search", { type: "search", id: `audit-${name}`, value: state[name], placeholder: word(label), "aria-label": word(label), oninput: typed(name) });
  }

  function build(content) {
    readAddress();
    parts = {
      sign: h("section.panel.rooms-verdict", { id: "audit-sign", "aria-label": word("audit.verified") }),
      actor: field("actor", "audit.who"),
      subject: field("subject", "audit.subject"),
      action: h("select", { id: "audit-action", "aria-label": word("audit.what"), onchange: (event) => change({ action: event.target.value }) }),
      when: range.picker((said) => change({ from: said.from || (said.last ? new Date(range.spanOf({ last: said.last }, life.nowMs()).fromMs).toISOString() : state.from), to: said.from ? said.to : said.last ? "" : state.to, ...(said.zone === undefined ? {} : { zone: said.zone }) })),
      clear: h("button.act", { type: "button", id: "audit-clear", onclick: clear }, word("audit.clear")),
      csv: h("a.act", { id: "audit-csv" }, "CSV"),
      jsonl: h("a.act", { id: "audit-jsonl" }, "JSON"),
      rows: h("ol.audit-rows", { id: "audit-rows", "aria-label": word("audit.title") }),
      none: h("p.nothing", { id: "audit-none", hidden: true }, word("audit.none")),
      newest: h("button.act", { type: "button", id: "audit-newest", onclick: () => change({}, { turn: true }) }, word("audit.newest")),
      older: h("button.act", { type: "button", id: "audit-older", onclick: older }, word("audit.older")),
    };
    const acts = h("div.audit-pages", {}, parts.clear, h("span.quiet", {}, word("audit.export")), parts.csv, parts.jsonl);
    const list = h("section.panel", { "aria-label": word("audit.title") }, parts.none, parts.rows, h("div.audit-pages", {}, parts.newest, parts.older));
    content.append(h("p.rooms-lead", {}, word("audit.lead")), parts.sign, h("div.filters", {}, parts.actor, parts.action, parts.subject), parts.when.form, acts, list);
    window.addEventListener("popstate", () => (readAddress(), read()));
    life.key("f", word("audit.key_search"), () => parts.actor.focus());
    life.key("n", word("audit.key_older"), older);
    life.every(POLL_MS, read);
    life.every(POLL_MS * 6, look);
  }

  function clear() {
    for (const name of ["actor", "subject"]) parts[name].value = "";
    return change(Object.fromEntries(FILTERS.map((name) => [name, ""])));
  }

  function older() {
    if (!body || body.next === null) return undefined;
    return change({ next: body.next }, { turn: true }).then(() => parts.rows.scrollIntoView({ block: "nearest" }));
  }

  function query(names) {
    return new URLSearchParams(names.filter((name) => state[name]).map((name) => [name, state[name]]));
  }

  async function read() {
    const asked = query([...FILTERS, "next"]);
    asked.set("limit", ROWS);
    const answer = await get(`/api/v1/audit?${asked}`, { always: true });
    if (answer.status !== 200) return paintFault((answer.body && answer.body.error) || word("desk.no_server"));
    body = answer.body;
    if (body.actions) actions = body.actions;
    return paint();
  }

  async function look(whole = false) {
    const answer = await get(`/api/v1/audit/verify${whole === true ? "?whole=true" : ""}`, { always: true });
    verified = answer.status === 200 ? { ...answer.body, at: life.nowMs() } : null;
    paintSign((answer.body && answer.body.error) || word("desk.no_server"));
  }

  function paintFault(text) {
    parts.none.textContent = text;
    parts.none.hidden = false;
  }

  function paint() {
    parts.none.textContent = word("audit.none");
    parts.none.hidden = body.audit.length > 0;
    each(parts.rows, body.audit, (row) => String(row.number), make, () => undefined);
    parts.older.disabled = body.next === null;
    parts.newest.disabled = !state.next;
    const nowMs = life.nowMs();
    parts.when.paint({ ...state, last: "" }, { fromMs: state.from ? Date.parse(state.from) : nowMs - 30 * DAY_MS, toMs: state.to ? Date.parse(state.to) : nowMs });
    for (const name of ["from", "to"]) if (!state[name]) parts.when.form.querySelector(`#range-${name}`).value = "";
    for (const name of ["csv", "jsonl"]) parts[name].setAttribute("href", `/api/v1/audit/export?format=${name}&${query(FILTERS)}`);
    paintActions();
  }

  /** What there is, by family; a family's own entry ends with a dot. */
  function paintActions() {
    const families = [...new Set(actions.filter((name) => name.includes(".")).map((name) => name.split(".")[0] + "."))];
    const known = [...new Set([...families, ...actions, ...(state.action ? [state.action] : [])])].sort();
    const sign = known.join(" ") + "|" + state.action;
    if (parts.action.dataset.sign === sign) return;
    parts.action.dataset.sign = sign;
    const options = known.map((name) => h("option", { value: name, selected: name === state.action }, name.endsWith(".") ? family(name) : "\u00a0\u00a0" + name));
    parts.action.replaceChildren(h("option", { value: "" }, word("audit.everything")), ...options);
  }

  function family(name) {
    const key = WORDS[name.split(".")[0]];
    return key ? word(key) : name;
  }

  function filterBy(name, value) {
    return h("button.linkish", { type: "button", title: word("audit.only"), onclick: () => ((parts[name].value = value), change({ [name]: value })) }, value);
  }

  function make(row) {
    return h(
      "li.audit-row",
      { "data-number": row.number, title: row.digest },
      h("span.audit-number", {}, format.grouped(row.number)),
      h("time.audit-at", { datetime: row.at }, words.second(row.at)),
      h("span.audit-who", {}, filterBy("actor", row.actor)),
      h("span.audit-act", {}, h("span", {}, family(row.action)), " ", h("code", {}, row.action)),
      h("span.audit-subject", {}, row.subject ? filterBy("subject", row.subject) : format.NONE),
      h("div.audit-detail", {}, folded(detail(row.detail)))
    );
  }

  /** What fills a screen by itself (digests of thirty files) begins folded. */
  function folded(text) {
    return text.length <= LONG ? text : h("details", {}, h("summary", {}, text.slice(0, LONG / 2) + "…"), text);
  }

  /** {"a":1,"b":["x"]} as words: a 1 · b x */
  function detail(text) {
    let said = {};
    try {
      said = JSON.parse(text);
    } catch (broken) {
      return text;
    }
    const plain = (value) => (Array.isArray(value) ? value.map(plain).join(", ") : value !== null && typeof value === "object" ? Object.entries(value).map(([name, inside]) => `${name} ${plain(inside)}`).join(", ") : String(value));
    return Object.entries(said).map(([name, value]) => `${name} ${plain(value)}`).join(" · ");
  }

  function paintSign(fault) {
    const again = h("button.act", { type: "button", id: "audit-whole", onclick: (event) => ((event.target.disabled = true), look(true)) }, word("audit.whole"));
    const broken = verified && verified.broken;
    parts.sign.classList.toggle("audit-broken", !verified || Boolean(broken));
    const said = !verified ? fault : broken ? word("audit.broken", { number: format.grouped(broken.number) }) : word("audit.is_whole", { number: format.grouped(verified.number) });
    const note = !verified ? "" : broken ? broken.what : word("audit.looked", { at: words.second(verified.at), rows: format.grouped(verified.rows) });
    parts.sign.replaceChildren(
      h("div", { role: "status" }, h("div.said", { id: "audit-said" }, h("span", { "aria-hidden": "true" }, verified && !broken ? "✔\ufe0e" : "▲"), said), h("small", {}, note)),
      h("div.rooms-figure", {}, h("div.label", {}, word("audit.head")), h("div.audit-head", { id: "audit-head" }, verified ? verified.head : format.NONE), h("small", {}, word("audit.head_hint"))),
      h("div.rooms-figure", {}, again)
    );
  }

  life.start(build);
})();
