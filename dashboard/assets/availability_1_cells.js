/* What a cell of a heat map says: its state, how bad it was, in words, as color and shape. Shared with product pages. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page, range } = desk;
  const { format } = window.LendingWall;
  const theme = window.LendingTheme;
  const STATES = {
    g: ["avail.state_good", "●"],
    b: ["avail.state_bad", "✖\ufe0e"],
    x: ["avail.state_excluded", "◆"],
    n: ["avail.state_no_traffic", "○"],
    m: ["avail.state_missing", "?"],
    i: ["avail.state_invalid", "!"],
    c: ["avail.state_conflict", "≠"],
    "-": ["avail.state_not_kept", "·"],
  };
  const VERDICTS = { y: "met", n: "missed", "?": "not proven" };
  const LOOKS = [
    { name: "none", glyph: "" },
    { name: "within", glyph: "" },
    { name: "over", glyph: "▲" },
    { name: "far", glyph: "▲▲" },
    { name: "down", glyph: "✖\ufe0e" },
  ];
  const FILLS = { x: "maintenance", m: "unknown", i: "unknown", c: "unknown" };
  const FAR = 10;
  const HALF = 2;

  /** How many times the allowed share failed; for colors alone, figures come as text. */
  function burn(bad, total, target) {
    return total ? bad / total / Math.max(1e-9, 1 - Number(target) / 100) : 0;
  }

  function level(bad, good, target) {
    const total = good + bad;
    if (!bad) return LOOKS[0];
    if (bad * HALF >= total) return LOOKS[4];
    const times = burn(bad, total, target);
    return times <= 1 ? LOOKS[1] : times <= FAR ? LOOKS[2] : LOOKS[3];
  }

  /** One cell of a line: counts as the objective sees them, or (`withAll`) as they happened. */
  function cellOf(line, at, withAll) {
    const other = withAll ? line.with_maintenance[at] : null;
    const [good, bad, share, letter] = other || [line.good[at], line.bad[at], line.availability[at], line.verdict[at]];
    const mark = other && good + bad > 0 && line.state[at] === "x" ? "g" : line.state[at];
    const known = good !== null && good + bad > 0 && mark !== "x";
    const look = known ? level(bad, good, line.target) : null;
    return { good, bad, share, verdict: VERDICTS[letter] || null, mark, known, look, partly: line.partly[at] || null, missing: line.missing[at] || 0, planned: Boolean(line.with_maintenance[at]) };
  }

  function stateWord(mark) {
    return word(STATES[mark][0]);
  }

  function shape(cell) {
    return cell.known ? cell.look.glyph : STATES[cell.mark][1];
  }

  function className(cell) {
    const name = cell.known ? "level-" + cell.look.name : "cell-" + { x: "excluded", n: "no-traffic", m: "missing", i: "invalid", c: "conflict", "-": "not-kept", g: "no-traffic", b: "no-traffic" }[cell.mark];
    return name + (cell.partly && cell.known ? " is-partly" : "") + (cell.planned ? " is-planned" : "");
  }

  function verdictWord(name) {
    return page.verdicts[name] ? page.verdicts[name].word : name;
  }

  /** The whole of it for a reader: figure, verdict, bad of total, what was not seen. */
  function said(cell) {
    if (!cell.known) return stateWord(cell.mark);
    const parts = [word("avail.figure", { share: format.share(cell.share) }), verdictWord(cell.verdict), word("avail.counts", { bad: format.grouped(cell.bad), total: format.grouped(cell.good + cell.bad) })];
    if (cell.partly) parts.push(word("avail.partly", { share: format.decimals(cell.partly, 0, 3) }));
    if (cell.missing) parts.push(word("avail.estimate", { missing: format.large(cell.missing, 4) }));
    if (cell.planned) parts.push(word("avail.planned"));
    return parts.join(" · ");
  }

  /** Colors for a picture, where no style sheet is. */
  function paintOf(cell, text) {
    const tone = cell.known ? "level-" + cell.look.name : FILLS[cell.mark] || "no-traffic";
    if (!cell.known && cell.mark === "-") return { text, color: theme.color("panel"), ink: theme.color("quiet"), hatched: false };
    return { text, color: theme.color(tone), ink: theme.color(tone + "-ink"), hatched: !cell.known && "xmc".includes(cell.mark) };
  }

  function name(id, by) {
    return by === "dcn" ? word("place.dcn", { dcn: id }) : words.named(id);
  }

  /** What a column is called: 2026-10, 10-21, 14:00. */
  function columnName(answer, at, zone) {
    const ms = answer.starts[at] * 1000;
    if (answer.step === "month") return format.time(ms, page.time_zone, "date").slice(0, 7);
    if (answer.step === "day") return format.time(ms, page.time_zone, "date").slice(5, 10);
    const clock = format.time(ms, zone, "minute");
    return clock === "00:00" ? format.time(ms, zone, "date").slice(5, 10) : clock;
  }

  /** When exactly a column was. Months and days are the estate's. */
  function columnSpan(answer, at, zone) {
    const [from, to] = [answer.starts[at] * 1000, answer.ends[at] * 1000];
    if (answer.step === "month") return columnName(answer, at, zone);
    if (answer.step === "day") return format.time(from, page.time_zone, "date");
    return `${range.moment(from, zone)} – ${format.time(to, zone, "minute")}`;
  }

  /** Runs of one state: [{mark, from, to}] in seconds. */
  function runs(answer, line) {
    const found = [];
    [...line.state].forEach((mark, at) => {
      const last = found[found.length - 1];
      if (last && last.mark === mark) last.to = answer.ends[at];
      else found.push({ mark, from: answer.starts[at], to: answer.ends[at] });
    });
    const until = Date.parse(answer.until) / 1000;
    if (found.length) found[found.length - 1].to = Math.max(found[found.length - 1].from + 1, Math.min(found[found.length - 1].to, until));
    return found;
  }

  /** About how wide a word is; Chinese signs are as wide as they are high. */
  function widthRem(text) {
    return [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 1 : 0.6), 1);
  }

  /** The timeline of one line: a strip whose parts have shape, hatch and word, and a list of all that was not good. */
  function timeline(answer, line, zone) {
    const roomRem = (document.documentElement.clientWidth / parseFloat(getComputedStyle(document.documentElement).fontSize)) * 0.8;
    const parts = runs(answer, line);
    const whole = parts.length ? parts[parts.length - 1].to - parts[0].from : 1;
    const strip = parts.map((part) => {
      const share = (part.to - part.from) / whole;
      const room = share * roomRem;
      const text = room > widthRem(stateWord(part.mark)) ? stateWord(part.mark) : room > 1.2 ? STATES[part.mark][1] : "";
      return h(`span.run.run-${{ g: "good", b: "bad", x: "excluded", n: "no-traffic", m: "missing", i: "missing", c: "missing", "-": "not-kept" }[part.mark]}`, { style: `flex-grow:${Math.max(1, part.to - part.from)}`, title: `${stateWord(part.mark)} ${range.moment(part.from * 1000, zone)} – ${range.moment(part.to * 1000, zone)}` }, text);
    });
    const odd = parts.filter((part) => part.mark !== "g");
    const list = odd.slice(0, 12).map((part) => h("li", {}, h("strong", {}, `${STATES[part.mark][1]} ${stateWord(part.mark)}`), ` ${range.moment(part.from * 1000, zone)} – ${range.moment(part.to * 1000, zone)}`));
    const more = odd.length > 12 ? h("li.quiet", {}, word("avail.more", { count: odd.length - 12 })) : null;
    return [h("div.strip", { role: "img", "aria-label": word("avail.timeline_of", { count: odd.length }) }, strip), h("ul.odd-runs", {}, odd.length ? [...list, more] : h("li.quiet", {}, word("avail.all_good")))];
  }

  desk.cells = { cellOf, said, shape, className, stateWord, verdictWord, paintOf, name, columnName, columnSpan, timeline, runs, LOOKS, STATES, level };
})();
