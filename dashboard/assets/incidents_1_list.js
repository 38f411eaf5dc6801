/* The list of incidents, and how long they took: n, median, P90 and maximum, never a mean alone. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, word, words, life, page, lists, range, address: link } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const INCIDENTS = "/api/v1/incidents";
  const POLL_MS = 3_000;
  const STATES = {
    ongoing: ["✖\ufe0e", "incident.ongoing"],
    mitigated: ["▲", "incident.mitigated"],
    restored: ["✔\ufe0e", "incident.restored"],
    closed: ["●", "incident.closed"],
    merged: ["○", "incident.merged"],
  };
  const SPREADS = [
    ["mttd", "incidents.mttd", "incidents.mttd_hint"],
    ["mtta", "incidents.mtta", "incidents.mtta_hint"],
    ["mttr", "incidents.mttr", "incidents.mttr_hint"],
  ];
  const begun = link.said("q", "state");
  const view = { incidents: [], ids: [], chosen: null, text: begun.q, only: STATES[begun.state] ? begun.state : "all", read: false };
  let parts = null;

  function spreadTile([name, label, hint]) {
    const values = ["median", "p90", "max"].map((key) => h("div.spread-value", {}, h("strong", { id: `${name}-${key}` }, format.NONE), h("span.quiet", {}, word(SPREAD_WORDS[key]))));
    return h("article.spread", { title: word(hint) }, h("div.spread-head", {}, h("h2.label", {}, word(label)), h("span.quiet", { id: `${name}-n` })), h("div.spread-values", {}, values));
  }

  const SPREAD_WORDS = { median: "incidents.median", p90: "incidents.p90", max: "incidents.max" };

  function build(content) {
    parts = {
      range: range.ofList(read),
      search: h("input.search", { id: "filter", type: "search", placeholder: word("incidents.filter"), "aria-label": word("incidents.filter"), value: view.text, oninput: (event) => choose({ text: event.target.value }) }),
      only: h(
        "select",
        { "aria-label": word("incidents.state"), onchange: (event) => choose({ only: event.target.value }) },
        h("option", { value: "all" }, word("incidents.state")),
        Object.entries(STATES).map(([name, [, key]]) => name !== "merged" && h("option", { value: name }, word(key)))
      ),
      list: h("ul.incidents", { id: "incidents-list" }),
      calm: h("div.calm-page", { hidden: true }, h("div.calm-sign", { "aria-hidden": "true" }, "✔\ufe0e"), h("div.calm-title"), h("div.calm-line", {}, word("incidents.none_line"))),
    };
    content.append(h("section.spreads", {}, SPREADS.map(spreadTile)), parts.range.form, h("div.filters", {}, parts.search, parts.only), parts.calm, parts.list);
    parts.only.value = view.only;
    parts.range.paint();
    parts.long = lists.long(parts.list, { paint, more: listing.more });
    life.key("j", word("keys.next"), () => move(1));
    life.key("k", word("keys.previous"), () => move(-1));
    life.key("Enter", word("keys.open"), () => view.chosen && window.location.assign(address(view.chosen)));
    life.key("f", word("keys.filter"), () => parts.search.focus());
    life.every(POLL_MS, read);
  }

  const listing = lists.listing({ address: () => `${INCIDENTS}?${parts.range.query()}`, name: "incidents", idOf: (one) => one.id, changed: take });

  async function read() {
    await listing.read();
  }

  function take(incidents, body) {
    view.incidents = incidents;
    view.read = true;
    for (const [name] of SPREADS) paintSpread(name, body.statistics[name]);
    paint();
  }

  function choose(change) {
    Object.assign(view, change);
    link.tell({ q: view.text, state: view.only === "all" ? "" : view.only });
    paint();
  }

  function paintSpread(name, spread) {
    const text = (ms) => (ms === null ? format.NONE : words.span(ms));
    say(document.getElementById(name + "-median"), text(spread.median_ms));
    say(document.getElementById(name + "-p90"), text(spread.p90_ms));
    say(document.getElementById(name + "-max"), text(spread.max_ms));
    say(document.getElementById(name + "-n"), spread.unknown ? word("incidents.n_unknown", { n: spread.n, unknown: spread.unknown }) : word("incidents.n", { n: spread.n }));
  }

  function address(id) {
    return `/incidents/${encodeURIComponent(id)}?lang=${page.language}`;
  }

  function chosen() {
    const wanted = view.text.toLowerCase().split(/\s+/).filter(Boolean);
    return view.incidents.filter((one) => {
      const text = [one.id, one.owner, ...Object.values(one.title), ...one.products, ...one.data_centers, ...one.products.map(words.named)].join(" ").toLowerCase();
      return (view.only === "all" || one.state === view.only) && wanted.every((part) => text.includes(part));
    });
  }

  function make(one) {
    const row = h("li.incident", { tabindex: -1 });
    row.append(
      h("span.incident-state"),
      h("div.incident-words", {}, h("a.incident-title", { href: address(one.id) }), h("div.incident-when")),
      h("span.incident-severity"),
      h("span.incident-failed"),
      h("span.incident-times"),
      h("span.incident-owner")
    );
    row.addEventListener("click", (event) => !event.target.closest("a") && window.location.assign(address(one.id)));
    return row;
  }

  function part(row, name) {
    return row.querySelector(".incident-" + name);
  }

  function renew(element, sign, build) {
    if (element.dataset.sign === sign) return;
    element.dataset.sign = sign;
    element.replaceChildren(...build().filter(Boolean));
  }

  /** How long it lasted, or lasts: ticking while nobody restored it. */
  function duration(one) {
    if (one.mttr_ms !== null) return h("strong", {}, words.span(one.mttr_ms));
    const begin = words.ms(one.impact_start || one.detected);
    return one.restored ? h("strong", {}, format.NONE) : h("strong.going-on", {}, life.since(begin));
  }

  function paintRow(row, one) {
    const [glyph, state] = STATES[one.state] || STATES.merged;
    row.className = `incident is-${one.state}`;
    row.classList.toggle("is-chosen", view.chosen === one.id);
    const began = one.impact_start || one.detected;
    renew(part(row, "state"), one.state, () => [h("span.mark", { "aria-hidden": "true" }, glyph), h("span", {}, word(state))]);
    say(part(row, "title"), one.title[page.language]);
    renew(part(row, "when"), `${began}${one.mttr_ms}${one.restored}`, () => [h("span", {}, words.second(began)), " · ", duration(one), one.replayed && h("span.tag", {}, word("mark.replayed"))]);
    renew(part(row, "severity"), one.severity, () => [words.severity(one.severity)]);
    say(part(row, "failed"), failed(one));
    say(part(row, "times"), word("incidents.times", { mttd: words.span(one.mttd_ms), mtta: words.span(one.mtta_ms) }));
    say(part(row, "owner"), one.owner || word("alerts.nobody"));
  }

  function failed(one) {
    if (one.failed === null) return "";
    const count = format.grouped(one.failed);
    return word("incidents.failed", { count: one.failed_complete ? count : word("incidents.at_least", { count }) });
  }

  function paint() {
    if (!view.read) return;
    const shown = chosen();
    view.ids = shown.map((one) => one.id);
    hide(parts.calm, shown.length > 0);
    say(parts.calm.querySelector(".calm-title"), view.incidents.length ? word("incidents.none_here") : word("incidents.none"));
    each(parts.list, parts.long.window(shown, view.ids.indexOf(view.chosen)), (one) => one.id, make, paintRow);
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
