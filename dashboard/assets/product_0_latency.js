/* How long requests took: per journey step a heat map of time by bucket, and the bucket of p50, p95, p99 in words. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, range, life } = desk;
  const { format } = window.LendingWall;
  const theme = window.LendingTheme;
  const DECADES = 4;
  const MOST_COLUMNS = 60;
  const SETTLED_MS = 15_000;

  function edge(seconds) {
    const ms = Number(seconds) * 1000;
    return ms < 1000 ? `${format.decimals(String(ms), 0, 3)} ms` : `${format.decimals(seconds, 0, 3)} s`;
  }

  /** "100 ms – 150 ms"; beyond the last bound "> 3 s". */
  function bucket(from, to) {
    return to === null || to === "+Inf" ? `> ${edge(from)}` : `${edge(from)} – ${edge(to)}`;
  }

  function bucketAt(bounds, at) {
    return bucket(at ? bounds[at - 1] : "0", bounds[at]);
  }

  /** 0 (nearly none) to 1 (all), by the logarithm of the share: a single slow request in ten thousand still shows. */
  function depth(count, total) {
    return count ? Math.max(0.12, 1 + Math.log10(count / total) / DECADES) : 0;
  }

  function percent(count, total) {
    const hundredths = (BigInt(count) * 1_000_000n) / BigInt(total);
    return count && !hundredths ? "< 0.0001 %" : `${format.decimals(String(Number(hundredths) / 10_000), 0, 4)} %`;
  }

  /** A step's name, and the traffic where it is not that of customers. */
  function named(histogram, product) {
    const step = histogram.step || words.named(product);
    return histogram.traffic && histogram.traffic !== "customer" ? `${step} · ${histogram.traffic}` : step;
  }

  function cell(histogram, column, row) {
    const counts = histogram.counts[column];
    if (counts === null) return { text: "", kind: "missing", said: word("avail.state_missing") };
    const total = counts.reduce((sum, each) => sum + each, 0);
    if (!total) return { text: "", kind: "idle", said: word("avail.state_no_traffic") };
    const count = counts[row];
    const said = word("product.latency_cell", { share: percent(count, total), count: format.grouped(count), total: format.grouped(total) });
    return { text: "", kind: count ? "some" : "none", depth: depth(count, total), said };
  }

  function quantiles(found) {
    if (!found) return word("avail.no_data");
    return ["p50", "p95", "p99"].map((name) => `${name}: ${bucket(found[name].from, found[name].to)}`).join(" · ");
  }

  function rowsOf(histogram) {
    return histogram.bounds.map((_, at) => at).reverse();
  }

  function inP99(histogram, column, row) {
    const found = histogram.quantiles[column];
    return Boolean(found) && (found.p99.to === null ? row === histogram.bounds.length - 1 : found.p99.to === histogram.bounds[row]);
  }

  function table(answer, histogram, zone) {
    const body = rowsOf(histogram).map((row) => h("tr", {}, h("th", { scope: "row" }, bucketAt(histogram.bounds, row)), answer.starts.map((at, column) => {
      const shown = cell(histogram, column, row);
      const edgeMark = inP99(histogram, column, row);
      const told = `${range.moment(Date.parse(at), zone)} · ${bucketAt(histogram.bounds, row)} · ${shown.said}${edgeMark ? " · p99" : ""}`;
      const classes = `td.heat.heat-${shown.kind}${edgeMark ? ".heat-p99" : ""}`;
      return h(classes, { title: told, "aria-label": told, "data-place": [histogram.step, histogram.traffic, histogram.bounds[row], at].join("|"), tabindex: column === answer.starts.length - 1 && row === histogram.bounds.length - 1 ? "0" : "-1", style: shown.depth ? `--depth:${Math.round(100 * shown.depth)}%` : "" }, edgeMark ? "–" : "");
    })));
    const grid = h("table.heat-map", { "aria-label": `${word("product.latency")} · ${named(histogram, answer.product)}` }, h("tbody", {}, body));
    grid.addEventListener("keydown", (event) => move(event, grid));
    return h("div.heat-scroll.scroll", {}, grid);
  }

  /** Arrows go from cell to cell; Tab leaves the map. */
  function move(event, grid) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    const here = event.target.closest("td");
    if (!step || !here) return;
    event.preventDefault();
    const row = grid.rows[here.parentElement.rowIndex + step[1]];
    const next = row && row.cells[here.cellIndex + step[0]];
    if (!next || next.tagName !== "TD") return;
    here.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  function painted(answer, zone) {
    if (!answer.histograms.length) return [h("p.nothing", {}, word("product.no_latency")), h("p.quiet", {}, word("product.no_latency_do"))];
    const since = answer.starts.find((_, at) => answer.histograms.some((each) => each.counts[at] !== null));
    const maps = answer.histograms.map((each) => h("article.latency-step", {}, h("h3", {}, named(each, answer.product)), h("p.quantiles", {}, quantiles(each.whole_quantiles), h("small", {}, " " + word("product.latency_total", { total: format.grouped(each.total) }))), table(answer, each, zone)));
    const notes = [word("product.latency_since", { since: range.moment(Date.parse(since), zone) }), answer.histograms.some((each) => !each.traffic) ? word("product.latency_traffic") : ""];
    return [h("p.quiet", {}, notes.filter(Boolean).join(" ")), ...maps];
  }

  function rows(answer) {
    const found = answer ? answer.histograms : [];
    const lines = found.flatMap((each) => answer.starts.flatMap((at, column) => each.bounds.map((bound, row) => [each.step, each.traffic || "", at, row ? each.bounds[row - 1] : "0", bound, each.counts[column] === null ? "" : each.counts[column][row]])));
    return [["step", "traffic", "from", "over_seconds", "up_to_seconds", "requests"], ...lines];
  }

  function picture(answer, zone, product) {
    const found = answer || { starts: [], histograms: [] };
    const cells = (each, row) => found.starts.map((_, column) => {
      const shown = cell(each, column, row);
      const deep = `color-mix(in srgb, ${theme.color("line")} ${Math.round(100 * (shown.depth || 0))}%, ${theme.color("panel")})`;
      const color = shown.kind === "missing" ? theme.color("unknown") : deep;
      const counts = each.counts[column];
      return { text: counts && counts[row] ? format.large(counts[row], 3) : "", color, ink: theme.color("text"), hatched: shown.kind === "missing" };
    });
    const drawn = found.histograms.flatMap((each) => rowsOf(each).map((row) => ({ name: `${named(each, product)} ${bucketAt(each.bounds, row)}`, cells: cells(each, row) })));
    return { title: `${words.named(product)} · ${word("product.latency")}`, heads: found.starts.map((at) => range.moment(Date.parse(at), zone)), rows: drawn };
  }

  /** Puts a picture in the place of the one before; whoever stood on a cell stands on it still, and where a map is
      wider than the screen its newest columns are in sight until somebody scrolls. */
  function replace(body, painted) {
    const here = body.contains(document.activeElement) ? document.activeElement.dataset.place : "";
    const scrolled = [...body.querySelectorAll(".heat-scroll")].map((one) => (one.scrollLeft + one.clientWidth < one.scrollWidth - 1 ? one.scrollLeft : null));
    body.replaceChildren(...painted);
    body.querySelectorAll(".heat-scroll").forEach((one, at) => { one.scrollLeft = scrolled[at] ?? one.scrollWidth; });
    const again = here && [...body.querySelectorAll("td")].find((each) => each.dataset.place === here);
    if (!again) return;
    again.closest("table").querySelectorAll("td[tabindex='0']").forEach((each) => { each.tabIndex = -1; });
    again.tabIndex = 0;
    again.focus({ preventScroll: true });
  }

  /** The question for a span: at most some sixty columns; of a long one the newest. A minute is asked for once it is
      over and its pages are stored, for until then it is not MISSING. */
  function address(product, fromMs, toMs) {
    const steps = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
    const by = Object.keys(steps).find((name) => (toMs - fromMs) / steps[name] <= MOST_COLUMNS) || "day";
    const settled = Math.floor((life.nowMs() - SETTLED_MS) / steps.minute) * steps.minute;
    const end = by === "minute" ? Math.min(toMs, settled) : toMs;
    const begin = Math.min(Math.max(fromMs, end - MOST_COLUMNS * steps[by]), end - steps.minute);
    return `/api/v1/latency?${new URLSearchParams({ product, by, from: new Date(begin).toISOString(), to: new Date(end).toISOString() })}`;
  }

  desk.latency = { painted, replace, rows, picture, address };
})();
