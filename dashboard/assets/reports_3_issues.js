/* Frozen issues: verdict, state, who signed, hash, what they say otherwise than the one before; freezing and signing. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, get, send, ask, field, nameField, remember, toast, word, words, page, reports } = desk;
  const { format } = window.LendingWall;
  const ISSUES = "/api/v1/reports";
  const STATES = { frozen: "reports.frozen", prepared: "reports.prepared", reviewed: "reports.reviewed", approved: "reports.approved", withdrawn: "reports.withdrawn" };
  const SIGNS = { frozen: "❄\ufe0e", prepared: "◔", reviewed: "◑", approved: "✔\ufe0e", withdrawn: "–" };
  const DO = { prepared: "reports.sign_prepared", reviewed: "reports.sign_reviewed", approved: "reports.sign_approved" };
  const MOST_DIFFERENCES = 50;
  const HASH_SHOWN = 16;

  async function act(address, content, form) {
    const by = form.elements.by.value.trim();
    if (!by) return { error: word("desk.name_missing") };
    remember(by);
    return send(address, { ...content, by });
  }

  /** Freezes what is chosen; what says the same already is not frozen twice. */
  function freeze(choice, after) {
    ask({
      title: word("reports.freeze_title"),
      about: [h("strong", {}, word(reports.KINDS[choice.kind])), h("span", {}, choice.period), choice.products.map((id) => h("span.tag", {}, words.named(id)))],
      fields: [h("p", {}, word("reports.freeze_means")), nameField()],
      action: word("reports.freeze"),
      submit: async (form) => {
        const answer = await act(ISSUES, reports.body(choice), form);
        if (answer.error) return answer.error;
        toast(word(answer.status === 201 ? "reports.freeze_done" : "reports.freeze_same", { issue: answer.body.id }));
        after();
        return "";
      },
    });
  }

  function sign(issue, after) {
    ask({
      title: word(DO[issue.next_step]),
      about: [verdict(issue), h("strong", {}, issue.id), h("code", {}, issue.sha256.slice(0, HASH_SHOWN))],
      fields: [h("p", {}, word("reports.sign_means")), nameField(), field(word("reports.note"), h("textarea", { name: "note", rows: 2, maxlength: 2000 }))],
      action: word(DO[issue.next_step]),
      submit: async (form) => {
        const answer = await act(`${ISSUES}/${encodeURIComponent(issue.id)}/approvals`, { step: issue.next_step, note: form.elements.note.value.trim() }, form);
        if (answer.error) return answer.error;
        toast(word("reports.signed", { issue: issue.id }));
        after();
        return "";
      },
    });
  }

  function verdict(issue) {
    const look = page.verdicts[issue.verdict];
    if (!look) return h("span.chip", {}, format.NONE);
    return h(`span.chip.verdict-${issue.verdict.replace(" ", "-")}`, {}, h("span.mark", { "aria-hidden": "true" }, look.glyph), " ", look.word);
  }

  function signatures(issue) {
    const steps = Object.keys(DO).map((step) => {
      const given = issue.approvals.find((one) => one.step === step);
      const who = given ? h("span", { title: [words.exactly(given.at), given.note].filter(Boolean).join(" · ") }, given.by) : h("span.quiet", {}, format.NONE);
      return h("div.report-signature", {}, h("small", {}, word(STATES[step])), who);
    });
    return h("div.report-signatures", {}, steps);
  }

  function differences(issue, rows) {
    const cell = (text) => h("td", {}, String(text).slice(0, 200));
    const body = rows.slice(0, MOST_DIFFERENCES).map((row) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, row.figure)), cell(row.was), cell(row.now)));
    const head = h("tr", {}, [word("reports.figure"), issue.previous || word("reports.was"), issue.id].map((text) => h("th", { scope: "col" }, text)));
    const more = issue.differences_total - body.length;
    const table = h("table.figures", {}, h("caption", {}, word("reports.differences")), h("thead", {}, head), h("tbody", {}, body));
    return [h("div.scroll", { tabindex: 0, role: "region", "aria-label": word("reports.differences") }, table), more > 0 && h("p.quiet", {}, word("reports.more_differences", { count: format.grouped(more) }))];
  }

  async function unfold(details, issue) {
    if (!details.open || details.dataset.read) return;
    const answer = await get(`${ISSUES}/${encodeURIComponent(issue.id)}`, { always: true });
    if (answer.status !== 200) return toast((answer.body && answer.body.error) || word("desk.no_server"), true);
    details.dataset.read = "yes";
    details.append(...differences(issue, answer.body.differences).filter(Boolean));
  }

  function changed(issue) {
    if (!issue.previous) return h("small", {}, word("reports.first"));
    const made = h("details.report-differences", {}, h("summary", {}, word("reports.changed", { count: format.grouped(issue.differences_total), issue: issue.previous })));
    made.addEventListener("toggle", () => unfold(made, issue));
    return made;
  }

  function make() {
    return h("li.report-issue", { tabindex: -1 });
  }

  /** One issue; painted again only when something about it changed. */
  function paint(row, issue, acts) {
    const stamp = JSON.stringify([issue.state, issue.approvals.length, issue.sha256]);
    if (row.dataset.stamp === stamp) return;
    row.dataset.stamp = stamp;
    row.className = `report-issue is-${issue.state}`;
    const state = h("span.report-state", {}, h("span.mark", { "aria-hidden": "true" }, SIGNS[issue.state] || ""), " ", STATES[issue.state] ? word(STATES[issue.state]) : issue.state);
    const share = issue.availability === null ? "" : `${format.share(issue.availability)} %`;
    const notes = [issue.provisional && h("span.tag.tag-pending", {}, word("reports.provisional")), issue.withdrawn && h("small", {}, word("reports.replaced", { issue: issue.withdrawn.replaced_by }))];
    const frozen = h("small", { title: words.exactly(issue.frozen) }, word("reports.frozen_by", { name: issue.frozen_by, at: words.exactly(issue.frozen).slice(0, 16) }));
    const hash = h("code.report-hash", { title: issue.sha256 }, `sha256 ${issue.sha256.slice(0, HASH_SHOWN)}`);
    const button = issue.next_step && h("button.act.ack", { type: "button", onclick: () => sign(issue, acts.after) }, word(DO[issue.next_step]));
    row.replaceChildren(
      h("div.report-verdict", {}, verdict(issue), h("strong", {}, share)),
      h("div.report-name", {}, h("strong", {}, issue.id), state, ...notes.filter(Boolean), frozen, hash),
      signatures(issue),
      h("div.report-acts", {}, button, h("button.act", { type: "button", onclick: () => acts.show(issue) }, word("reports.preview")), reports.buttons((name) => acts.save(issue, name))),
      h("div.report-changed", {}, changed(issue))
    );
  }

  function list(parent, issues, acts) {
    each(parent, issues, (one) => one.id, make, (row, one) => paint(row, one, acts));
  }

  Object.assign(reports, { freeze, list, ISSUES });
})();
