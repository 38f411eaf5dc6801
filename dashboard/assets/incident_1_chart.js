/* The picture of an incident: a lane per product and data center with its bad events, and lines for what happened. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, words, page, plots } = desk;
  const { format } = window.LendingWall;
  const { color } = window.LendingTheme;
  const MARKS = [
    ["first_bad", "moment.first_bad", "bad-text", "solid"],
    ["detected", "moment.detected", "degraded-text", "solid"],
    ["notified", "moment.notified", "text", "dot"],
    ["acknowledged", "moment.acknowledged", "line", "solid"],
    ["mitigated", "moment.mitigated", "mitigated-text", "dash"],
    ["restored", "moment.restored", "good-text", "solid"],
  ];
  const DAY_MS = 86_400_000;

  /** A clock reading as the plot wants it: local to the estate's zone, without one of its own. */
  function local(ms) {
    const day = format.time(ms, words.zone(), "date").slice(0, 10);
    return `${day} ${format.time(ms, words.zone(), "clock")}.${String(ms % 1000).padStart(3, "0")}`;
  }

  function laneName(lane) {
    return [lane.product && words.named(lane.product), lane.data_center && words.named(lane.data_center)].filter(Boolean).join(" · ");
  }

  /** Marks of an incident that have a time, oldest first. */
  function marksOf(incident) {
    const times = { ...incident, first_bad: incident.impact_start };
    return MARKS.map(([name, key, tone, dash]) => ({ name, text: word(key), color: color(tone), dash, at: words.ms(times[name]) }))
      .filter((mark) => mark.at !== null)
      .sort((one, other) => one.at - other.at);
  }

  /** Each lane's bad events as bars whose height is the share that failed; grey where nobody looked. */
  function trace(lane, row, answer, beginMs, stepMs) {
    const x = [];
    const heights = [];
    const texts = [];
    lane.bad.forEach((bad, index) => {
      if (!bad) return;
      const total = lane.total[index] || bad;
      x.push(local(beginMs + index * stepMs + stepMs / 2));
      heights.push(0.16 + 0.66 * Math.min(1, bad / total));
      texts.push(word("incident.bar", { bad: format.grouped(bad), total: format.grouped(total) }));
    });
    return {
      type: "bar",
      x,
      y: heights,
      base: heights.map((height) => row - height / 2),
      width: heights.map(() => stepMs * 0.94),
      text: texts,
      textposition: "none",
      hovertemplate: `%{x|%H:%M:%S} ${laneName(lane)}<br>%{text}<extra></extra>`,
      marker: { color: color("down"), line: { width: 0 } },
    };
  }

  /** Stretches of a lane without any reading. */
  function unseen(lane, row, beginMs, stepMs) {
    const shapes = [];
    let from = null;
    [...lane.bad, 0].forEach((bad, index) => {
      if (bad === null && from === null) from = index;
      if (bad !== null && from !== null) {
        shapes.push({ type: "rect", x0: local(beginMs + from * stepMs), x1: local(beginMs + index * stepMs), y0: row - 0.42, y1: row + 0.42, fillcolor: color("unknown"), opacity: 0.28, line: { width: 0 }, layer: "below" });
        from = null;
      }
    });
    return shapes;
  }

  function band(row, endMs, beginMs) {
    return { type: "rect", x0: local(beginMs), x1: local(endMs), y0: row - 0.42, y1: row + 0.42, fillcolor: page.surfaces.edge, opacity: 0.45, line: { width: 0 }, layer: "below" };
  }

  function lineOf(mark) {
    return { type: "line", xref: "x", yref: "paper", x0: local(mark.at), x1: local(mark.at), y0: 0, y1: 1, line: { color: mark.color, width: 2, dash: mark.dash } };
  }

  /** Names of the marks above the plot, in as many lines as they need not to cover each other. */
  function labels(marks, beginMs, endMs, px, width) {
    const rows = [];
    return marks.map((mark) => {
      const at = ((mark.at - beginMs) / (endMs - beginMs)) * width;
      const length = (mark.text.length * (page.language === "zh" ? 1.15 : 0.62) + 1) * px;
      const left = at + length > width;
      const span = left ? [at - length, at] : [at, at + length];
      let row = rows.findIndex((taken) => taken.every(([from, to]) => span[1] < from || span[0] > to));
      if (row < 0) row = rows.push([]) - 1;
      rows[row].push(span);
      return { row, x: local(mark.at), y: 1, yref: "paper", yshift: px * 0.4 + row * px * 1.5, xanchor: left ? "right" : "left", yanchor: "bottom", text: mark.text, showarrow: false, font: { size: px, color: mark.color } };
    });
  }

  /** Draws into `plot`; `answer` is what /lanes said. Returns whether there was anything to draw. */
  function draw(plot, incident, answer) {
    plots.draw(plot, () => drawn(plot, incident, answer));
    return answer.lanes.length > 0;
  }

  /** What the lanes count, one row per step and lane. */
  function rowsOf(answer) {
    const beginMs = words.ms(answer.from);
    const at = (index) => new Date(beginMs + index * answer.step_seconds * 1000).toISOString();
    return [["from", "product", "data_center", "bad", "total"], ...answer.lanes.flatMap((lane) => lane.bad.map((bad, index) => [at(index), lane.product, lane.data_center, bad, lane.total[index]]))];
  }

  function drawn(plot, incident, answer) {
    const stepMs = answer.step_seconds * 1000;
    const beginMs = words.ms(answer.from);
    const endMs = Math.max(words.ms(answer.to), beginMs + stepMs);
    const lanes = answer.lanes;
    const { px, narrow } = plots.size(plot);
    const rem = narrow ? px / 0.75 : px;
    const longest = lanes.reduce((most, lane) => Math.max(most, laneName(lane).length), 6);
    const left = narrow ? px * 1.2 : Math.min(plot.clientWidth * 0.3, longest * px * (page.language === "zh" ? 1.0 : 0.62) + px * 2);
    const marks = marksOf(incident).filter((mark) => mark.at >= beginMs && mark.at <= endMs);
    const said = labels(marks, beginMs, endMs, px, plot.clientWidth - left - px * 1.5);
    const lines = said.reduce((most, label) => Math.max(most, label.row + 1), 1);
    const rows = lanes.map((lane, index) => lanes.length - 1 - index);
    const height = Math.max(1, lanes.length) * rem * (narrow ? 3.2 : 2.2) + lines * px * 1.5 + px * 4;
    const names = narrow ? lanes.map((lane, index) => ({ xref: "paper", x: 0, xanchor: "left", y: rows[index] + 0.36, yanchor: "top", text: laneName(lane), showarrow: false, font: { size: px, color: page.surfaces.text } })) : [];
    plot.style.height = `${Math.ceil(height)}px`;
    const axis = plots.axis(px, {});
    const layout = plots.layout(px, {
      height: Math.ceil(height),
      width: plot.clientWidth,
      margin: { l: left, r: px * 1.5, t: lines * px * 1.5 + px, b: px * 2.6 },
      showlegend: false,
      barmode: "overlay",
      xaxis: { ...axis, type: "date", range: [local(beginMs), local(endMs)], tickformat: endMs - beginMs > DAY_MS ? "%m-%d %H:%M" : "%H:%M:%S", nticks: narrow ? 4 : 9 },
      yaxis: { ...axis, range: [-0.5, Math.max(1, lanes.length) - 0.5], tickvals: narrow ? [] : rows, ticktext: lanes.map(laneName), showgrid: false },
      shapes: [...lanes.flatMap((lane, index) => [band(rows[index], endMs, beginMs), ...unseen(lane, rows[index], beginMs, stepMs)]), ...marks.map(lineOf)],
      annotations: [...said.map(({ row, ...label }) => label), ...names],
    });
    const traces = lanes.map((lane, index) => trace(lane, rows[index], answer, beginMs, stepMs));
    plot.setAttribute("aria-label", word("incident.picture", { lanes: lanes.length, marks: marks.map((mark) => `${mark.text} ${words.exactly(mark.at).slice(11)}`).join(", ") }));
    return { traces: traces.length ? traces : [{ type: "scatter", x: [], y: [] }], layout };
  }

  desk.picture = { draw, marksOf, rowsOf };
})();
