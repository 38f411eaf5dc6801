/* Plotly as every page uses it: one look, the colors of the theme that is on, drawn anew when theme or size change,
   counts in the large units of the language, and both exports. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, page, chart } = desk;
  const { format } = window.LendingWall;
  const theme = window.LendingTheme;
  const CONFIG = { displayModeBar: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: false, showTips: false, responsive: false, locale: page.tag };
  const NARROW_REM = 40;
  const SCALE = 2;
  const drawings = new Map();

  /** {px, narrow}: of the text in a plot of this width. */
  function size(plot) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrow = plot.clientWidth < NARROW_REM * rem;
    return { px: rem * (narrow ? 0.75 : 1), narrow };
  }

  function axis(px, more) {
    return { fixedrange: true, zeroline: false, ticks: "", tickfont: { size: px, color: page.surfaces.quiet }, gridcolor: page.surfaces.edge, ...more };
  }

  function layout(px, more) {
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      dragmode: false,
      hoverlabel: { bgcolor: page.surfaces.panel, font: { color: page.surfaces.text, size: px } },
      font: { family: getComputedStyle(document.body).fontFamily, color: page.surfaces.quiet, size: px },
      ...more,
    };
  }

  /** Ticks of an axis of counts from 0 to `most`, in 亿/万 or B/M: {tickvals, ticktext}. */
  function countTicks(most, wanted = 5) {
    const step = roundStep(Math.max(1, most) / wanted);
    const tickvals = [];
    for (let at = 0; at <= most + step / 2; at += step) tickvals.push(at);
    return { tickvals, ticktext: tickvals.map((value) => (value ? trimmed(format.largeParts(value, 3)) : "0")) };
  }

  function roundStep(rough) {
    const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  }

  function trimmed([figure, unit]) {
    const short = figure.includes(".") ? figure.replace(/\.?0+$/, "") : figure;
    return unit ? `${short} ${unit}` : short;
  }

  /** A color of the theme, so dense: tinted("line", 0.2). */
  function tinted(name, share) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(theme.color(name).slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${share})`;
  }

  /** Draws now and whenever it must be drawn anew; `build()` gives {traces, layout} from what is known by then. */
  function draw(plot, build) {
    if (!window.Plotly) return;
    drawings.set(plot, build);
    again(plot);
  }

  function again(plot) {
    const { traces, layout: wanted } = drawings.get(plot)();
    window.Plotly.react(plot, traces, { width: plot.clientWidth, height: plot.clientHeight, ...wanted }, CONFIG);
  }

  function allAgain() {
    for (const plot of [...drawings.keys()]) plot.isConnected ? again(plot) : drawings.delete(plot);
  }

  /** What stands in a plot as rows of a CSV, one per point: series, x, value. */
  function rowsOf(plot, heads = ["series", "at", "value"]) {
    const shown = (plot.data || []).filter((trace) => trace.name && trace.x);
    return [heads, ...shown.flatMap((trace) => [...trace.x].map((x, at) => [trace.name, x, trace.y[at]]))];
  }

  async function picture(plot, title) {
    if (!plot.data || !plot.clientWidth) return null;
    const px = size(plot).px;
    const wanted = { ...plot.layout, paper_bgcolor: theme.color("panel"), title: { text: title, font: { size: px * 1.2, color: page.surfaces.text }, x: 0.01, xanchor: "left", y: 0.98, yanchor: "top" }, margin: { ...plot.layout.margin, t: (plot.layout.margin.t || 0) + px * 2.4 } };
    const [width, height] = [plot.clientWidth, plot.clientHeight + Math.ceil(px * 2.4)];
    const address = await window.Plotly.toImage({ data: plot.data, layout: wanted, config: CONFIG }, { format: "svg", width, height });
    return rastered(address, width, height);
  }

  /** An SVG as PNG. Plotly itself would go through a blob address, which our policy does not let it load. */
  async function rastered(address, width, height) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  /** A heading with both exports of its plot; `rows()` gives the CSV when points are not what is to be copied. */
  function head(name, title, plot, rows) {
    return h("div.panel-head", {}, h("h2.label", {}, title), chart.acts(name, rows || (() => rowsOf(plot)), () => picture(plot, title)));
  }

  theme.onChange(allAgain);
  window.addEventListener("resize", () => requestAnimationFrame(allAgain));

  desk.plots = { draw, size, axis, layout, countTicks, tinted, head, rowsOf };
})();
