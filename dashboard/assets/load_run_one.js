/* One load run: verdict, counts per step, both distributions, every second, the generator, and what it does not say. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, page, load, plots } = desk;
  const { format, dom } = window.LendingWall;
  const CAVEATS = ["caveat.window", "caveat.bursts", "caveat.failed", "caveat.many"];
  const KNOWN = ["It speaks of the requests", "Failures that come in bursts", "Failed means a wrong answer", "Verdicts per product and step"];
  const id = decodeURIComponent(window.location.pathname.split("/").pop());
  let parts = null;

  function build(content) {
    parts = { content };
    life.key("b", word("runs.back"), () => window.location.assign(load.address("/load-runs", {})));
    life.every(30_000, read);
  }

  async function read() {
    const answer = await get("/api/v1/load-runs/" + encodeURIComponent(id));
    if (answer.status === 404) return parts.content.replaceChildren(h("div.nothing", {}, word("runs.no_such", { run: id })));
    if (!answer.fresh) return;
    paint(answer.body);
    dom.say(document.getElementById("spoken"), `${id}: ${page.load_verdicts[answer.body.verdict].word}`);
  }

  function paint(run) {
    const result = run.result;
    const head = headline(run);
    if (!result) return parts.content.replaceChildren(head, h("div.nothing", {}, word("runs.past_retention")));
    const seconds = h("div.load-plot", { id: "seconds", role: "img", "aria-label": word("runs.seconds_picture", { failures: format.grouped(run.failures) }) });
    const latency = h("div.load-plot", { id: "latency", role: "img", "aria-label": word("runs.latency_picture") });
    parts.content.replaceChildren(
      head,
      plotPanel(word("runs.seconds"), seconds, () => [["second", "requests", "failures", "dropped"], ...result.seconds]),
      plotPanel(word("runs.latency"), latency, () => bucketRows(result), quantiles(result)),
      panel(word("runs.counts"), counts(result)),
      panel(word("runs.verdicts"), verdicts(result)),
      h("div.load-columns", {}, panel(word("runs.generator"), generator(run, result)), panel(word("runs.caveats"), caveats(result)))
    );
    load.curve(seconds, result.seconds);
    const { corrected, uncorrected } = result.latency.overall;
    load.distribution(latency, [
      { name: word("runs.corrected"), buckets: corrected.buckets, color: "line" },
      { name: word("runs.uncorrected"), buckets: uncorrected.buckets, color: "quiet", dash: "dot" },
    ]);
  }

  function panel(title, ...inside) {
    return h("section.panel", { "aria-label": title }, h("h2.label", {}, title), ...inside);
  }

  function plotPanel(title, plot, rows, ...inside) {
    return h("section.panel", { "aria-label": title }, plots.head(plot.id, title, plot, rows), plot, ...inside);
  }

  /** Both distributions as they were counted. */
  function bucketRows(result) {
    const kinds = ["corrected", "uncorrected"];
    return [["distribution", "up_to_microseconds", "requests"], ...kinds.flatMap((kind) => result.latency.overall[kind].buckets.map(([bound, count]) => [kind, bound, count]))];
  }

  function headline(run) {
    const why = run.invalid_reasons.length ? h("p.load-why", {}, run.invalid_reasons.map(load.reason).join(" · ")) : null;
    return h(
      "section.panel.load-headline",
      {},
      h("div.load-headline-verdict", {}, load.verdict(run.verdict)),
      h("div", {}, h("h2", {}, run.run_id), h("div.load-headline-line", {}, `k ${format.grouped(run.failures)} / n ${format.grouped(run.requests)} · ${load.bounds(run)} · ${word("runs.target", { target: run.target })}`), why),
      h("a.act", { href: load.address("/load-runs", {}) }, word("runs.back"))
    );
  }

  function counts(result) {
    const overall = { product: null, step: null, ...result.counts.overall };
    const number = (name, key) => ({ name: word(name), value: (row) => format.grouped(row[key]), number: true });
    return load.table(word("runs.counts"), [
      { name: word("runs.step"), value: load.place },
      number("runs.requests", "requests"),
      number("runs.failures", "failures"),
      number("runs.error", "error"),
      number("runs.wrong_answer", "wrong_answer"),
      number("runs.too_slow", "too_slow"),
      number("runs.business_reject", "business_reject"),
      number("runs.retries", "retries"),
    ], [overall, ...result.counts.steps]);
  }

  function quantiles(result) {
    const rows = [{ product: null, step: null, ...result.latency.overall }, ...result.latency.steps];
    const both = (key) => ({ value: (row) => `${load.ms(row.corrected[key])} (${load.ms(row.uncorrected[key])})`, number: true });
    const columns = [["p50", "p50"], ["p90", "p90"], ["p99", "p99"], ["p99_9", "p99.9"], ["p99_99", "p99.99"], ["max", "max"]];
    return load.table(word("runs.latency_table"), [{ name: word("runs.step"), value: load.place }, ...columns.map(([key, name]) => ({ name, ...both(key) }))], rows);
  }

  function verdicts(result) {
    const decided = new Map(result.live.map((one) => [scope(one), one.verdict]));
    return load.table(word("runs.verdicts"), [
      { name: word("runs.step"), value: (row) => load.place(row) + (row.limit_microseconds === null ? "" : ` ≤ ${load.ms(row.limit_microseconds)} ms`) },
      { name: word("runs.live"), value: (row) => (decided.has(scope(row)) ? load.verdict(decided.get(scope(row))) : format.NONE) },
      { name: word("runs.fixed"), value: (row) => load.verdict(row.verdict) },
      { name: word("runs.interval"), value: load.bounds, number: true },
      { name: word("runs.needed"), value: (row) => format.grouped(row.requests_needed), number: true },
    ], result.fixed_length.verdicts);
  }

  function scope(row) {
    return [row.product, row.step, row.limit_microseconds].join("|");
  }

  function facts(rows) {
    return h("dl.facts", {}, rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }

  function generator(run, result) {
    const health = result.generator;
    const count = format.grouped;
    const service = health.service.counted === null ? word("runs.not_counted") : `${count(health.service.counted)} / ${count(health.service.answered)} (+${count(health.service.unsure)})`;
    return facts([
      [word("runs.workers"), `${count(health.workers_started)} / ${count(health.workers_lost)}`],
      [word("runs.arrivals"), `${count(health.arrivals_planned)} / ${count(health.arrivals_started)} / ${count(health.arrivals_dropped)}`],
      [word("runs.lag"), [health.lag_p50_us, health.lag_p99_us, health.lag_max_us].map(load.ms).join(" / ") + " ms"],
      [word("runs.service_count"), service],
      [word("runs.bursts"), `${count(result.bursts.failure_seconds)} · ${result.bursts.variance_to_mean || format.NONE}`],
      [word("runs.load"), `${load.profile(run)} · ${run.host}`],
      [word("runs.deadline"), `${count(run.deadline_ms)} ms`],
      [word("runs.builds"), `${run.service_build || format.NONE} / ${run.build}`],
      [word("runs.machine"), `${result.machine.hostname} · ${result.machine.cores} · ${result.machine.platform}`],
      [word("runs.seed"), String(result.configuration.seed)],
      [word("runs.received"), `${words.exactly(run.received_at)} · ${run.received_from}`],
    ]);
  }

  /** The usual caveats in the viewer's language, any other as it came. */
  function caveats(result) {
    const said = result.caveats.map((text) => {
      const place = KNOWN.findIndex((begin) => text.startsWith(begin));
      return place < 0 ? text : word(CAVEATS[place]);
    });
    return h("ul.load-caveats", {}, said.map((text) => h("li", {}, text)));
  }

  life.start(build);
})();
