/* The 24 h curve, drawn with Plotly once a minute at the resolution of its data. */
(function () {
  "use strict";

  const { page, word, format, dom } = window.LendingWall;
  const { byId, say, attribute } = dom;
  const DAY_MINUTES = 1440;
  const CONFIG = { displayModeBar: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: false, showTips: false };
  let drawn = null;
  let proven = null;

  /** A step of 1, 2 or 5 times a power of ten that cuts [0, highest] into three to five pieces. */
  function niceStep(highest) {
    const rough = Math.max(1, highest) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    return Math.max(1, [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough));
  }

  function highestOf(...lines) {
    return lines.flat().reduce((highest, value) => (value !== null && value > highest ? value : highest), 0);
  }

  function line(name, values, stepMinutes, style) {
    const minutes = values.map((_, index) => index * stepMinutes);
    return {
      type: "scatter",
      mode: "lines",
      name: word(name),
      x: minutes,
      y: values,
      text: minutes.map(clock),
      connectgaps: false,
      hovertemplate: "%{text} %{y:,d}<extra>%{fullData.name}</extra>",
      line: style,
    };
  }

  function clock(minute) {
    return String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0");
  }

  function ticks(highest) {
    const step = niceStep(highest);
    const count = Math.ceil(highest / step) || 1;
    const values = Array.from({ length: count + 1 }, (_, index) => index * step);
    return { values: values, texts: values.map((value) => (value === 0 ? "" : format.large(value, 2))), top: count * step };
  }

  function hours(narrow) {
    const step = narrow ? 360 : 240;
    return Array.from({ length: DAY_MINUTES / step + 1 }, (_, index) => index * step);
  }

  function axis(px) {
    return {
      fixedrange: true,
      zeroline: false,
      gridcolor: page.surfaces.edge,
      tickfont: { size: px * 1.15, color: page.surfaces.quiet },
      ticks: "",
      automargin: false,
    };
  }

  /** A band under the leading minutes of today that were simulated, with its word. */
  function simulatedBand(untilMinutes, px) {
    if (!untilMinutes) return { shapes: [], annotations: [] };
    const box = { type: "rect", xref: "x", yref: "paper", x0: 0, x1: untilMinutes, y0: 0, y1: 1, layer: "below" };
    const label = { xref: "x", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "top", showarrow: false };
    return {
      shapes: [{ ...box, fillcolor: page.surfaces.quiet, opacity: 0.09, line: { width: 0 } }],
      annotations: [{ ...label, text: word("curve.simulated"), font: { size: px * 1.0, color: page.surfaces.quiet } }],
    };
  }

  function bands(curve, px) {
    return simulatedBand(((curve.simulated_until || 0) * curve.step_seconds) / 60, px);
  }

  /** What is proven with one data center lost, as a line with its words, when it is not far above the traffic. */
  function capacityLine(highest, px) {
    if (proven === null || highest <= 0 || proven > highest * 3) return { shapes: [], annotations: [] };
    const line = { color: page.surfaces.text, width: px / 8, dash: "dash" };
    const text = word("curve.capacity_n_1", { capacity: format.grouped(proven) });
    const label = { xref: "paper", x: 1, xanchor: "right", y: proven, yanchor: "bottom", showarrow: false };
    return {
      shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: proven, y1: proven, line }],
      annotations: [{ ...label, text, font: { size: px, color: page.surfaces.text } }],
    };
  }

  function layout(curve, highest, px, narrow) {
    const capacity = capacityLine(highest, px);
    const scale = ticks(capacity.shapes.length ? Math.max(highest, proven) : highest);
    const marks = hours(narrow);
    const below = bands(curve, px);
    const flags = window.LendingWall.marks.bands(curve, px);
    return {
      margin: window.LendingWall.marks.margins(px),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      dragmode: false,
      hovermode: "x",
      hoverlabel: { bgcolor: page.surfaces.panel, font: { color: page.surfaces.text, size: px } },
      font: { family: getComputedStyle(document.body).fontFamily },
      xaxis: { ...axis(px), range: [0, DAY_MINUTES], tickvals: marks, ticktext: marks.map(clock) },
      yaxis: { ...axis(px), range: [0, scale.top * 1.04], tickvals: scale.values, ticktext: scale.texts },
      shapes: [...below.shapes, ...flags, ...capacity.shapes],
      annotations: [...below.annotations, ...capacity.annotations],
    };
  }

  /** The last observed minute of today, as a point on the line. */
  function head(curve, stepMinutes, px) {
    const index = curve.today.reduce((last, value, at) => (value === null ? last : at), -1);
    const style = { color: page.surfaces.line, size: px * 0.6, line: { color: page.surfaces.text, width: px / 8 } };
    const point = index < 0 ? { x: [], y: [] } : { x: [index * stepMinutes], y: [curve.today[index]] };
    return { type: "scatter", mode: "markers", ...point, marker: style, hoverinfo: "skip" };
  }

  function summary(curve) {
    const seen = curve.today.filter((value) => value !== null);
    const now = seen.length ? seen[seen.length - 1] : null;
    const peak = seen.length ? highestOf(seen) : null;
    return word("curve.summary", { now: format.grouped(now), peak: format.grouped(peak) });
  }

  /** Draws a curve of docs/snapshot.md; lines are broken where nothing was observed. */
  function draw(curve) {
    if (!curve) return;
    drawn = curve;
    if (!window.Plotly) return;
    const plot = byId("curve-plot");
    window.LendingWall.marks.legend(curve);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrow = plot.clientWidth < 26 * rem;
    const px = narrow ? rem * 0.7 : rem;
    const minutes = curve.step_seconds / 60;
    const quiet = { color: page.surfaces.faint, width: px / 9 };
    const lines = [
      line("curve.last_week", curve.last_week, minutes, { ...quiet, dash: "dot" }),
      line("curve.yesterday", curve.yesterday, minutes, quiet),
      line("curve.today", curve.today, minutes, { color: page.surfaces.line, width: px / 5.5 }),
      head(curve, minutes, px),
    ];
    const highest = highestOf(curve.today, curve.yesterday, curve.last_week);
    const still = new URLSearchParams(window.location.search).get("kiosk") === "1";
    const config = { ...CONFIG, locale: page.tag, staticPlot: still };
    const size = { width: plot.clientWidth, height: plot.clientHeight };
    window.Plotly.react(plot, lines, { ...layout(curve, highest, px, narrow), ...size }, config);
    attribute(plot, "aria-label", summary(curve));
    window.LendingWall.marks.paint(curve, plot.clientWidth, px);
  }

  /** The capacity that is proven with one data center lost, in transactions per second; null when it is not known. */
  function setCapacity(perSecond) {
    const known = perSecond === undefined ? null : perSecond;
    if (known === proven) return;
    proven = known;
    redraw();
  }

  /** Whether there is any minute to show. */
  function hasLine() {
    return drawn !== null && Boolean(window.Plotly) && highestOf(drawn.today, drawn.yesterday, drawn.last_week) > 0;
  }

  function redraw() {
    if (drawn) draw(drawn);
  }

  /** Says how old the curve is once it missed its minute twice; a curve is never silently old. */
  function paintAge(ageMs, limitMs) {
    const late = drawn !== null && ageMs > limitMs;
    byId("curve").classList.toggle("is-late", late);
    say(byId("curve-note"), late ? word("curve.stale", { age: format.age(ageMs) }) : hasLine() ? "" : word("curve.missing"));
  }

  window.LendingWall.curve = { draw, setCapacity, redraw, paintAge, hasLine, niceStep };
})();
