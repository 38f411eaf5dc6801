/* What happened on the day of the curve: a band from begin to end, and a flag with its shape above it. Flags are buttons,
   so that a pointer, a keyboard and a screen reader all reach their words. */
(function () {
  "use strict";

  const { page, dom, parts } = window.LendingWall;
  const { byId, say, attribute, hide, wear } = dom;
  const DAY_S = 86_400;
  const APART_REM = 1.7;
  const KINDS = ["incident", "maintenance", "deployment", "change", "drill", "load_run"];
  const BAND_OPACITY = 0.28;

  /** Room around the plot; the flags use the same, so that they stand where the bands are. */
  function margins(px) {
    return { l: px * 3.75, r: px * 1.7, t: px * 1.9, b: px * 2 };
  }

  function verdictOf(run) {
    return page.load_verdicts[run.verdict] || { glyph: "?", word: run.verdict };
  }

  function ofRun(run) {
    const look = verdictOf(run);
    return { kind: "load_run", id: run.run_id, text: `${run.run_id} · ${look.glyph} ${look.word}`, from: run.from, to: run.to };
  }

  function ofMark(mark, endOfLine) {
    const title = mark.title[page.language] || mark.title.en || mark.id;
    return { kind: KINDS.includes(mark.kind) ? mark.kind : "change", id: mark.id, text: title, from: mark.from, to: mark.to === null ? endOfLine : mark.to };
  }

  function all(curve) {
    const endOfLine = curve.today.length * curve.step_seconds;
    const found = [...(curve.marks || []).map((mark) => ofMark(mark, endOfLine)), ...(curve.load_runs || []).map(ofRun)];
    return found.sort((a, b) => a.from - b.from);
  }

  /** The color of a kind as the style sheet has it. */
  function colorOf(kind) {
    return getComputedStyle(byId("legend-" + kind)).color;
  }

  /** Shapes for the plot: a band for what lasts, a dotted line for an instant. */
  function bands(curve, px) {
    return all(curve).map((mark) => {
      const tone = colorOf(mark.kind);
      const place = { xref: "x", yref: "paper", x0: mark.from / 60, x1: mark.to / 60, y0: 0, y1: 1, layer: "below" };
      if (mark.to - mark.from < 60) return { ...place, type: "line", x1: place.x0, line: { color: tone, width: px / 9, dash: "dot" } };
      return { ...place, type: "rect", fillcolor: tone, opacity: BAND_OPACITY, line: { width: px / 10, color: tone } };
    });
  }

  function clock(second) {
    const minutes = Math.floor(second / 60);
    return String(Math.floor(minutes / 60)).padStart(2, "0") + ":" + String(minutes % 60).padStart(2, "0");
  }

  function sentence(mark) {
    const time = mark.to - mark.from < 60 ? clock(mark.from) : clock(mark.from) + "–" + clock(mark.to);
    return [time, byId("legend-" + mark.kind).lastElementChild.textContent, mark.text].join(" · ");
  }

  /** Flags that would cover each other share one, which shows the first shape and how many there are. */
  function grouped(marks, xOf, apart) {
    const groups = [];
    for (const mark of marks) {
      const x = xOf(mark);
      const last = groups[groups.length - 1];
      if (last && x - last.x < apart) last.marks.push(mark);
      else groups.push({ x, marks: [mark] });
    }
    return groups;
  }

  function flag() {
    const item = parts.element("li", "flag");
    const button = parts.element("button", "flag-face");
    button.type = "button";
    item.append(button);
    return item;
  }

  function paintFlag(item, group) {
    const button = item.firstElementChild;
    const text = group.marks.map(sentence).join("\n");
    const glyph = byId("legend-" + group.marks[0].kind).querySelector(".mark").textContent;
    item.style.left = group.x + "px";
    wear(button, "mark-", group.marks[0].kind);
    say(button, group.marks.length > 1 ? glyph + group.marks.length : glyph);
    attribute(button, "aria-label", text);
    attribute(button, "data-text", text);
    item.classList.toggle("at-end", group.x > byId("curve-plot").clientWidth / 2);
  }

  /** The legend of the kinds that there are; first, since it takes room from the plot. */
  function legend(curve) {
    const marks = all(curve);
    for (const kind of KINDS) hide(byId("legend-" + kind), !marks.some((mark) => mark.kind === kind));
  }

  /** Flags above a plot of `width` pixels. */
  function paint(curve, width, px) {
    const margin = margins(px);
    const marks = all(curve);
    const xOf = (mark) => margin.l + ((mark.from + Math.max(mark.from, mark.to)) / 2 / DAY_S) * (width - margin.l - margin.r);
    const ordered = [...marks].sort((a, b) => xOf(a) - xOf(b));
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const groups = grouped(ordered, xOf, APART_REM * rem);
    const list = byId("curve-flags");
    parts.resize(list, groups.length, flag);
    groups.forEach((group, index) => paintFlag(list.children[index], group));
  }

  window.LendingWall.marks = { bands, margins, legend, paint };
})();
