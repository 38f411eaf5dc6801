/* Pictures of peaks: today by the hour beside the record and the forecast; the days that were and those to come. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, words, page } = desk;
  const { format } = window.LendingWall;
  const CONFIG = { displayModeBar: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: false, showTips: false };
  const BAND = "rgba(108,196,245,0.20)";

  function size(plot) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrow = plot.clientWidth < 40 * rem;
    return { px: rem * (narrow ? 0.75 : 1), narrow };
  }

  function layout(plot, more) {
    const { px, narrow } = size(plot);
    const axis = { fixedrange: true, zeroline: false, ticks: "", tickfont: { size: px, color: page.surfaces.quiet }, gridcolor: page.surfaces.edge };
    return {
      margin: { l: px * 4, r: px * 1.5, t: px * (narrow ? 0.75 : 2.2), b: px * (narrow ? 8 : 2.4) },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      legend: { orientation: "h", x: 0, y: narrow ? -0.2 : 1.16, font: { size: px } },
      dragmode: false,
      hovermode: "x",
      hoverlabel: { bgcolor: page.surfaces.panel, font: { color: page.surfaces.text, size: px } },
      font: { family: getComputedStyle(document.body).fontFamily, color: page.surfaces.quiet },
      xaxis: { ...axis, showgrid: false, nticks: narrow ? 5 : 12, ...more.xaxis },
      yaxis: { ...axis, rangemode: "tozero", nticks: 6 },
    };
  }

  /** A band is two lines with the color between them; both ends are missing together. */
  function band(x, low, high, name) {
    const edge = { type: "scatter", mode: "lines", x, line: { width: 0 }, hoverinfo: "skip" };
    return [{ ...edge, y: low, showlegend: false }, { ...edge, y: high, fill: "tonexty", fillcolor: BAND, name }];
  }

  function line(x, rows, column, name, look, px) {
    const y = rows.map((row) => row[column]);
    const text = y.map((count) => format.large(count, 4));
    return { type: "scatter", mode: "lines", x, y, text, name, hovertemplate: "%{text}<extra>%{fullData.name}</extra>", line: { width: px / 6, ...look }, connectgaps: false };
  }

  function today(plot, rows) {
    if (!window.Plotly) return;
    const { px } = size(plot);
    const x = rows.map((row) => format.time(words.ms(row.at), page.time_zone, "clock").slice(0, 5));
    const drawn = [
      ...band(x, rows.map((row) => row.low), rows.map((row) => row.high), word("peaks.band")),
      line(x, rows, "point", word("peaks.forecast"), { color: page.surfaces.quiet, dash: "dot" }, px),
      line(x, rows, "record", word("peaks.record_day"), { color: page.surfaces.faint, dash: "dash" }, px),
      line(x, rows, "transactions", word("peaks.today"), { color: page.surfaces.line, width: px / 4 }, px),
    ];
    window.Plotly.react(plot, drawn, layout(plot, { xaxis: { type: "category" } }), { ...CONFIG, locale: page.tag });
  }

  function ahead(plot, days, forecast) {
    if (!window.Plotly) return;
    const { px } = size(plot);
    const past = days.filter((day) => !day.provisional);
    const drawn = [line(past.map((day) => day.day), past, "transactions", word("peaks.transactions"), { color: page.surfaces.line }, px)];
    if (forecast) {
      const x = forecast.days.map((day) => day.day);
      drawn.push(...band(x, forecast.days.map((day) => day.low), forecast.days.map((day) => day.high), word("peaks.band")));
      drawn.push(line(x, forecast.days, "naive", word("peaks.naive"), { color: page.surfaces.faint, dash: "dot" }, px));
      drawn.push(line(x, forecast.days, "point", word("peaks.forecast"), { color: page.surfaces.quiet, width: px / 4 }, px));
    }
    window.Plotly.react(plot, drawn, layout(plot, { xaxis: { type: "date", tickformat: "%m-%d" } }), { ...CONFIG, locale: page.tag });
  }

  desk.peakPictures = { today, ahead };
})();
