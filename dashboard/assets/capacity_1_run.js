/* The page of capacity: what is proven, what the peaks take of it, when it ends, and which runs say so. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, load } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 15_000;
  const STANDINGS = { none: "capacity.none", current: "capacity.current", expired: "capacity.expired", contradicted: "capacity.contradicted", other_data_centers: "capacity.other_data_centers" };
  const ENDS = { not_within_a_year: "peaks.not_within_a_year", not_known: "capacity.unknown" };
  const SAYS = { proves: "capacity.says_proves", less: "capacity.says_less", other_tie: "capacity.says_other_tie", expired: "capacity.says_expired", refutes: "capacity.says_refutes", nothing: "capacity.says_nothing" };
  let parts = null;

  function build(content) {
    const panel = (title, ...inside) => h("section.panel", {}, h("h2.label", {}, word(title)), inside);
    parts = { facts: h("section.panel.peaks-facts", { id: "facts" }), room: h("div.peaks-bars", { id: "room" }), reasons: h("div", { id: "reasons" }), ahead: h("div.peaks-days", { id: "ahead" }), runs: h("div.peaks-days", { id: "runs" }) };
    content.append(parts.facts, panel("peaks.headroom", parts.room, parts.reasons), h("div.load-columns", {}, panel("capacity.ahead", parts.ahead), panel("capacity.runs", parts.runs)));
    life.every(POLL_MS, read);
  }

  async function read() {
    const answer = await get("/api/v1/capacity");
    if (answer.fresh) paint(answer.body);
  }

  function paint(body) {
    parts.facts.replaceChildren(...facts(body));
    parts.room.replaceChildren(...room(body));
    parts.reasons.replaceChildren(...Object.values(body.reasons).filter((why, at, all) => all.indexOf(why) === at).map((why) => h("p.peaks-note", {}, why)));
    parts.ahead.replaceChildren(ahead(body));
    parts.runs.replaceChildren(runs(body));
  }

  function figure(id, name, value, unit, ...notes) {
    return h("div.load-figure", { id }, h("div.label", {}, name), h("strong", {}, value), unit && value !== format.NONE && h("span.unit", {}, " " + unit), notes.filter(Boolean).map((note) => h("small", {}, note)));
  }

  function day(at) {
    return words.exactly(at).slice(0, 10);
  }

  function ending(when, on) {
    return on || word(ENDS[when] || "capacity.unknown");
  }

  function facts(body) {
    const perSecond = word("capacity.per_second");
    const tie = body.tied_to;
    const said = tie && word("capacity.tie", { build: tie.build || format.NONE, data_centers: tie.data_centers === null ? format.NONE : tie.data_centers, deadline: tie.deadline_ms });
    const forecast = body.forecast;
    const held = forecast && word("peaks.peak_model", { peak: format.grouped(forecast.p95_per_second), horizon: forecast.horizon_days, achieved: forecast.achieved_coverage === null ? format.NONE : words.percent(forecast.achieved_coverage, 1), days: forecast.days_checked });
    return [
      figure("proven", word("capacity.proven"), format.grouped(body.proven_per_second), perSecond, word(STANDINGS[body.state] || "capacity.none"), body.expires_at && word("capacity.until", { day: day(body.expires_at) }), said),
      figure("peak", word("capacity.peak_today"), format.grouped(body.peak_today_per_second), perSecond, body.peak_today_at ? words.exactly(body.peak_today_at).slice(0, 19) : ""),
      figure("forecast", word("capacity.forecast"), format.grouped(body.forecast_p95_per_second), perSecond, held || word("capacity.short")),
      figure("end", word("capacity.runs_out"), ending(body.runs_out, body.runs_out_on), "", word("peaks.runs_out_n_1", { day: ending(body.runs_out_n_1, body.runs_out_n_1_on) })),
    ];
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

  function room(body) {
    return [bar(word("peaks.at_today"), body.headroom_today), bar(word("peaks.at_p95"), body.headroom), bar(word("peaks.at_today_n_1"), body.headroom_today_n_1), bar(word("peaks.at_p95_n_1"), body.headroom_n_1)];
  }

  function taken(share) {
    if (share === null) return format.NONE;
    return (Number(share) > 1 ? "▲ " : "") + words.percent(share, 1) + " %";
  }

  function column(name, value, number = true) {
    return { name: word(name), value, number };
  }

  function ahead(body) {
    if (!body.ahead.length) return h("p.nothing", {}, word("capacity.short"));
    const columns = [column("peaks.date", (row) => row.day, false), column("capacity.p95", (row) => format.grouped(row.p95_per_second)), column("capacity.taken", (row) => taken(row.taken)), column("capacity.taken_n_1", (row) => taken(row.taken_n_1))];
    return load.table(word("capacity.ahead"), columns, body.ahead);
  }

  function runs(body) {
    if (!body.runs.length) return h("p.nothing", {}, word("runs.empty"));
    const link = (run) => h("a", { href: load.address("/load-runs/" + encodeURIComponent(run.run_id), {}) }, run.run_id);
    const columns = [column("capacity.run", link, false), column("capacity.ended", (run) => day(run.ended_at), false), column("capacity.says", (run) => word(SAYS[run.says] || SAYS.nothing), false), column("capacity.held", (run) => format.grouped(run.held_per_second)), column("capacity.build", (run) => run.service_build || format.NONE, false), column("capacity.centers", (run) => (run.data_centers === null ? format.NONE : String(run.data_centers))), column("capacity.expires", (run) => (run.expires_at ? day(run.expires_at) : format.NONE), false)];
    return load.table(word("capacity.runs"), columns, body.runs);
  }

  life.start(build);
})();
