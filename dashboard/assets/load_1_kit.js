/* What the screens of load runs share: verdicts as color, shape and word; figures of a run; both pictures. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page, plots } = desk;
  const { format } = window.LendingWall;
  const { color } = window.LendingTheme;
  const { size } = plots;
  const MOST_POINTS = 900;
  const TICKS_MS = [0.01, 0.1, 1, 10, 100, 1000, 10000].flatMap((power) => [power, 2 * power, 5 * power]);
  const REASONS = {
    worker_lost: "runs.why_worker_lost",
    not_sent: "runs.why_not_sent",
    arrivals_dropped: "runs.why_arrivals_dropped",
    unfinished: "runs.why_unfinished",
    schedule_lag: "runs.why_schedule_lag",
    unhandled_error: "runs.why_unhandled_error",
    hidden_retries: "runs.why_hidden_retries",
    count_differs: "runs.why_count_differs",
  };
  const FINDINGS = { noise: "finding.noise", small: "finding.small", different: "finding.different", unknown: "finding.unknown" };
  const SIGNS = { noise: "≈", small: "△", different: "◆", unknown: "?" };

  /** The verdict as one chip. */
  function verdict(name) {
    const look = page.load_verdicts[name] || { glyph: "?", word: name };
    return h(`span.load-verdict.load-${name}`, {}, h("span.mark", { "aria-hidden": "true" }, look.glyph), h("span.word", {}, look.word));
  }

  /** What a test says of a difference, as one chip. */
  function finding(name, chance) {
    const sign = h("span.mark", { "aria-hidden": "true" }, SIGNS[name] || "?");
    return h(`span.finding.finding-${name}`, { title: chance === null ? "" : `p ${chance}` }, sign, h("span.word", {}, FINDINGS[name] ? word(FINDINGS[name]) : name));
  }

  function reason(code) {
    return REASONS[code] ? word(REASONS[code]) : code;
  }

  function profile(run) {
    return run.rate_per_second === null ? run.profile : word("runs.profile", { profile: run.profile, rate: run.rate_per_second });
  }

  function bounds(run) {
    if (run.lower_bound === null) return format.NONE;
    return word("runs.bounds", { low: format.decimals(run.lower_bound, 3, 6), high: format.decimals(run.upper_bound, 0, 6), confidence: run.confidence });
  }

  function place(row) {
    return row.product === null ? word("runs.all") : [words.named(row.product), row.step].filter(Boolean).join(" · ");
  }

  /** Microseconds as milliseconds, truncated: 12345 -> "12.3". */
  function ms(microseconds) {
    if (microseconds === null || microseconds === undefined) return format.NONE;
    return `${format.grouped(Math.floor(microseconds / 1000))}.${Math.floor(microseconds / 100) % 10}`;
  }

  function address(path, query) {
    return `${path}?${new URLSearchParams({ ...query, lang: page.language })}`;
  }

  function axis(px, title) {
    return plots.axis(px, { title: { text: title, font: { size: px } } });
  }

  function layout(px, more) {
    return plots.layout(px, { margin: { l: px * 4.5, r: px * 3.5, t: px * 0.75, b: px * 3.4 }, legend: { orientation: "h", x: 0, y: 1.12, font: { size: px } }, ...more });
  }

  /** How many nines of the requests were answered within a latency: ([bound, count]...) -> {x: nines, y: ms}. */
  function nines(buckets) {
    const total = buckets.reduce((sum, [, count]) => sum + count, 0);
    const found = { x: [], y: [], text: [] };
    let below = 0;
    for (const [bound, count] of buckets) {
      below += count;
      const above = Math.max(total - below, 0.5);
      found.x.push(Math.log10(total / above));
      found.y.push(Math.max(bound, 1) / 1000);
      found.text.push(format.decimals(String((100 * below) / total), 2, 4));
    }
    return found;
  }

  /** Distributions over each other: `lines` are {name, buckets, color, dash}. */
  function distribution(plot, lines) {
    plots.draw(plot, () => distributed(plot, lines));
  }

  function distributed(plot, lines) {
    const { px, narrow } = size(plot);
    const drawn = lines.filter((line) => line.buckets.length).map((line) => ({
      type: "scatter",
      mode: "lines",
      name: line.name,
      ...nines(line.buckets),
      hovertemplate: "%{text} % ≤ %{y:.2f} ms<extra>%{fullData.name}</extra>",
      line: { color: color(line.color), dash: line.dash || "solid", width: px / 6, shape: "hv" },
    }));
    const marks = [0, 1, 2, 3, 4, 5, 6].filter((mark) => !narrow || mark % 2 === 0 || mark === 5);
    const texts = marks.map((mark) => ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999"][mark] + " %");
    const axes = { xaxis: { ...axis(px, word("runs.share_of_requests")), tickvals: marks, ticktext: texts, tickangle: 0, rangemode: "tozero" }, yaxis: { ...axis(px, "ms"), type: "log", tickvals: TICKS_MS, ticktext: TICKS_MS.map(String) } };
    return { traces: drawn, layout: layout(px, axes) };
  }

  /** Seconds in groups of equal length, so that a soak of a day is still a picture: rates are means, failures sums. */
  function groupedSeconds(seconds) {
    const step = Math.max(1, Math.ceil(seconds.length / MOST_POINTS));
    const found = [];
    for (let at = 0; at < seconds.length; at += step) {
      const part = seconds.slice(at, at + step);
      const sum = (column) => part.reduce((total, row) => total + row[column], 0);
      found.push({ second: part[0][0], rate: Math.floor(sum(1) / part.length), failures: sum(2), dropped: sum(3) });
    }
    return found;
  }

  /** Requests per second, failures and dropped arrivals as bars that hang from the top. */
  function curve(plot, seconds) {
    const rows = groupedSeconds(seconds);
    plots.draw(plot, () => curveOf(plot, rows));
  }

  function curveOf(plot, rows) {
    const { px } = size(plot);
    const x = rows.map((row) => row.second);
    const bars = (name, column, color, pattern) => ({ type: "bar", name: word(name), x, y: rows.map((row) => row[column]), yaxis: "y2", marker: { color, pattern: { shape: pattern } }, hovertemplate: "%{x} s: %{y:,d}<extra>%{fullData.name}</extra>" });
    const drawn = [
      { type: "scatter", mode: "lines", name: word("runs.requests_per_second"), x, y: rows.map((row) => row.rate), hovertemplate: "%{x} s: %{y:,d}/s<extra></extra>", line: { color: page.surfaces.line, width: px / 6 } },
      bars("runs.failures", "failures", color("down"), ""),
      bars("runs.dropped", "dropped", color("degraded-text"), "/"),
    ];
    const most = rows.reduce((highest, row) => Math.max(highest, row.failures + row.dropped), 1);
    const second = { ...axis(px, word("runs.failures")), overlaying: "y", side: "right", showgrid: false, range: [0, Math.max(4, most * 2)], tickformat: ",d", nticks: 5 };
    const rates = plots.countTicks(rows.reduce((highest, row) => Math.max(highest, row.rate), 0));
    return { traces: drawn, layout: layout(px, { barmode: "stack", xaxis: { ...axis(px, "s"), showgrid: false }, yaxis: { ...axis(px, ""), rangemode: "tozero", ...rates }, yaxis2: second }) };
  }

  /** A table: columns are {name, value(row), number}; the first column heads its row. */
  function table(caption, columns, rows) {
    const head = h("tr", {}, columns.map((column) => h(column.number ? "th.number" : "th", { scope: "col" }, column.name)));
    const body = rows.map((row) => h("tr", {}, columns.map((column, index) => h(column.number ? "td.number" : index ? "td" : "th", index ? {} : { scope: "row" }, column.value(row)))));
    return h("div.load-table", { tabindex: 0, role: "region", "aria-label": caption }, h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)));
  }

  desk.load = { verdict, finding, reason, profile, bounds, place, ms, address, distribution, curve, table };
})();
