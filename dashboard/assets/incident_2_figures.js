/* What an incident cost, how long it took, which class it may have, and its lines of time. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, life, page } = desk;
  const { format } = window.LendingWall;

  function tile(label, value, ...lines) {
    return h("article.tile-small", {}, h("h2.label", {}, label), h("strong.value", {}, value), lines.filter(Boolean).map((line) => h("div.line", {}, line)));
  }

  /** Time between two moments; ticking while the second has not come. */
  function took(ms, from, over) {
    if (ms !== null) return words.span(ms);
    const begin = words.ms(from);
    return over || begin === null ? format.NONE : life.since(begin);
  }

  function times(incident) {
    const begin = incident.impact_start || incident.detected;
    return [
      tile(word("incident.lasted"), took(incident.mttr_ms, begin, incident.restored), incident.restored ? word("incident.restored_at", { time: words.exactly(incident.restored).slice(11) }) : word("incident.going_on")),
      tile("MTTD", took(incident.mttd_ms, begin, true), word("incident.detected_at", { time: words.exactly(incident.detected).slice(11) })),
      tile("MTTA", took(incident.mtta_ms, incident.detected, incident.restored), incident.acknowledged ? word("incident.acked_at", { time: words.exactly(incident.acknowledged).slice(11) }) : word("incident.not_acked")),
    ];
  }

  function failed(figures) {
    if (!figures) return tile(word("incident.failed"), format.NONE, word("incident.not_counted"));
    const count = format.grouped(figures.failed);
    const share = figures.total ? word("incident.of_total", { total: format.grouped(figures.total) }) : "";
    const customers = figures.customers === null ? word("incident.customers_unknown") : word("incident.customers", { count: format.grouped(figures.customers) });
    return tile(word("incident.failed"), figures.complete ? count : word("incidents.at_least", { count }), share, figures.whole_minutes ? word("incident.whole_minutes") : customers);
  }

  function budget(figures) {
    const worst = figures && figures.budget_spent.length ? [...figures.budget_spent].sort((one, other) => Number(other.share || 0) - Number(one.share || 0))[0] : null;
    if (!worst) return tile(word("incident.budget"), format.NONE);
    const seconds = words.scaled(worst.seconds_of_full_outage, 0, 2);
    const percent = words.percent(worst.share, 2);
    return tile(word("incident.budget"), percent === null ? format.NONE : percent + " %", word("incident.budget_line", { who: worst.product ? words.named(worst.product) : word("place.bank"), seconds: seconds === null ? format.NONE : seconds }));
  }

  function tiles(incident) {
    return [...times(incident), failed(incident.figures), budget(incident.figures)];
  }

  /** Budget per product and of the bank: events, seconds of full outage, share. */
  function spending(figures) {
    if (!figures || !figures.budget_spent.length) return null;
    const head = ["incident.who", "incident.failed", "incident.allowed", "incident.seconds", "incident.share"].map((key) => h("th", { scope: "col" }, word(key)));
    const rows = figures.budget_spent.map((one) => {
      const percent = words.percent(one.share, 2);
      const seconds = words.scaled(one.seconds_of_full_outage, 0, 2);
      const cells = [format.grouped(one.failed), words.scaled(one.allowed, 0, 2), seconds === null ? format.NONE : seconds, percent === null ? format.NONE : percent + " %"];
      return h("tr", {}, h("th", { scope: "row" }, one.product ? words.named(one.product) : word("place.bank"), h("small", {}, ` ${one.target} %`)), cells.map((cell) => h("td", {}, cell)));
    });
    return h("section.panel", {}, h("h2.label", {}, word("incident.spending")), h("div.scroll", { tabindex: 0, role: "region", "aria-label": word("incident.spending") }, h("table.figures", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows))));
  }

  function className(id) {
    return id === null || id === undefined ? word("class.none") : id;
  }

  /** The draft of a regulatory class with the clock to the next one; a human decides, by `decide`. */
  function draft(one, decide) {
    const button = h("button.act", { type: "button", onclick: () => decide(one) }, word(one.decision ? "class.decide_again" : "class.decide"));
    const lines = [h("div.draft-head", {}, h("code", {}, one.rule), h("span.tag.tag-draft", {}, word("class.draft")), button)];
    const same = one.low.class === one.high.class;
    lines.push(h("strong.draft-class", {}, same ? className(one.low.class) : word("class.range", { low: className(one.low.class), high: className(one.high.class) })));
    const next = one.high.next || one.low.next;
    if (next) lines.push(h("div.line", {}, word("class.next", { name: next.class }), " ", h("strong.countdown", {}, h("time", { "data-until": words.ms(next.at) }, words.span(words.ms(next.at) - life.nowMs())))));
    if (one.missing.length) lines.push(h("div.line.quiet", {}, word("class.missing", { what: one.missing.join(", ") })));
    for (const each of one.deadlines) lines.push(h("div.line", {}, word("class.deadline", { report: each.report[page.language] || "", due: words.exactly(each.due).slice(0, 16) })));
    if (one.decision) lines.push(h("div.line.decided", {}, word("class.decided", { name: className(one.decision.class), by: one.decision.actor }), one.decision.why && h("small", {}, " " + one.decision.why)));
    lines.push(h("small.quiet", {}, one.source));
    return h("article.draft", {}, lines);
  }

  const MOMENTS = {
    first_bad: "moment.first_bad",
    detected: "moment.detected",
    joined: "moment.joined",
    notified: "moment.notified",
    acknowledged: "moment.acknowledged",
    assigned: "moment.assigned",
    mitigated: "moment.mitigated",
    worsened: "moment.worsened",
    restored: "moment.restored",
    reopened: "moment.reopened",
    note: "moment.note",
    classified: "moment.classified",
    merged: "moment.merged",
    split: "moment.split",
    closed: "moment.closed",
  };

  /** An alert's id as words; anything else as it is. */
  function about(text) {
    const key = words.keyOf(text);
    return key.rule ? `${words.place(key)} — ${words.rule(key.rule)}` : text;
  }

  function line(one) {
    const told = [one.actor && h("span.actor", {}, one.actor), one.about && h("span", {}, about(one.about)), one.text && h("span.said", {}, one.text)].filter(Boolean);
    return h(`li.happening.is-${one.what}`, {}, h("time", { title: words.exactly(one.time) }, words.exactly(one.time).slice(11)), h("strong", {}, MOMENTS[one.what] ? word(MOMENTS[one.what]) : one.what), h("span.told", {}, told));
  }

  /** The timeline; lines that say the same of many alerts are folded into one. */
  function timeline(lines) {
    const shown = [];
    for (const one of lines) {
      const last = shown[shown.length - 1];
      if (last && one.what === "joined" && last.what === "joined") last.others = (last.others || 0) + 1;
      else shown.push({ ...one });
    }
    return h("ol.timeline", {}, shown.map((one) => (one.others ? h("li.happening.is-joined", {}, h("time", {}, words.exactly(one.time).slice(11)), h("strong", {}, word("moment.joined")), h("span.told", {}, about(one.about), " ", word("incident.and_more", { count: one.others }))) : line(one))));
  }

  /** Choices of a decision: the rule's classes by their names, and none of them; first what stands or the draft says. */
  function classes(one) {
    const now = one.decision ? one.decision.class : one.high.class;
    const named = one.classes.map((each) => h("option", { value: each.id, selected: each.id === now }, each.names[page.language] || each.id));
    return [h("option", { value: "", selected: !now }, word("class.none")), ...named];
  }

  desk.incident = { classes, tiles, spending, draft, timeline };
})();
