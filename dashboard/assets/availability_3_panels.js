/* What failed, the worst windows, and periods beside the ones before. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page, cells, range, chart } = desk;
  const { format } = window.LendingWall;
  const PERIODS = { day: "avail.period_day", week: "avail.period_week", month: "avail.period_month", year: "avail.period_year" };
  const LENGTHS = { 60: "avail.worst_minute", 3600: "avail.worst_hour", 86400: "avail.worst_day", 604800: "avail.worst_week" };
  const MOST = 20;

  /** A table whose last `numbers` columns are figures. */
  function table(caption, numbers, heads, rows) {
    const head = h("tr", {}, heads.map((name, at) => h(at >= heads.length - numbers ? "th.number" : "th", { scope: "col" }, name)));
    const body = rows.map((row) => h("tr", {}, row.map((value, at) => h(at >= heads.length - numbers ? "td.number" : "td", {}, value))));
    return h("div.small-table.scroll", { tabindex: 0, role: "region", "aria-label": caption }, h("table", {}, h("caption.for-readers", {}, caption), h("thead", {}, head), h("tbody", {}, body)));
  }

  function verdict(name) {
    const look = page.verdicts[name];
    return h("span.verdict-chip.verdict-" + name.replace(" ", "-"), {}, h("span.mark", { "aria-hidden": "true" }, look.glyph), look.word);
  }

  function side(label, figures) {
    const known = figures.total !== null && figures.total > 0;
    const partly = known && figures.completeness !== null && figures.completeness !== "1" ? word("avail.partly", { share: words.percent(figures.completeness, 3) }) : "";
    return h("div.compare-side", {}, h("small", {}, label), h("strong", {}, known ? format.share(figures.availability) : format.NONE), known ? verdict(figures.verdict) : h("span.quiet", {}, word("avail.no_data")), h("small", {}, known ? word("avail.counts", { bad: format.large(figures.bad, 4), total: format.large(figures.total, 4) }) : ""), partly && h("small", {}, partly));
  }

  /** Failures per million, before and now: more or fewer, with a shape. */
  function trend(now, before) {
    if (!now.total || !before.total) return h("div.trend.quiet", {}, word("avail.not_compared"));
    const [left, right] = [BigInt(now.bad) * BigInt(before.total), BigInt(before.bad) * BigInt(now.total)];
    if (left === right) return h("div.trend", {}, "＝ " + word("avail.same"));
    return left > right ? h("div.trend.is-worse", {}, "▲ " + word("avail.worse")) : h("div.trend.is-better", {}, "▼ " + word("avail.better"));
  }

  function pick(figures, withAll) {
    return withAll && figures.without_exclusions ? { ...figures, ...figures.without_exclusions } : figures;
  }

  function compare(answer, withAll) {
    return answer.periods.map((each) => {
      const [now, before] = [pick(each.now, withAll), pick(each.before, withAll)];
      return h("article.compare", {}, h("h3", {}, word(PERIODS[each.period])), h("div.compare-pair", {}, side(word("avail.so_far"), now), side(word("avail.before"), before)), trend(now, before));
    });
  }

  function compareRows(answer) {
    const rows = [["period", "which", "from", "to", "good", "bad", "total", "availability", "verdict", "completeness"]];
    for (const each of answer.periods) {
      for (const which of ["now", "before"]) {
        const one = each[which];
        rows.push([each.period, which, one.from, one.to, one.good, one.bad, one.total, one.availability, one.verdict, one.completeness]);
      }
    }
    return rows;
  }

  function worst(answer, zone, open) {
    if (!answer.worst.length) return [h("p.nothing", {}, word("avail.no_failure"))];
    const rows = answer.worst.map((each) => [
      h("button.link", { type: "button", onclick: () => open(each) }, word(LENGTHS[each.seconds])),
      `${range.moment(Date.parse(each.from), zone)} – ${range.moment(Date.parse(each.to), zone)}`,
      format.share(each.availability),
      format.grouped(each.bad),
      format.grouped(each.total),
    ]);
    return [table(word("avail.worst"), 3, [word("avail.window"), word("avail.when"), word("avail.availability"), word("avail.bad"), word("avail.total")], rows), h("p.quiet", {}, word("avail.worst_note"))];
  }

  function worstRows(answer) {
    return [["seconds", "from", "to", "bad", "total", "availability"], ...answer.worst.map((each) => [each.seconds, each.from, each.to, each.bad, each.total, each.availability])];
  }

  function failing(answer, zone) {
    const bad = answer.rows.filter((row) => row.bad);
    const wider = `${range.moment(Date.parse(answer.from), zone)} – ${range.moment(Date.parse(answer.to), zone)}`;
    const notes = [h("p.quiet", {}, word("avail.failing_span", { span: wider }))];
    if (answer.unsplit.bad > 0) notes.push(h("p.quiet", {}, word("avail.unsplit", { bad: format.grouped(answer.unsplit.bad) })));
    if (!bad.length) return [h("p.nothing", {}, word(answer.unsplit.bad > 0 ? "avail.steps_unknown" : "avail.no_failure")), ...notes];
    const rows = bad.slice(0, MOST).map((row) => [
      answer.product ? row.step : `${words.named(row.product)} · ${row.step}`,
      row.outcome,
      Object.entries(row.data_centers).map(([center, count]) => `${words.named(center)} ${format.grouped(count)}`).join(", "),
      format.grouped(row.bad),
    ]);
    return [table(word("avail.failing"), 1, [word("avail.step"), word("avail.outcome"), word("avail.where"), word("avail.bad")], rows), ...notes];
  }

  function failingRows(answer) {
    return [["product", "step", "outcome", "good", "bad", "ignored"], ...answer.rows.map((row) => [row.product, row.step, row.outcome, row.good, row.bad, row.ignored])];
  }

  /** A panel with a heading, the export buttons of what it holds, and a place for it. */
  function panel(id, title, rows, picture) {
    const body = h("div.panel-body", { id });
    return { body, section: h("section.panel", { "aria-label": title }, h("div.panel-head", {}, h("h2.label", {}, title), chart.buttons(id, rows, picture)), body) };
  }

  desk.panels = { compare, compareRows, worst, worstRows, failing, failingRows, panel, table, verdict };
})();
