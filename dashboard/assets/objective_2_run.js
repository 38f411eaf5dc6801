/* The page of one objective. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, page, burning, burnDown, plots, range } = desk;
  const { format, dom } = window.LendingWall;
  const { say } = dom;
  const POLL_MS = 5_000;
  const MOST_HOURS = 8;
  const ID = decodeURIComponent(window.location.pathname.split("/").slice(2).join("/"));
  let parts = null;
  let one = null;

  function build(content) {
    parts = {
      range: range.ofList(paint, { usual: "all", whole: { name: "range.whole_period", span: () => ({ fromMs: words.ms(one.from), toMs: words.ms(one.to) }) } }),
      headline: h("header.headline"),
      tiles: h("section.tiles-small"),
      plot: h("div.picture.picture-tall", { id: "picture", role: "img", "aria-label": word("slo.no_picture") }),
      note: h("div.quiet.picture-note"),
      tiers: h("div"),
      hours: h("div"),
    };
    const chart = h("section.panel", {}, plots.head("budget", word("slo.burn_down"), parts.plot), parts.range.form, h("div.head", {}, h("span.quiet.pace", {}, h("i.stroke.stroke-last-week"), word("slo.pace"))), parts.plot, parts.note);
    const tiers = h("section.panel", {}, h("div.head", {}, h("h2.label", {}, word("slo.tiers")), burning.legend()), parts.tiers);
    content.append(parts.headline, parts.tiles, h("div.columns", {}, h("div.column", {}, chart, tiers), h("div.column", {}, h("section.panel", {}, h("h2.label", {}, word("slo.worst_hours")), parts.hours))));
    life.every(POLL_MS, read);
  }

  async function read() {
    const answer = await get("/api/v1/budget?slo=" + encodeURIComponent(ID));
    if (answer.status === 404) return parts.headline.replaceChildren(h("p.nothing", {}, (answer.body && answer.body.error) || word("slo.missing")));
    if (!answer.fresh) return;
    one = answer.body.budgets[0];
    paint();
  }

  function tile(label, value, ...lines) {
    return h("article.tile-small", {}, h("h2.label", {}, label), h("strong.value", {}, value), lines.filter(Boolean).map((line) => h("div.line", {}, line)));
  }

  function spentOfAllowed() {
    const allowed = format.decimals(one.allowed_events, 0, 2);
    if (one.counted_in === "slices") return word("slo.of_allowed_slices", { spent: format.decimals(one.spent_events, 0, 2), allowed });
    const spent = one.counted_in ? format.decimals(one.spent_events, 0, 0) : format.grouped(one.spent_events);
    return word("slo.of_allowed", { spent, allowed });
  }

  /** How time is judged, where it is: length of a slice, and those that nobody saw or maintenance took out. */
  function slicing() {
    if (!one.counted_in) return null;
    const missing = format.decimals(one.missing, 0, 0);
    return h("span", {}, word("slo.slicing", { method: one.method, length: burning.length(one.slice_seconds), missing, excluded: format.grouped(one.excluded_slices) }));
  }

  function tiles() {
    const none = format.NONE;
    const spentOf = one.total ? spentOfAllowed() : word("state.no_traffic");
    const excluded = one.without_exclusions ? word("slo.without_exclusions", { share: format.share(one.without_exclusions.availability), bad: format.grouped(one.without_exclusions.bad) }) : word("slo.no_exclusions");
    return [
      tile(word("slo.availability"), one.availability === null ? none : format.share(one.availability) + " %", burning.badOfTotal(one, one), excluded),
      tile(word("slo.budget_left"), one.remaining_percent === null ? none : format.decimals(one.remaining_percent, 0, 2) + " %", spentOf),
      tile(word("slo.seconds_left"), one.remaining_seconds === null ? none : word("unit.seconds", { count: format.decimals(one.remaining_seconds, 0, 2) }), word("slo.seconds_of", { spent: one.spent_seconds === null ? none : format.decimals(one.spent_seconds, 0, 2), allowed: format.decimals(one.allowed_seconds, 0, 2) })),
      h("article.tile-small", {}, h("h2.label", {}, word("slo.exhausted_at")), h("div.value.value-end", {}, burning.ending(one)), h("div.line", {}, word("slo.exhausted_hint"))),
    ];
  }

  const LOOK = burning.LOOKS;

  function window_(tier, which) {
    const each = tier[which];
    const share = each.burn_rate === null ? 0 : Math.min(1, Number(each.burn_rate) / Number(tier.factor));
    const state = each.above === null ? "none" : each.above ? "above" : "below";
    const bar = h("div.rate-fill");
    bar.style.width = (share * 100).toFixed(1) + "%";
    return h(
      `div.rate.burn-${state}`,
      {},
      h("div.rate-words", {}, h("span.mark", { "aria-hidden": "true" }, LOOK[state][0]), h("span", {}, burning.length(each.seconds)), h("strong", {}, burning.rate(each.burn_rate)), h("small", {}, burning.badOfTotal(one, each))),
      h("div.rate-bar", { "aria-hidden": "true" }, bar)
    );
  }

  function tierRow(tier) {
    const state = burning.stateOf(tier);
    const [glyph, name] = LOOK[state];
    return h(
      `li.tier.burn-${state}`,
      {},
      h("div.tier-name", {}, h("strong", {}, burning.tierName(tier.tier)), words.severity(tier.severity)),
      h("div.tier-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), word(name)),
      h("div.tier-limit", {}, word("slo.fires_above", { threshold: burning.rate(tier.factor), percent: words.percent(tier.budget_share, 1) })),
      window_(tier, "long"),
      window_(tier, "short")
    );
  }

  function hours() {
    const found = burnDown.worstHours(one, MOST_HOURS, parts.range.span());
    if (!found.length) return h("p.nothing", {}, word("slo.no_bad_hours"));
    const allowed = Number(one.allowed_events);
    const rows = found.map((row) => {
      const percent = allowed > 0 ? ((100 * row.bad) / allowed).toFixed(2) + " %" : format.NONE;
      return h("tr", {}, h("th", { scope: "row" }, words.minute(row.from).slice(5)), h("td", {}, format.grouped(row.bad)), h("td", {}, format.grouped(row.total)), h("td", {}, percent));
    });
    const head = ["slo.hour", "slo.bad", "slo.total", "slo.share"].map((key) => h("th", { scope: "col" }, word(key)));
    return h("div.scroll", { tabindex: 0, role: "region", "aria-label": word("slo.worst_hours") }, h("table.figures", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
  }

  function paint() {
    if (!one) return;
    parts.range.paint();
    const name = one.name[page.language] || one.slo;
    const standing = burning.standing(one);
    parts.headline.className = `headline is-${standing}`;
    const days = one.period_seconds / 86400;
    parts.headline.replaceChildren(h("div.headline-words", {}, h("h2.headline-title", {}, name), h("div.headline-line", {}, h("span", {}, word("slo.promise", { target: one.target, days: days % 1 ? days.toFixed(1) : days })), slicing(), h("code.quiet", {}, one.slo), one.runbook && /^https?:/.test(one.runbook) && h("a", { href: one.runbook, rel: "noreferrer" }, word("incident.runbook")))));
    parts.tiles.replaceChildren(...tiles());
    parts.tiers.replaceChildren(h("ul.tiers", {}, one.tiers.map(tierRow)), h("p.quiet.tier-note", {}, one.counted_in ? word("slo.tier_note_slices") : word("slo.tier_note", { floor: one.floor_events })));
    parts.hours.replaceChildren(hours());
    document.title = name;
    if (window.Plotly) say(parts.note, burnDown.draw(parts.plot, one, parts.range.span()) ? "" : word("slo.no_picture"));
  }

  life.start(build);
})();
