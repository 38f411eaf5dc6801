/* The burn-down of a budget: what was left after each hour, beside the even pace. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, words, page, plots } = desk;
  const { format } = window.LendingWall;
  const { color } = window.LendingTheme;

  function local(ms) {
    return `${format.time(ms, words.zone(), "date").slice(0, 10)} ${format.time(ms, words.zone(), "clock")}`;
  }

  /** Per cent of the budget left at the end of each step; lines are for the eye, exact counts stand in the hover. */
  function points(one) {
    const allowed = Number(one.allowed_events);
    const beginMs = words.ms(one.from);
    const stepMs = one.burn_down.step_seconds * 1000;
    const found = [{ at: beginMs, left: 100, bad: 0, total: 0 }];
    for (const row of one.burn_down.rows) {
      const at = Math.min(words.ms(row.from) + stepMs, words.ms(one.to));
      found.push({ at, left: allowed > 0 ? 100 * (1 - row.spent_events / allowed) : null, bad: row.bad, total: row.total });
    }
    return found;
  }

  /** Draws the budget of one objective as far as it lies in a stretch; returns whether there was anything to draw. */
  function draw(plot, one, stretch) {
    const shown = points(one).filter((point) => point.left !== null);
    plots.draw(plot, () => drawn(plot, one, shown, stretch));
    plot.setAttribute("aria-label", word("slo.picture", { left: format.decimals(one.remaining_percent, 0, 1) }));
    return shown.length > 1;
  }

  function drawn(plot, one, shown, stretch) {
    const { px, narrow } = plots.size(plot);
    const lowest = shown.reduce((least, point) => Math.min(least, point.left), 0);
    const from = words.ms(one.from);
    const to = words.ms(one.to);
    const spent = lowest < 0;
    const text = shown.map((point) => word("slo.hover", { bad: format.grouped(point.bad), total: format.grouped(point.total), left: point.left.toFixed(2) }));
    const left = { type: "scatter", name: word("slo.budget_left"), mode: "lines", x: shown.map((point) => local(point.at)), y: shown.map((point) => point.left), text, hovertemplate: "%{x|%m-%d %H:%M}<br>%{text}<extra></extra>", line: { color: page.surfaces.line, width: px / 5, shape: "hv" }, fill: "tozeroy", fillcolor: plots.tinted("line", 0.13) };
    const pace = { type: "scatter", mode: "lines", x: [local(from), local(to)], y: [100, 0], hoverinfo: "skip", line: { color: page.surfaces.faint, width: px / 8, dash: "dot" } };
    const axis = plots.axis(px * 1.05, {});
    const layout = plots.layout(px, {
      margin: { l: px * 4, r: px * 1.5, t: px * 1.2, b: px * 2.6 },
      showlegend: false,
      hovermode: "x",
      xaxis: { ...axis, type: "date", range: [local(Math.max(from, stretch.fromMs)), local(Math.min(to, stretch.toMs))], tickformat: "%m-%d", nticks: narrow ? 5 : 11, showgrid: false },
      yaxis: { ...axis, range: [spent ? lowest * 1.08 : 0, 104], ticksuffix: " %", nticks: 6 },
      shapes: spent ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0, y1: 0, line: { color: color("bad-text"), width: 2 } }] : [],
      annotations: spent ? [{ xref: "paper", x: 0.01, y: 0, xanchor: "left", yanchor: "bottom", text: "✖ " + word("slo.zero"), showarrow: false, font: { size: px, color: color("bad-text") } }] : [],
    });
    return { traces: [pace, left], layout };
  }

  /** Hours of a stretch that took the most of the budget, worst first. */
  function worstHours(one, most, { fromMs, toMs }) {
    const lies = (row) => words.ms(row.from) + one.burn_down.step_seconds * 1000 > fromMs && words.ms(row.from) < toMs;
    return [...one.burn_down.rows].filter((row) => row.bad > 0 && lies(row)).sort((a, b) => b.bad - a.bad).slice(0, most);
  }

  desk.burnDown = { draw, worstHours };
})();
