/* Two runs side by side: what tells them apart, and whether that is noise. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, load, plots } = desk;
  const { format } = window.LendingWall;
  const CAUTIONS = {
    invalid: "pair.caution_invalid",
    other_load: "pair.caution_other_load",
    other_deadline: "pair.caution_other_deadline",
    other_machine: "pair.caution_other_machine",
    other_data_centers: "pair.caution_other_data_centers",
    dependent: "pair.caution_dependent",
  };

  function failures(body) {
    const count = (row, index) => `${format.grouped(row.failures[index])} / ${format.grouped(row.requests[index])}`;
    return load.table(word("pair.failures"), [
      { name: word("runs.step"), value: load.place },
      { name: "A", value: (row) => count(row, 0), number: true },
      { name: "B", value: (row) => count(row, 1), number: true },
      { name: "p", value: (row) => row.p_value, number: true },
      { name: word("pair.finding"), value: (row) => load.finding(row.finding, row.p_value) },
    ], body.failures);
  }

  function latencies(body) {
    const both = (name) => (row) => row.quantiles_microseconds[name].map(load.ms).join(" → ");
    return load.table(word("pair.latencies"), [
      { name: word("runs.step"), value: load.place },
      { name: "p50 ms", value: both("p50"), number: true },
      { name: "p99 ms", value: both("p99"), number: true },
      { name: "p99.9 ms", value: both("p99_9"), number: true },
      { name: word("pair.apart"), value: (row) => (row.distance === null ? format.NONE : `${words.percent(row.distance.replace("-", ""), 1)} %`), number: true },
      { name: "p", value: (row) => row.p_value || format.NONE, number: true },
      { name: word("pair.finding"), value: (row) => load.finding(row.finding, row.p_value) },
    ], body.latencies);
  }

  function name(letter, run) {
    return h("div.load-pair-name", {}, h("strong", {}, letter), load.verdict(run.verdict), h("a", { href: load.address("/load-runs/" + encodeURIComponent(run.run_id), {}) }, run.run_id), h("small", {}, `${words.minute(run.started_at)} · ${run.service_build || format.NONE}`));
  }

  /** Fills the section of a comparison; `results` are both files. */
  function paint(section, body, results) {
    const plot = h("div.load-plot", { role: "img", "aria-label": word("pair.picture") });
    const cautions = body.cautions.map((code) => h("li", {}, CAUTIONS[code] ? word(CAUTIONS[code]) : code));
    section.replaceChildren(plots.head("pair", word("pair.title"), plot), h("div.load-pair-names", {}, name("A", body.runs[0]), name("B", body.runs[1])), plot, latencies(body), failures(body), h("ul.load-caveats", {}, cautions));
    const colors = ["line", "degraded-text"];
    const lines = results.map((result, index) => ({ name: `${"AB"[index]} ${body.runs[index].run_id}`, buckets: result ? result.latency.overall.corrected.buckets : [], color: colors[index], dash: index ? "dash" : "solid" }));
    load.distribution(plot, lines);
  }

  desk.loadPair = { paint };
})();
