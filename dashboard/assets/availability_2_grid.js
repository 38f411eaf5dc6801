/* The table of lines and steps: one tab stop, arrows move, Enter goes down. Drawn from columns of integers. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, cells } = desk;
  const { format } = window.LendingWall;
  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  /** Lines in the wanted order, those that the filter leaves. */
  function chosen(answer, state) {
    const wanted = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    const named = answer.lines.map((line) => ({ line, name: cells.name(line.id, answer.by) }));
    const left = named.filter(({ line, name }) => wanted.every((piece) => `${line.id} ${name}`.toLowerCase().includes(piece)));
    if (state.sort !== "worst") return left;
    const sum = (counts) => counts.reduce((total, each) => total + (each || 0), 0);
    const share = new Map(left.map(({ line }) => [line, sum(line.bad) / Math.max(1, sum(line.good) + sum(line.bad))]));
    return left.sort((one, other) => share.get(other.line) - share.get(one.line));
  }

  /** What stands in a cell: a month has room for its figure, shorter steps for a shape. */
  function text(cell, step) {
    if (step !== "month" || !cell.known) return cells.shape(cell);
    return format.share(cell.share);
  }

  function cellElement(context, line, at) {
    const { answer, state } = context;
    const cell = cells.cellOf(line, at, state.with === "1");
    const made = document.createElement("td");
    made.className = cells.className(cell);
    made.tabIndex = -1;
    made.setAttribute("role", "gridcell");
    const verdict = answer.step === "month" && cell.known ? desk.page.verdicts[cell.verdict] : null;
    if (verdict) made.append(h("span.mark", { "aria-hidden": "true" }, verdict.glyph));
    made.append(text(cell, answer.step));
    made.dataset.at = at;
    return made;
  }

  /** Gives a row's cells the words for readers, once. */
  function label(context, row, line, name) {
    if (row.dataset.told) return;
    row.dataset.told = "1";
    for (const made of row.querySelectorAll("td[data-at]")) {
      const at = Number(made.dataset.at);
      made.setAttribute("aria-label", `${name} · ${context.columns[at]} · ${cells.said(cells.cellOf(line, at, context.state.with === "1"))}`);
    }
  }

  /** Rows get their words when there is time for it: thousands of sentences would keep the figures waiting. */
  function labelIdly(labels) {
    const waiting = [...labels];
    const some = (idle) => {
      do waiting.shift()?.(); while (waiting.length && idle.timeRemaining() > 1);
      if (waiting.length) requestIdleCallback(some, { timeout: 500 });
    };
    requestIdleCallback(some, { timeout: 500 });
  }

  function row(context, line, name, open) {
    const head = h("th", { scope: "row", role: "rowheader" }, open ? h("button.line-name", { type: "button", onclick: () => open() }, name) : h("strong", {}, name));
    const made = h("tr", { "data-line": line.id, role: "row" }, head);
    for (let at = 0; at < line.good.length; at += 1) made.append(cellElement(context, line, at));
    context.labels.set(made, () => label(context, made, line, name));
    return made;
  }

  function headRow(context) {
    const { answer } = context;
    const every = answer.step === "minute" ? 10 : answer.step === "hour" ? 4 : 1;
    const names = context.heads.map((name, at) => h("th", { scope: "col", role: "columnheader" }, h("button.column-name", { type: "button", title: context.columns[at], "aria-label": context.columns[at], onclick: () => context.openColumn(at) }, at % every === 0 || name.includes("-") ? name : "·")));
    return h("tr", { role: "row" }, h("td.corner", { role: "gridcell" }), names);
  }

  function move(table, from, [down, right]) {
    const line = from.parentElement;
    const next = down ? (down > 0 ? line.nextElementSibling : line.previousElementSibling) : line;
    const to = next && next.children[[...line.children].indexOf(from) + right];
    if (!to || to.tagName !== "TD" || to.className === "corner") return;
    table.querySelectorAll('td[tabindex="0"]').forEach((each) => each.setAttribute("tabindex", "-1"));
    to.setAttribute("tabindex", "0");
    to.focus();
  }

  function listen(table, context, lines) {
    const act = (cell) => {
      const id = cell.parentElement.dataset.line;
      context.openCell(lines.get(id) || context.answer.whole, Number(cell.dataset.at));
    };
    const body = table.tBodies[0];
    body.addEventListener("click", (event) => {
      const cell = event.target.closest("td[data-at]");
      if (cell) act(cell);
    });
    body.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td[data-at]");
      if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        act(cell);
      } else if (MOVES[event.key]) {
        event.preventDefault();
        move(table, cell, MOVES[event.key]);
      }
    });
    const tell = (event) => {
      const cell = event.target.closest("td[data-at]");
      if (!cell) return;
      context.labels.get(cell.parentElement)();
      cell.title = cell.getAttribute("aria-label");
      context.tell(cell.title);
    };
    body.addEventListener("focusin", tell);
    body.addEventListener("mouseover", tell);
  }

  /** Builds the table. context: answer, state, zone, openLine(line), openColumn(at), openCell(line, at), tell(text). */
  function table(context) {
    const { answer } = context;
    context.heads = answer.starts.map((_, at) => cells.columnName(answer, at, context.zone));
    context.columns = answer.starts.map((_, at) => cells.columnSpan(answer, at, context.zone));
    context.labels = new Map();
    const shown = chosen(answer, context.state);
    const rows = [row(context, answer.whole, context.wholeName, null), ...shown.map(({ line, name }) => row(context, line, name, context.openLine && (() => context.openLine(line))))];
    const made = h(`table.grid.grid-${answer.step}`, { role: "grid", "aria-label": word("avail.grid"), "aria-rowcount": rows.length + 1 }, h("caption.for-readers", {}, word("avail.grid_keys")), h("thead", { role: "rowgroup" }, headRow(context)), h("tbody", { role: "rowgroup" }, rows));
    rows[0].classList.add("whole");
    const first = made.querySelector("td[data-at]");
    if (first) first.setAttribute("tabindex", "0");
    made.style.setProperty("--columns", answer.starts.length);
    listen(made, context, new Map(answer.lines.map((line) => [line.id, line])));
    labelIdly(context.labels.values());
    return made;
  }

  /** The grid as rows of a CSV: instants in UTC, counts whole. */
  function csvRows(answer, state) {
    const head = ["from", "to", answer.by, "good", "bad", "total", "availability", "target", "verdict", "state", "completeness", "missing_estimate"];
    const found = [head];
    for (const { line } of [{ line: answer.whole }, ...chosen(answer, state)]) {
      for (let at = 0; at < line.good.length; at += 1) {
        const cell = cells.cellOf(line, at, state.with === "1");
        const times = [answer.starts[at], answer.ends[at]].map((second) => new Date(second * 1000).toISOString());
        const counts = cell.good === null ? ["", "", ""] : [cell.good, cell.bad, cell.good + cell.bad];
        found.push([...times, line.id || "*", ...counts, cell.share, line.target, cell.verdict, cells.stateWord(cell.mark), cell.partly || (cell.good === null ? "" : "100"), cell.missing]);
      }
    }
    return found;
  }

  function picture(context, title) {
    const { answer, state } = context;
    const lines = [{ line: answer.whole, name: context.wholeName }, ...chosen(answer, state)];
    const rows = lines.map(({ line, name }) => ({ name, cells: line.good.map((_, at) => cells.cellOf(line, at, state.with === "1")).map((cell) => cells.paintOf(cell, text(cell, answer.step))) }));
    return { title, heads: context.heads, rows };
  }

  desk.grid = { table, csvRows, picture, chosen };
})();
