/* The reports page: asks, shows, saves, freezes; lists what is frozen and what goes out. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, forget, word, words, life, reports } = desk;
  const { dom } = window.LendingWall;
  const { say, hide } = dom;
  const POLL_MS = 5_000;
  const LIST = reports.ISSUES + "?limit=200";
  const DELIVERIES = reports.ISSUES + "/deliveries?limit=20";
  const view = { issues: [] };
  let parts = null;
  let asked = null;

  async function build(content) {
    const today = await readToday();
    asked = reports.form(today, () => parts.preview.classList.add("is-old"));
    parts = {
      files: h("ul.report-files", { id: "files", "aria-label": word("reports.files"), "aria-live": "polite" }),
      preview: h("section.panel.report-preview", { id: "preview", "aria-label": word("reports.preview") }, h("p.nothing", {}, word("reports.preview_do"))),
      issues: h("ul.report-issues", { id: "issues", "aria-label": word("reports.issues") }),
      nothing: h("p.nothing", { id: "nothing", hidden: true }, word("reports.no_issues")),
      deliveries: h("section.panel.report-deliveries", { id: "deliveries", "aria-label": word("reports.deliveries") }),
    };
    const acts = h(
      "div.report-acts", {},
      h("button.act.ack", { type: "button", id: "show", onclick: show }, word("reports.show")),
      reports.buttons(save),
      h("button.act", { type: "button", id: "freeze", onclick: freeze }, word("reports.freeze"))
    );
    const issues = h("section.panel", { "aria-label": word("reports.issues") }, h("h2.label", {}, word("reports.issues")), parts.issues, parts.nothing);
    content.append(h("section.panel.report-ask", { "aria-label": word("reports.make") }, asked.fields, acts, parts.files), parts.preview, issues, parts.deliveries);
    keys();
    life.every(POLL_MS, readIssues);
    life.every(POLL_MS * 3, readDeliveries);
  }

  /** The server's day, in the bank's zone: a browser's clock may be wrong. */
  async function readToday() {
    const answer = await get("/api/v1/alerting", { always: true }).catch(() => null);
    const at = answer && answer.body && answer.body.now ? answer.body.now : life.nowMs();
    return words.day(at);
  }

  function keys() {
    life.key("v", word("reports.show"), show);
    life.key("d", word("reports.save_pdf"), () => save("pdf"));
    life.key("f", word("reports.freeze"), freeze);
    life.key("j", word("keys.next"), () => move(1));
    life.key("k", word("keys.previous"), () => move(-1));
  }

  function content() {
    return { ...reports.body(asked.choice), lang: asked.choice.lang };
  }

  function show() {
    parts.preview.classList.remove("is-old");
    return reports.preview(parts.preview, content());
  }

  function save(format) {
    return reports.save(parts.files, { ...content(), format });
  }

  function freeze() {
    reports.freeze(asked.choice, again);
  }

  function again() {
    forget(LIST);
    return readIssues();
  }

  const acts = {
    after: again,
    save: (issue, format) => {
      parts.files.scrollIntoView({ block: "nearest" });
      return reports.save(parts.files, { issue: issue.id, lang: asked.choice.lang, format });
    },
    show: (issue) => {
      parts.preview.classList.remove("is-old");
      parts.preview.scrollIntoView({ block: "start" });
      return reports.preview(parts.preview, { issue: issue.id, lang: asked.choice.lang });
    },
  };

  async function readIssues() {
    const answer = await get(LIST);
    if (!answer.fresh) return;
    view.issues = answer.body.reports;
    reports.list(parts.issues, view.issues, acts);
    hide(parts.nothing, view.issues.length > 0);
    say(document.getElementById("spoken"), word("reports.spoken", { count: view.issues.length }));
  }

  async function readDeliveries() {
    const answer = await get(DELIVERIES);
    if (answer.fresh) reports.paintDeliveries(parts.deliveries, answer.body);
  }

  function move(step) {
    const rows = [...parts.issues.children];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("is-chosen"));
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
    rows.forEach((row) => row.classList.toggle("is-chosen", row === next));
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  life.start(build);
})();
