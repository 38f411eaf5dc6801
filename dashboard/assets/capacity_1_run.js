/* The page of capacity: what is proven, what the peaks take of it, when it ends, and which runs say so. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, load, room } = desk;
  const { format } = window.LendingWall;
  const POLL_MS = 15_000;
  const SAYS = { proves: "capacity.says_proves", less: "capacity.says_less", other_tie: "capacity.says_other_tie", expired: "capacity.says_expired", refutes: "capacity.says_refutes", nothing: "capacity.says_nothing" };
  const WHYS = { no_proof: "capacity.why_no_proof", no_minute: "capacity.why_no_minute", short_past: "capacity.short", needs_both: "capacity.why_needs_both", not_current: "capacity.why_not_current", no_peak: "capacity.why_no_peak", centers_unsaid: "capacity.why_centers_unsaid", no_growth: "capacity.why_no_growth" };
  let parts = null;
  let shown = null;

  function build(content) {
    const panel = (title, ...inside) => h("section.panel", {}, h("h2.label", {}, word(title)), inside);
    parts = { facts: h("section.panel.peaks-facts", { id: "facts" }), room: h("div.peaks-bars", { id: "room" }), reasons: h("div", { id: "reasons" }), ahead: h("div.peaks-days", { id: "ahead" }), runs: h("div.peaks-days", { id: "runs" }) };
    const headroom = h("section.panel", {}, h("div.panel-head", {}, h("h2.label", {}, word("peaks.headroom")), room.exports("headroom", () => shown)), parts.room, parts.reasons);
    content.append(parts.facts, headroom, h("div.load-columns", {}, panel("capacity.ahead", parts.ahead), panel("capacity.runs", parts.runs)));
    life.every(POLL_MS, read);
  }

  async function read() {
    const answer = await get("/api/v1/capacity");
    if (answer.fresh) paint(answer.body);
  }

  function paint(body) {
    shown = body;
    parts.facts.replaceChildren(...facts(body));
    parts.room.replaceChildren(...room.bars(body));
    parts.reasons.replaceChildren(...[...new Set(Object.values(body.reason_codes))].map((code) => h("p.peaks-note", {}, word(WHYS[code] || "capacity.unknown", { seconds: body.held_seconds, standing: room.standing(body) }))));
    parts.ahead.replaceChildren(ahead(body));
    parts.runs.replaceChildren(runs(body));
  }

  function day(at) {
    return words.exactly(at).slice(0, 10);
  }

  function facts(body) {
    const { figure } = room;
    const perSecond = word("capacity.per_second");
    return [
      figure("proven", word("capacity.proven"), format.grouped(body.proven_per_second), perSecond, room.standing(body), body.expires_at && word("capacity.until", { day: day(body.expires_at) }), room.tie(body)),
      figure("peak", word("capacity.peak_today"), format.grouped(body.peak_today_per_second), perSecond, body.peak_today_at ? words.exactly(body.peak_today_at).slice(0, 19) : ""),
      figure("forecast", word("capacity.forecast"), format.grouped(body.forecast_p95_per_second), perSecond, ...(body.forecast ? room.forecast(body.forecast) : [word("capacity.short")])),
      figure("end", word("capacity.runs_out"), room.ending(body.runs_out, body.runs_out_on), "", word("peaks.runs_out_n_1", { day: room.ending(body.runs_out_n_1, body.runs_out_n_1_on) })),
    ];
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
