/* A chart as CSV and as a picture in the clipboard, or as a file where there is no clipboard; drawn anew from its
   figures, not from the screen. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, page, toast } = desk;
  const ROW = 26;
  const HEAD = 74;
  const FEW = 3;
  const MOST_PX = 16_000;
  const KEPT_MS = 60_000;

  /** A field as CSV wants it; what a spreadsheet would take for a formula becomes text. */
  function field(value) {
    const text = value === null || value === undefined ? "" : String(value);
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  function csv(rows) {
    return rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
  }

  /** Without a secure origin browsers have no clipboard; the old way still works there. */
  async function copy(name, text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch (blocked) {
      const box = h("textarea", { class: "for-readers", readonly: true });
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      if (!done) return save(name + ".csv", new Blob(["\ufeff" + text], { type: "text/csv" }));
    }
    return toast(word("chart.copied"));
  }

  function hatch(context, x, y, width, height) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = "rgba(0,0,0,0.45)";
    context.lineWidth = 2;
    for (let at = -height; at < width; at += 7) {
      context.beginPath();
      context.moveTo(x + at, y + height);
      context.lineTo(x + at + height, y);
      context.stroke();
    }
    context.restore();
  }

  /** Draws {title, heads, rows: [{name, cells: [{text, color, ink, hatched, share}]}]}; returns the canvas. `share`: how
   *  much of its cell a bar fills, 0 to 1. */
  function drawn({ title, heads, rows }) {
    const narrow = heads.length > 16;
    const column = narrow ? 22 : heads.length > FEW ? 96 : 260;
    const left = 220;
    const canvas = document.createElement("canvas");
    canvas.width = Math.min(MOST_PX, left + heads.length * column + 20);
    canvas.height = Math.min(MOST_PX, HEAD + rows.length * ROW + 20);
    const context = canvas.getContext("2d");
    const font = getComputedStyle(document.body).fontFamily;
    context.fillStyle = page.surfaces.ground;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.textBaseline = "middle";
    const say = (text, x, y, color, size, most) => {
      context.fillStyle = color;
      context.font = `${size}px ${font}`;
      context.fillText(text, x, y, most);
    };
    say(title, 10, 20, page.surfaces.text, 17, canvas.width - 20);
    heads.forEach((head, at) => (!narrow || at % 4 === 0) && say(head, left + at * column + 2, 52, page.surfaces.quiet, 12, narrow ? column * 4 : column - 4));
    rows.forEach((row, line) => {
      const y = HEAD + line * ROW;
      say(row.name, 10, y + ROW / 2, page.surfaces.text, 13, left - 20);
      row.cells.forEach((cell, at) => {
        const x = left + at * column;
        context.fillStyle = cell.color;
        context.fillRect(x, y, (column - 2) * (cell.share ?? 1), ROW - 2);
        if (cell.hatched) hatch(context, x, y, column - 2, ROW - 2);
        say(cell.text, x + 4, y + ROW / 2, cell.ink, 12, column - 8);
      });
    });
    return canvas;
  }

  function save(name, blob) {
    const address = URL.createObjectURL(blob);
    const link = h("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
    toast(word("chart.saved", { name }));
  }

  /** Into the clipboard; as a file where the browser does not let us (no secure origin, no permission). What is not
   *  drawn yet is said to be nothing. */
  async function copyPicture(name, make) {
    const blob = await make();
    if (!blob) return toast(word("chart.nothing"), true);
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    } catch (blocked) {
      return save(name + ".png", blob);
    }
    return toast(word("chart.copied_picture"));
  }

  function copyRows(name, rows) {
    return rows ? copy(name, csv(rows)) : toast(word("chart.nothing"), true);
  }

  /** Both buttons; `rows()` gives the CSV's rows, `blob()` a promise of the PNG (left out: no picture); null from either:
   *  there is nothing yet. */
  function acts(name, rows, blob) {
    const one = h("button.act.chart-act", { type: "button", "data-copy": name, onclick: () => copyRows(name, rows()) }, word("chart.csv"));
    const other = blob && h("button.act.chart-act", { type: "button", "data-picture": name, onclick: () => copyPicture(name, blob) }, word("chart.png"));
    return h("span.chart-acts", {}, one, other);
  }

  /** Both buttons of a picture that is drawn from cells; `picture()` is what `drawn` takes. */
  function buttons(name, rows, picture) {
    return acts(name, rows, picture && (() => painted(picture())));
  }

  function painted(picture) {
    return picture && new Promise((resolve) => drawn(picture).toBlob(resolve));
  }

  desk.chart = { acts, buttons, csv, copy, drawn };
})();
