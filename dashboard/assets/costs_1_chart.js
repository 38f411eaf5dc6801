/* Pictures of costs: thirteen months against the target, and the bridge of two of them as steps. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, page, plots } = desk;
  const { size, axis } = plots;
  const { color } = window.LendingTheme;
  const PATTERNS = { cost: "", volume: "/", mix: "x" };

  function layout(px, more) {
    return plots.layout(px, { margin: { l: px * 4, r: px, t: px * 2, b: px * 3.4 }, showlegend: false, ...more });
  }

  /** A month that is not known is a hole; one that is not over is drawn open. */
  function trend(plot, months, target) {
    plots.draw(plot, () => trendOf(plot, months, target));
  }

  function trendOf(plot, months, target) {
    const { px, narrow } = size(plot);
    const x = months.map((each) => each.month);
    const y = months.map((each) => (each.cny_per_account_year === null ? null : Number(each.cny_per_account_year)));
    const symbols = months.map((each) => (each.closed ? "circle" : "circle-open"));
    const line = { type: "scatter", name: word("costs.headline"), mode: "lines+markers", x, y, connectgaps: false, hovertemplate: "%{x}: %{y:.4f}<extra></extra>", line: { color: page.surfaces.line, width: px / 6 }, marker: { size: px * 0.6, symbol: symbols } };
    const shapes = target === null ? [] : [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: Number(target), y1: Number(target), line: { color: color("degraded-text"), dash: "dash", width: px / 8 } }];
    const notes = target === null ? [] : [{ xref: "paper", x: 0, y: Number(target), text: word("costs.target", { target }), showarrow: false, xanchor: "left", yanchor: "bottom", font: { size: px, color: page.surfaces.quiet } }];
    const ticks = narrow ? x.filter((month, index) => (x.length - 1 - index) % 4 === 0) : x;
    const axes = { xaxis: axis(px, { type: "category", showgrid: false, tickvals: ticks }), yaxis: axis(px, { rangemode: "tozero", tickformat: ".2f" }), shapes, annotations: notes };
    return { traces: [line], layout: layout(px, axes) };
  }

  /** From one month's figure to another's; each effect stands on the one before. */
  function bridge(plot, found) {
    plots.draw(plot, () => bridgeOf(plot, found));
  }

  function bridgeOf(plot, found) {
    const { px } = size(plot);
    const before = Number(found.before);
    const after = Number(found.after);
    const effects = ["cost", "volume", "mix"].map((kind) => ({ kind, value: Number(found.bank[kind]) }));
    const names = { cost: word("costs.effect_cost"), volume: word("costs.effect_volume"), mix: word("costs.effect_mix") };
    let level = before;
    const steps = effects.map((each) => {
      const base = level;
      level += each.value;
      return { ...each, base };
    });
    const x = [found.from_month, ...steps.map((each) => names[each.kind]), found.to_month];
    const rise = color("degraded-text");
    const fall = color("fresh-text");
    const bar = {
      type: "bar",
      name: word("costs.bridge"),
      x,
      y: [before, ...steps.map((each) => each.value), after],
      base: [0, ...steps.map((each) => each.base), 0],
      text: [found.before, ...steps.map((each) => found.bank[each.kind]), found.after],
      textposition: "outside",
      cliponaxis: false,
      hovertemplate: "%{x}: %{text}<extra></extra>",
      marker: { color: [page.surfaces.line, ...steps.map((each) => (each.value > 0 ? rise : fall)), page.surfaces.line], pattern: { shape: ["", ...steps.map((each) => PATTERNS[each.kind]), ""] } },
    };
    const levels = [before, after, ...steps.map((each) => each.base + each.value)];
    const spread = Math.max(Math.max(...levels) - Math.min(...levels), before * 0.002, 1e-6);
    const range = [Math.max(0, Math.min(...levels) - spread * 1.5), Math.max(...levels) + spread * 0.8];
    const axes = { xaxis: axis(px, { type: "category", showgrid: false }), yaxis: axis(px, { range, tickformat: ".4f" }) };
    return { traces: [bar], layout: layout(px, { ...axes, margin: { l: px * 5, r: px, t: px * 2, b: px * 3.4 } }) };
  }

  desk.costCharts = { trend, bridge };
})();
