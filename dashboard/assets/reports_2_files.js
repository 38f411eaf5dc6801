/* Files: made beside the server's threads, with progress, then saved; or shown as a page in which nothing runs. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, send, word, toast } = desk;
  const { format } = window.LendingWall;
  const JOBS = "/api/v1/reports/jobs";
  const FORMATS = ["pdf", "xlsx", "csv", "json", "html"];
  const LOOK_MS = 300;
  const STEPS = { reading: "reports.reading", drawing: "reports.drawing" };
  const pause = () => new Promise((after) => setTimeout(after, LOOK_MS));

  function told(job) {
    if (job.state === "waiting") return word("reports.waiting");
    return STEPS[job.step] ? word(STEPS[job.step]) : "";
  }

  /** Begins a file and looks until it has ended: the job, or null when it was refused (and said so). */
  async function make(content, look) {
    const begun = await send(JOBS, content, "POST", { keyed: false });
    if (!begun.ok) return refused(begun.error);
    let job = begun.body;
    while (job.state === "waiting" || job.state === "making") {
      look(job);
      await pause();
      const answer = await get(`${JOBS}/${job.id}`, { always: true });
      if (answer.status !== 200) return refused((answer.body && answer.body.error) || word("desk.no_server"));
      job = answer.body;
    }
    return job.error ? refused(job.error) : job;
  }

  function refused(error) {
    toast(error, true);
    return null;
  }

  function kilobytes(bytes) {
    return word("reports.size", { size: format.grouped(Math.ceil(bytes / 1024)) });
  }

  /** One line of progress, then a link that stays; the browser saves it at once. */
  async function save(list, content) {
    const bar = h("progress", { max: 100, value: 0, "aria-label": word("reports.progress") });
    const said = h("span");
    const row = h("li.report-file", {}, h("strong", {}, content.format.toUpperCase()), h("span.report-file-of", {}, content.issue || content.period), bar, said);
    list.prepend(row);
    const job = await make(content, (each) => { bar.value = each.percent; said.textContent = told(each); }).catch(() => refused(word("desk.no_server")));
    if (!job) return row.remove();
    const link = h("a.go", { href: job.file, download: job.name }, job.name);
    row.replaceChildren(h("strong", {}, content.format.toUpperCase()), link, h("small", {}, kilobytes(job.bytes)));
    link.click();
    while (list.children.length > FORMATS.length) list.lastElementChild.remove();
  }

  /** A button for each format. */
  function buttons(ask) {
    return FORMATS.map((name) => h("button.act", { type: "button", "data-format": name, onclick: () => ask(name) }, name.toUpperCase()));
  }

  /** Shows a report as a page: no script of it runs, and it cannot reach this one. */
  async function preview(section, content) {
    const turn = (section.turn = (section.turn || 0) + 1);
    const bar = h("progress", { max: 100, value: 0, "aria-label": word("reports.progress") });
    const said = h("span");
    section.replaceChildren(h("div.report-file", {}, bar, said));
    const job = await make({ ...content, format: "html" }, (each) => { bar.value = each.percent; said.textContent = told(each); }).catch(() => refused(word("desk.no_server")));
    if (turn !== section.turn) return;
    if (!job) return section.replaceChildren(h("p.nothing", {}, word("reports.no_preview")));
    section.replaceChildren(h("iframe.report-page", { sandbox: "", title: word("reports.preview"), src: job.file + "?show=page" }));
  }

  Object.assign(desk.reports, { save, buttons, preview });
})();
