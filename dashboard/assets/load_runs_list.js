/* Every load run; two of them side by side. Which two stands in the address. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, get, word, words, life, load, room, toast, lists, range, address: link } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const POLL_MS = 5_000;
  const LIST = "/api/v1/load-runs";
  const view = { runs: [], chosen: null, picked: [], verdict: link.said("verdict").verdict, text: link.said("q").q, ids: [], read: false };
  let parts = null;

  function build(content) {
    const said = new URLSearchParams(window.location.search);
    view.picked = [said.get("first"), said.get("second")].filter(Boolean);
    parts = {
      range: range.ofList(read),
      capacity: h("section.panel.load-capacity", { id: "capacity", "aria-label": word("capacity.title") }),
      pair: h("section.panel.load-pair", { id: "pair", hidden: true, "aria-label": word("pair.title") }),
      list: h("ul.load-runs", { id: "load-runs", "aria-label": word("runs.title") }),
      nothing: h("div.nothing", { hidden: true, id: "nothing" }),
      compare: h("button.act", { type: "button", id: "compare", disabled: true, onclick: compare }, word("pair.do")),
    };
    const search = h("input.search", { id: "filter", type: "search", placeholder: word("runs.filter"), "aria-label": word("runs.filter"), value: view.text, oninput: (event) => choose({ text: event.target.value }) });
    const verdicts = Object.entries(desk.page.load_verdicts).map(([name, look]) => h("option", { value: name }, look.word));
    const select = h("select", { id: "verdict", "aria-label": word("runs.verdict"), onchange: (event) => choose({ verdict: event.target.value }) }, h("option", { value: "" }, word("runs.verdict")), verdicts);
    select.value = view.verdict;
    content.append(parts.capacity, parts.range.form, h("div.filters", {}, search, select, parts.compare), parts.pair, parts.list, parts.nothing);
    parts.range.paint();
    parts.long = lists.long(parts.list, { paint, more: listing.more });
    keys();
    life.every(POLL_MS, read);
    life.every(POLL_MS * 3, readCapacity);
    if (view.picked.length === 2) readPair();
  }

  function keys() {
    life.key("j", word("keys.next"), () => move(1));
    life.key("k", word("keys.previous"), () => move(-1));
    life.key("Enter", word("keys.open"), () => view.chosen && window.location.assign(addressOf(view.chosen)));
    life.key("x", word("pair.pick"), () => view.chosen && pick(view.chosen));
    life.key("c", word("pair.do"), () => !parts.compare.disabled && compare());
    life.key("f", word("keys.filter"), () => document.getElementById("filter").focus());
  }

  function addressOf(id) {
    return load.address("/load-runs/" + encodeURIComponent(id), {});
  }

  const listing = lists.listing({ address: () => `${LIST}?${parts.range.query()}`, name: "load_runs", idOf: (run) => run.run_id, changed: take });

  async function read() {
    await listing.read();
  }

  function take(runs) {
    view.runs = runs;
    view.read = true;
    paint();
  }

  function choose(change) {
    Object.assign(view, change);
    link.tell({ q: view.text, verdict: view.verdict });
    paint();
  }

  async function readCapacity() {
    const answer = await get("/api/v1/capacity");
    if (answer.fresh) parts.capacity.replaceChildren(...capacity(answer.body));
  }

  function capacity(body) {
    const perSecond = word("capacity.per_second");
    const lasts = body.expires_at && word("capacity.until", { day: words.day(body.expires_at) });
    const head = word("capacity.headroom");
    const why = (name) => (body.reasons[name] ? word("capacity.unknown") : "");
    return [
      room.figure("", word("capacity.proven"), format.grouped(body.proven_per_second), perSecond, [room.standing(body), lasts, room.tie(body)].filter(Boolean).join(" · ")),
      room.figure("", word("capacity.peak_today"), format.grouped(body.peak_today_per_second), perSecond, body.peak_today_at ? words.moment(body.peak_today_at, life.nowMs()) : word("capacity.unknown")),
      room.figure("", word("capacity.forecast"), format.grouped(body.forecast_p95_per_second), perSecond, body.forecast ? word("capacity.covered", { achieved: words.percent(body.forecast.achieved_coverage, 1) || format.NONE, days: body.forecast.days_checked }) : word("capacity.short")),
      room.figure("", head, body.headroom === null ? format.NONE : words.percent(body.headroom, 1), body.headroom === null ? "" : "%", why("headroom")),
      room.figure("", word("capacity.headroom_n_1"), body.headroom_n_1 === null ? format.NONE : words.percent(body.headroom_n_1, 1), body.headroom_n_1 === null ? "" : "%", why("headroom_n_1")),
    ];
  }

  function make(run) {
    const box = h("input", { type: "checkbox", "aria-label": word("pair.pick_this", { run: run.run_id }), onchange: () => pick(run.run_id) });
    const row = h("li.load-run", { tabindex: -1 }, h("div.load-run-pick", {}, box), h("div.load-run-verdict"), h("div.load-run-name", {}, h("a", { href: addressOf(run.run_id) }, run.run_id), h("small")), h("div.load-run-load"), h("div.load-run-counts"), h("div.load-run-bounds"), h("div.load-run-build"));
    row.addEventListener("click", (event) => !event.target.closest("a, input") && window.location.assign(addressOf(run.run_id)));
    return row;
  }

  function part(row, name) {
    return row.querySelector(".load-run-" + name);
  }

  function paintRow(row, run) {
    row.classList.toggle("is-chosen", view.chosen === run.run_id);
    part(row, "pick").firstChild.checked = view.picked.includes(run.run_id);
    part(row, "verdict").replaceChildren(load.verdict(run.verdict));
    say(part(row, "name").querySelector("small"), words.minute(run.started_at));
    part(row, "load").replaceChildren(h("strong", {}, load.profile(run)), h("small", {}, run.invalid_reasons.map(load.reason).join(", ")));
    part(row, "counts").replaceChildren(h("strong", {}, `k ${format.grouped(run.failures)} / n ${format.grouped(run.requests)}`), h("small", {}, run.held_per_second === null ? "" : word("runs.held", { rate: format.grouped(run.held_per_second), seconds: run.held_seconds })));
    part(row, "bounds").replaceChildren(h("strong", {}, load.bounds(run)), h("small", {}, word("runs.target", { target: run.target })));
    part(row, "build").replaceChildren(h("span", {}, run.service_build || format.NONE), h("small", {}, run.data_centers === null ? "" : word("runs.data_centers", { count: run.data_centers })));
  }

  function paint() {
    if (!view.read) return;
    const wanted = view.text.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (run) => [run.run_id, run.verdict, run.profile, run.service_build, run.host].join(" ").toLowerCase();
    const shown = view.runs.filter((run) => (!view.verdict || run.verdict === view.verdict) && wanted.every((piece) => text(run).includes(piece)));
    view.ids = shown.map((run) => run.run_id);
    each(parts.list, parts.long.window(shown, view.ids.indexOf(view.chosen)), (run) => run.run_id, make, paintRow);
    hide(parts.nothing, shown.length > 0);
    if (!shown.length) parts.nothing.replaceChildren(...empty());
    parts.compare.disabled = view.picked.length !== 2;
    say(document.getElementById("spoken"), word("runs.spoken", { count: shown.length }));
  }

  function empty() {
    if (view.runs.length) return [h("p", {}, word("runs.filtered"))];
    return [h("h2", {}, word("runs.empty")), h("p", {}, word("runs.empty_do")), h("pre", {}, "locust -f loadtests/locustfile.py -H URL --headless --profile constant --rate 1000 --run-time 5m --result result.json\npython app.py load-runs import result.json")];
  }

  function pick(id) {
    if (view.picked.includes(id)) view.picked = view.picked.filter((each) => each !== id);
    else view.picked = [...view.picked, id].slice(-2);
    paint();
  }

  function compare() {
    link.tell({ first: view.picked[0], second: view.picked[1] });
    readPair();
  }

  async function readPair() {
    const [first, second] = view.picked;
    const base = "/api/v1/load-runs/";
    const answer = await get(`${base}${encodeURIComponent(first)}/compare?with=${encodeURIComponent(second)}`, { always: true });
    if (answer.status !== 200) return toast((answer.body && answer.body.error) || word("desk.no_server"), true);
    const files = await Promise.all(view.picked.map((id) => get(base + encodeURIComponent(id), { always: true })));
    hide(parts.pair, false);
    desk.loadPair.paint(parts.pair, answer.body, files.map((file) => file.body && file.body.result));
    parts.pair.scrollIntoView({ block: "start" });
  }

  function move(step) {
    if (!view.ids.length) return;
    const at = view.ids.indexOf(view.chosen);
    view.chosen = view.ids[at < 0 ? (step > 0 ? 0 : view.ids.length - 1) : Math.min(view.ids.length - 1, Math.max(0, at + step))];
    paint();
    const row = parts.list.children[view.ids.indexOf(view.chosen)];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  life.start(build);
})();
