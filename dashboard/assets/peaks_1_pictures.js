/* Pictures of peaks: today by the hour beside the record and the forecast; the days that were and those to come. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, words, page, plots } = desk;
  const { format } = window.LendingWall;
  const { size } = plots;
  const BAND = 0.2;

  function layout(plot, drawn, xaxis) {
    const { px, narrow } = size(plot);
    const most = Math.max(0, ...drawn.flatMap((trace) => trace.y.filter((count) => count !== null)));
    return plots.layout(px, {
      margin: { l: px * 5, r: px * 1.5, t: px * (narrow ? 0.75 : 2.2), b: px * (narrow ? 8 : 2.4) },
      legend: { orientation: "h", x: 0, y: narrow ? -0.2 : 1.16, font: { size: px } },
      hovermode: "x",
      xaxis: plots.axis(px, { showgrid: false, nticks: narrow ? 5 : 12, ...xaxis }),
      yaxis: plots.axis(px, { rangemode: "tozero", ...plots.countTicks(most) }),
    });
  }

  /** A band is two lines with the color between them; both ends are missing together. */
  function band(x, low, high, name) {
    const edge = { type: "scatter", mode: "lines", x, line: { width: 0 }, hoverinfo: "skip" };
    return [{ ...edge, y: low, showlegend: false }, { ...edge, y: high, fill: "tonexty", fillcolor: plots.tinted("line", BAND), name }];
  }

  function line(x, rows, column, name, look, px) {
    const y = rows.map((row) => row[column]);
    const text = y.map((count) => format.large(count, 4));
    return { type: "scatter", mode: "lines", x, y, text, name, hovertemplate: "%{text}<extra>%{fullData.name}</extra>", line: { width: px / 6, ...look }, connectgaps: false };
  }

  function today(plot, rows) {
    plots.draw(plot, () => todayOf(plot, rows));
  }

  function todayOf(plot, rows) {
    const { px } = size(plot);
    const x = rows.map((row) => format.time(words.ms(row.at), words.zone(), "clock").slice(0, 5));
    const drawn = [
      ...band(x, rows.map((row) => row.low), rows.map((row) => row.high), word("peaks.band")),
      line(x, rows, "point", word("peaks.forecast"), { color: page.surfaces.quiet, dash: "dot" }, px),
      line(x, rows, "record", word("peaks.record_day"), { color: page.surfaces.faint, dash: "dash" }, px),
      line(x, rows, "transactions", word("peaks.today"), { color: page.surfaces.line, width: px / 4 }, px),
    ];
    return { traces: drawn, layout: layout(plot, drawn, { type: "category" }) };
  }

  function ahead(plot, days, forecast) {
    plots.draw(plot, () => aheadOf(plot, days, forecast));
  }

  function aheadOf(plot, days, forecast) {
    const { px } = size(plot);
    const past = days.filter((day) => !day.provisional);
    const drawn = [line(past.map((day) => day.day), past, "transactions", word("peaks.transactions"), { color: page.surfaces.line }, px)];
    if (forecast) {
      const x = forecast.days.map((day) => day.day);
      drawn.push(...band(x, forecast.days.map((day) => day.low), forecast.days.map((day) => day.high), word("peaks.band")));
      drawn.push(line(x, forecast.days, "naive", word("peaks.naive"), { color: page.surfaces.faint, dash: "dot" }, px));
      drawn.push(line(x, forecast.days, "point", word("peaks.forecast"), { color: page.surfaces.quiet, width: px / 4 }, px));
    }
    return { traces: drawn, layout: layout(plot, drawn, { type: "date", tickformat: "%m-%d" }) };
  }

  desk.peakPictures = { today, ahead };
})();
