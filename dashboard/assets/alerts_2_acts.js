/* What people do about alerts: take, give back, silence, end a silence. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, send, ask, field, nameField, toast, remember, word, words, life, again } = desk;
  const { format } = window.LendingWall;
  const LABELS = ["product", "data_center", "dcn", "other", "rule", "slo", "level", "severity"];
  const CHECKED = ["product", "data_center", "dcn", "other"];
  const DURATIONS = [
    [15 * 60, "silence.minutes_15"],
    [60 * 60, "silence.hour_1"],
    [4 * 3600, "silence.hours_4"],
    [8 * 3600, "silence.hours_8"],
    [24 * 3600, "silence.day_1"],
  ];

  function about(alert) {
    return [words.severity(alert.severity), h("strong", {}, alert.where), h("span", {}, alert.what), life.since(alert.sinceMs)];
  }

  function noteField(label, required) {
    return field(label, h("textarea", { name: "note", rows: 2, maxlength: 2000, required }));
  }

  async function act(alert, what, form, done) {
    const by = form.elements.by.value.trim();
    if (!by) return word("desk.name_missing");
    remember(by);
    const answer = await send(`/api/v1/alerts/${encodeURIComponent(alert.id)}/${what}`, { by, note: form.elements.note.value.trim() });
    if (!answer.ok) return answer.error;
    done();
    return "";
  }

  /** Takes an alert: with a known name that is one more tap. */
  function ack(alert, after) {
    ask({
      title: word("ack.title"),
      about: about(alert),
      fields: [nameField(), noteField(word("ack.note"), false)],
      action: word("ack.do"),
      submit: (form) => act(alert, "ack", form, () => (toast(word("ack.done", { where: alert.where })), after())),
    });
  }

  function unack(alert, after) {
    ask({
      title: word("unack.title"),
      about: about(alert),
      fields: [nameField(), noteField(word("unack.note"), false)],
      action: word("unack.do"),
      submit: (form) => act(alert, "unack", form, () => (toast(word("unack.done", { where: alert.where })), after())),
    });
  }

  function labelsOf(alert) {
    const known = { product: alert.product, data_center: alert.data_center, dcn: alert.dcn, other: alert.other, rule: alert.rule, slo: alert.slo, level: alert.level, severity: alert.severity };
    const own = Object.entries(alert.external ? alert.labels : {}).filter(([name]) => !known[name] && name !== "alertname");
    return [...LABELS.filter((label) => known[label]).map((label) => ({ label, value: known[label] })), ...own.map(([name, value]) => ({ label: `label.${name}`, value }))];
  }

  /** Labels of an alert as choices; what says where it is, is chosen. Without an alert: a line per matcher. */
  function matcherField(alert) {
    if (!alert) {
      const hint = word("silence.matchers_hint");
      return field(word("silence.matchers"), h("textarea", { name: "matchers", rows: 3, required: true, spellcheck: "false", placeholder: "product=weilidai\ndata_center=dc3" }), hint);
    }
    const labels = labelsOf(alert);
    const placed = labels.some(({ label }) => CHECKED.includes(label));
    const boxes = labels.map(({ label, value }) => {
      const checked = placed ? CHECKED.includes(label) || label === "rule" : label === "rule" || label === "level";
      const box = h("input", { type: "checkbox", name: "matcher", value: `${label}=${value}`, checked });
      return h("label.choice", {}, box, h("code", {}, `${label}=${value}`));
    });
    return h("fieldset.field", {}, h("legend.field-label", {}, word("silence.matchers")), h("div.choices", {}, boxes));
  }

  function durationField() {
    const choices = DURATIONS.map(([seconds, name], index) => {
      const box = h("input", { type: "radio", name: "duration", value: seconds, checked: index === 1 });
      return h("label.choice", {}, box, h("span", {}, word(name)));
    });
    return h("fieldset.field", {}, h("legend.field-label", {}, word("silence.duration")), h("div.choices", {}, choices));
  }

  function matchersOf(form) {
    const lines = form.elements.matchers ? form.elements.matchers.value.split(/\n/).map((line) => line.trim()).filter(Boolean) : [];
    return [...lines, ...[...form.querySelectorAll("[name=matcher]:checked")].map((box) => box.value)];
  }

  async function create(form, after) {
    const by = form.elements.by.value.trim();
    const comment = form.elements.note.value.trim();
    const matchers = matchersOf(form);
    if (!by) return word("desk.name_missing");
    if (!matchers.length) return word("silence.matchers_missing");
    if (!comment) return word("silence.comment_missing");
    const { error, ...time } = again.said(form);
    if (error) return error;
    remember(by);
    const answer = await send("/api/v1/silences", { by, matchers, comment, ...time });
    if (!answer.ok) return answer.error;
    toast(word("silence.done", { until: words.moment(answer.body.ends, life.nowMs()) }));
    after();
    return "";
  }

  /** A silence for an alert (its labels are the matchers), or a free one. */
  function silence(alert, after) {
    ask({
      title: word("silence.title"),
      about: alert ? about(alert) : null,
      fields: [matcherField(alert), ...again.fields(durationField()), noteField(word("silence.comment"), true), nameField()],
      action: word("silence.do"),
      submit: (form) => create(form, after),
    });
  }

  function expire(one, after) {
    ask({
      title: word("silence.expire_title"),
      about: one.matchers.map((matcher) => h("code.matcher", {}, matcher)),
      fields: [nameField()],
      action: word("silence.expire"),
      danger: true,
      submit: async (form) => {
        const by = form.elements.by.value.trim();
        remember(by);
        const answer = await send(`/api/v1/silences/${encodeURIComponent(one.id)}/expire`, { by });
        if (!answer.ok) return answer.error;
        toast(word("silence.expired"));
        after();
        return "";
      },
    });
  }

  const STATES = { active: ["●", "silence.active"], pending: ["○", "silence.pending"], over: ["–", "silence.over"] };

  /** The tab of silences. */
  function paintSilences(parent, silences, after) {
    if (!silences.length) return parent.replaceChildren(h("p.nothing", {}, word("silence.none")));
    const rows = silences.map((one) => {
      const [glyph, name] = STATES[one.state] || STATES.over;
      const ends = words.ms(one.ends);
      const time = one.state === "active" ? h("span", {}, word("silence.ends_in"), " ", h("time.age", { "data-until": ends }, words.span(ends - life.nowMs()))) : h("span", {}, words.moment(one.starts, life.nowMs()), " → ", words.moment(one.ends, life.nowMs()));
      const comesAgain = one.recurrence ? h("small", {}, again.words(one.recurrence)) : null;
      const end = one.state === "over" ? null : h("button.act", { type: "button", onclick: () => expire(one, after) }, word("silence.expire"));
      return h(
        `li.silence.is-${one.state}`,
        { "data-key": one.id },
        h("span.silence-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), word(name)),
        h("span.silence-matchers", {}, one.matchers.map((matcher) => h("code.matcher", {}, matcher))),
        h("span.silence-time", { title: `${words.exactly(one.starts)} → ${words.exactly(one.ends)}` }, time, comesAgain),
        h("span.silence-why", {}, one.comment, h("small", {}, one.owner)),
        h("span.silence-acts", {}, end)
      );
    });
    parent.replaceChildren(h("ul.silences", {}, rows));
  }

  const CHANGES = {
    firing: ["▲", "history.firing"],
    pending: ["○", "history.pending"],
    resolved: ["✔\ufe0e", "history.resolved"],
    inactive: ["–", "history.inactive"],
    ack: ["●", "history.ack"],
    unack: ["○", "history.unack"],
  };

  /** One entry of the journal as a change: of an alert's state, or of who has it. */
  function changeOf(entry) {
    if (entry.kind !== "alert") return { state: entry.kind, at: entry.at, severity: "", about: words.keyOf(entry.subject), who: entry.actor, note: (entry.body && entry.body.note) || "" };
    const { state, severity, at_ms, evidence, replayed, key } = entry.body;
    const [good, bad] = evidence.long;
    return { state, severity, at: at_ms, about: words.keyOf(key), bad, total: good + bad, replayed, who: "", note: "" };
  }

  function historyLine(change, at) {
    const [glyph, name] = CHANGES[change.state] || CHANGES.pending;
    const figures = change.total ? word("alerts.failed", { bad: format.grouped(change.bad), total: format.grouped(change.total) }) : "";
    return h(
      `li.change.is-${change.state}`,
      {},
      h("time", { title: words.exactly(at) }, words.clock(at)),
      h("span.change-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), word(name)),
      h("span.change-severity", {}, change.severity && words.severity(change.severity)),
      h("span.change-what", {}, h("strong", {}, words.place(change.about)), " ", words.rule(change.about.rule), change.replayed && h("span.tag", {}, word("mark.replayed"))),
      h("span.change-figures", {}, [change.who, change.note, figures].filter(Boolean).join(" · "))
    );
  }

  /** The tab of what happened: every change, newest first, day by day. */
  function paintHistory(parent, entries, dayOf) {
    if (!entries.length) return parent.replaceChildren(h("p.nothing", {}, word("history.none")));
    const lines = [];
    let day = "";
    for (const change of entries.map(changeOf)) {
      const at = words.ms(change.at);
      if (dayOf(at) !== day) lines.push(h("li.day", {}, (day = dayOf(at))));
      lines.push(historyLine(change, at));
    }
    parent.replaceChildren(h("ul.history", {}, lines));
  }

  desk.acts = { ack, unack, silence, expire, paintSilences, paintHistory };
})();
