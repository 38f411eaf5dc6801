/* What the screens of load runs, peaks and capacity share: a figure, what is proven, and how much of it peaks take. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words } = desk;
  const { format } = window.LendingWall;
  const STANDINGS = { none: "capacity.none", current: "capacity.current", expired: "capacity.expired", contradicted: "capacity.contradicted", other_data_centers: "capacity.other_data_centers" };
  const theme = window.LendingTheme;
  const KINDS = { headroom_today: "peaks.at_today", headroom: "peaks.at_p95", headroom_today_n_1: "peaks.at_today_n_1", headroom_n_1: "peaks.at_p95_n_1" };
  const ENDS = { not_within_a_year: "peaks.not_within_a_year", not_known: "capacity.unknown" };

  /** A name, a great figure, its unit, and small notes; without a value no unit. */
  function figure(id, name, value, unit, ...notes) {
    return h("div.load-figure", id ? { id } : {}, h("div.label", {}, name), h("strong", {}, value), unit && value !== format.NONE && h("span.unit", {}, " " + unit), notes.filter(Boolean).map((note) => h("small", {}, note)));
  }

  /** What may be said of the proven capacity now. */
  function standing(capacity) {
    return word(STANDINGS[capacity.state] || "capacity.none");
  }

  /** Which build, how many data centers and which deadline the proof belongs to. */
  function tie(capacity) {
    const found = capacity.tied_to;
    return found && word("capacity.tie", { build: found.build || format.NONE, data_centers: found.data_centers === null ? format.NONE : found.data_centers, deadline: found.deadline_ms });
  }

  /** The day on which a capacity runs out, or why there is none. */
  function ending(when, day) {
    return day || word(ENDS[when] || "capacity.unknown");
  }

  /** One bar: how much of the capacity a peak takes, and the room that is left above it. */
  function bar(name, headroom) {
    const known = headroom !== null;
    const over = known && Number(headroom) < 0;
    const fill = h("div.peaks-fill");
    fill.style.width = known ? Math.min(100, 100 / (1 + Number(headroom))).toFixed(1) + "%" : "0";
    const said = known ? (over ? "▲ " : "") + words.percent(headroom, 1) + " %" : "? " + word("capacity.unknown");
    return h(`div.peaks-bar.${known ? (over ? "is-over" : "is-within") : "is-unknown"}`, {}, h("span", {}, name), h("div.peaks-track", { "aria-hidden": "true" }, fill), h("strong", {}, said));
  }

  /** Headroom above today's peak and the forecast's, also with one data center lost. */
  function bars(capacity) {
    return Object.entries(KINDS).map(([kind, key]) => bar(word(key), capacity[kind]));
  }

  /** Both exports of the bars; `capacity()` is what they were made of, null before there is any. */
  function exports_(name, capacity) {
    const said = (headroom) => (headroom === null ? "? " + word("capacity.unknown") : words.percent(headroom, 1) + " %");
    const cell = (headroom) => ({ text: said(headroom), color: theme.color(headroom === null ? "unknown" : "level-none"), ink: theme.color(headroom === null ? "unknown-ink" : "level-none-ink"), hatched: headroom === null, share: headroom === null ? 1 : Math.min(1, 1 / (1 + Number(headroom))) });
    const rows = () => capacity() && [["headroom", "share"], ...Object.keys(KINDS).map((kind) => [kind, capacity()[kind]])];
    const picture = () => capacity() && { title: word("peaks.headroom"), heads: [word("peaks.headroom")], rows: Object.entries(KINDS).map(([kind, key]) => ({ name: word(key), cells: [cell(capacity()[kind])] })) };
    return desk.chart.buttons(name, rows, picture);
  }

  /** The forecast of the peak, what past ones were worth, and how much of both rests on what the calendar says in advance. */
  function forecast(peak) {
    const { days_covered_by_prior: count, prior } = peak;
    const achieved = peak.achieved_coverage === null ? format.NONE : words.percent(peak.achieved_coverage, 2);
    return [
      word("peaks.peak_model", { peak: format.grouped(peak.p95_per_second), horizon: peak.horizon_days, achieved, days: peak.days_checked }),
      count ? word("peaks.by_prior", { count, days: peak.days_checked }) : "",
      prior ? word("peaks.prior", { kind: prior.kind, factor: Number(prior.factor), source: prior.source }) : "",
    ].filter(Boolean);
  }

  desk.room = { figure, standing, tie, ending, bars, exports: exports_, forecast };
})();
