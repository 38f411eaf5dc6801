/* How a budget and its burn rates look: a bar with its words, a cell per tier with shape, rate and threshold. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page, life } = desk;
  const { format } = window.LendingWall;
  const LOOKS = {
    firing: ["▲", "burn.firing"],
    above: ["▲", "burn.above"],
    below: ["●", "burn.below"],
    none: ["○", "burn.none"],
  };
  const TIERS = { cliff: "tier.cliff", fast: "tier.fast", medium: "tier.medium", slow: "tier.slow", leak: "tier.leak" };

  function tierName(name) {
    return TIERS[name] ? word(TIERS[name]) : name;
  }

  /** What a tier says now: it fires, a window is above its threshold, all are below, or nothing happened in them. */
  function stateOf(tier) {
    if (tier.state === "firing") return "firing";
    if (tier.long.above === null && tier.short.above === null) return "none";
    return tier.long.above || tier.short.above ? "above" : "below";
  }

  /** 1 min, 6 h, 3 d: the length of a window. */
  function length(seconds) {
    if (seconds % 86400 === 0) return word("window.days", { count: seconds / 86400 });
    if (seconds % 3600 === 0) return word("window.hours", { count: seconds / 3600 });
    if (seconds % 60 === 0) return word("window.minutes", { count: seconds / 60 });
    return word("window.seconds", { count: seconds });
  }

  function rate(text) {
    if (text === null) return format.NONE;
    const [whole] = text.split(".");
    return format.decimals(text, whole.length > 2 ? 0 : 1, whole.length > 2 ? 0 : whole.length > 1 ? 1 : 2).replace(/\.$/, "");
  }

  /** Events, or slices of time: what an objective counts. */
  function badOfTotal(one, counts) {
    const values = { bad: format.grouped(counts.bad), total: format.grouped(counts.total) };
    return one.counted_in === "slices" ? word("slo.bad_of_slices", values) : word("slo.bad_of_total", values);
  }

  /** One tier in a list: shape, name, the higher of what counts, threshold. */
  function cell(tier) {
    const state = stateOf(tier);
    const [glyph, name] = LOOKS[state];
    const title = `${tierName(tier.tier)}: ${word(name)}. ${word("slo.window_line", { window: length(tier.long.seconds), rate: rate(tier.long.burn_rate) })}, ${word("slo.window_line", { window: length(tier.short.seconds), rate: rate(tier.short.burn_rate) })}, ${word("slo.threshold_line", { threshold: rate(tier.factor) })}`;
    return h(
      `span.burn.burn-${state}`,
      { title, role: "img", "aria-label": title },
      h("span.burn-head", {}, h("span.mark", {}, glyph), h("span.burn-tier", {}, tierName(tier.tier))),
      h("span.burn-rate", {}, rate(tier.long.burn_rate)),
      h("span.burn-limit", {}, "/ " + rate(tier.factor))
    );
  }

  function legend() {
    return h("div.legend-burn", {}, Object.entries(LOOKS).map(([state, [glyph, name]]) => h(`span.legend-one.burn-${state}`, {}, h("span.mark", { "aria-hidden": "true" }, glyph), word(name))));
  }

  /** burning | spent | fine | none: what the row of an objective looks like. */
  function standing(one) {
    if (one.tiers.some((tier) => tier.state === "firing")) return "burning";
    if (!one.total) return "none";
    return Number(one.remaining_percent) <= 0 ? "spent" : "fine";
  }

  function widthOf(percent) {
    return Math.max(0, Math.min(100, Number(percent || 0)));
  }

  function leftOf(one) {
    if (one.counted_in === "slices") return word("slo.left_slices", { left: format.decimals(one.remaining_events, 0, 2), allowed: format.decimals(one.allowed_events, 0, 2) });
    return word("slo.left_events", { left: format.decimals(one.remaining_events, 0, 0), allowed: format.decimals(one.allowed_events, 0, 0) });
  }

  /** Budget left: bar, per cent, events and seconds of full outage. */
  function budget(one) {
    if (!one.total) return [h("span.quiet", {}, word("state.no_traffic"))];
    const left = one.remaining_percent;
    const spent = Number(left) <= 0;
    const fill = h("div.budget-left");
    fill.style.width = widthOf(left) + "%";
    return [
      h("div.budget-line", {}, h("strong", {}, spent ? word("slo.overspent", { percent: format.decimals(left.replace("-", ""), 0, 1) }) : word("slo.left", { percent: format.decimals(left, 0, 1) })), h("span.quiet", {}, word("slo.left_seconds", { left: format.decimals(one.remaining_seconds, 0, 2), allowed: format.decimals(one.allowed_seconds, 0, 2) }))),
      h(spent ? "div.budget-bar.is-spent" : "div.budget-bar", { "aria-hidden": "true" }, fill),
      h("small.quiet", {}, leftOf(one)),
    ];
  }

  /** When the budget ends at the present rate. */
  function ending(one) {
    if (!one.total) return [];
    if (Number(one.remaining_percent) <= 0) return [h("strong.exhausted", {}, h("span.mark", { "aria-hidden": "true" }, "✖\ufe0e"), word("slo.exhausted"))];
    if (!one.exhausted_at) return [h("span.quiet", {}, word("slo.not_burning"))];
    const at = words.ms(one.exhausted_at);
    return [h("strong.ends", {}, word("slo.ends_in"), " ", h("time", { "data-until": at }, words.span(at - life.nowMs()))), h("small", {}, words.exactly(at).slice(0, 16))];
  }

  desk.burning = { stateOf, cell, legend, standing, badOfTotal, budget, ending, length, rate, tierName, LOOKS };
})();
