/* The page of one incident. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, send, forget, ask, field, nameField, toast, remember, word, words, life, page, picture, incident: figures, plots } = desk;
  const { dom } = window.LendingWall;
  const { say } = dom;
  const POLL_MS = 2_000;
  const PICTURE_MS = 5_000;
  const ID = decodeURIComponent(window.location.pathname.split("/").slice(2).join("/"));
  const ADDRESS = `/api/v1/incidents/${encodeURIComponent(ID)}`;
  const STATES = {
    ongoing: ["✖\ufe0e", "incident.ongoing"],
    mitigated: ["▲", "incident.mitigated"],
    restored: ["✔\ufe0e", "incident.restored"],
    closed: ["●", "incident.closed"],
    merged: ["○", "incident.merged"],
  };
  let parts = null;
  let incident = null;
  let lanes = null;
  let again = () => {};

  function build(content) {
    parts = {
      headline: h("header.headline"),
      tiles: h("section.tiles-small"),
      plot: h("div.picture", { id: "picture", role: "img", "aria-label": word("incident.no_picture") }),
      note: h("div.quiet.picture-note"),
      timeline: h("div"),
      spending: h("div"),
      drafts: h("div.drafts"),
      alerts: h("div"),
    };
    const left = [h("section.panel", {}, plots.head("incident", word("incident.what_happened"), parts.plot, () => (lanes ? picture.rowsOf(lanes) : [])), parts.plot, parts.note), parts.spending];
    const right = [h("section.panel", {}, h("div.head", {}, h("h2.label", {}, word("incident.timeline")), h("button.act", { type: "button", onclick: note }, word("incident.add_note"))), parts.timeline), h("section.panel", {}, h("h2.label", {}, word("class.title")), parts.drafts)];
    content.append(parts.headline, parts.tiles, h("div.columns", {}, h("div.column", {}, left), h("div.column", {}, right)));
    life.key("a", word("keys.ack"), () => incident && !incident.restored && act("ack"));
    life.key("n", word("incident.add_note"), note);
    life.key("o", word("incident.assign"), assign);
    life.key("e", word("incident.export"), () => window.location.assign(exported()));
    life.key("c", word("class.decide"), () => incident && incident.regulatory.length && decide(incident.regulatory.find((one) => one.applies) || incident.regulatory[0]));
    life.key("p", word("incident.print"), () => window.print());
    again = life.every(POLL_MS, read);
    life.every(PICTURE_MS, readPicture);
  }

  async function read() {
    const answer = await get(ADDRESS);
    if (answer.status === 404) return missing(answer.body);
    if (!answer.fresh) return;
    incident = answer.body;
    paint();
  }

  function missing(body) {
    parts.headline.replaceChildren(h("p.nothing", {}, (body && body.error) || word("incident.missing")));
  }

  async function readPicture() {
    if (lanes && incident && incident.restored && lanes.finished) return;
    const answer = await get(ADDRESS + "/lanes");
    if (!answer.fresh) return;
    lanes = { ...answer.body, finished: Boolean(incident && incident.restored) };
    redraw();
  }

  function redraw() {
    if (!incident || !lanes || !window.Plotly) return;
    const drawn = picture.draw(parts.plot, incident, lanes);
    say(parts.note, [drawn ? "" : word("incident.no_picture"), lanes.more ? word("incident.more_lanes", { count: lanes.more }) : ""].filter(Boolean).join(" "));
  }

  function exported() {
    return `${ADDRESS}/export?lang=${page.language}`;
  }

  function acts() {
    const button = (text, run, name = "act") => h(`button.${name}`, { type: "button", onclick: run }, text);
    const going = incident.state === "ongoing" || incident.state === "mitigated";
    return [
      going && button(word("alerts.ack"), () => act("ack"), "act.ack"),
      going && incident.state === "ongoing" && button(word("incident.mitigate"), () => act("mitigate")),
      button(word("incident.assign"), assign),
      incident.state === "restored" && button(word("incident.close"), () => act("close")),
      h("a.act", { href: exported(), download: "" }, word("incident.export")),
      button(word("incident.print"), () => window.print(), "act.print"),
    ].filter(Boolean);
  }

  function paintHeadline() {
    const [glyph, state] = STATES[incident.state] || STATES.merged;
    const sign = JSON.stringify([incident.state, incident.title, incident.owner, incident.severity, incident.merged_into, incident.runbooks]);
    if (parts.headline.dataset.sign === sign) return;
    parts.headline.dataset.sign = sign;
    parts.headline.className = `headline is-${incident.state}`;
    const merged = incident.merged_into && h("a", { href: `/incidents/${encodeURIComponent(incident.merged_into)}?lang=${page.language}` }, word("incident.merged_into", { id: incident.merged_into }));
    parts.headline.replaceChildren(
      h("div.headline-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), h("span", {}, word(state))),
      h("div.headline-words", {}, h("h2.headline-title", {}, incident.title[page.language]), h("div.headline-line", {}, words.severity(incident.severity), h("span", {}, words.exactly(incident.impact_start || incident.detected)), h("span", {}, word("alerts.owner", { owner: incident.owner || word("alerts.nobody") })), incident.replayed && h("span.tag", {}, word("mark.replayed")), merged, ...incident.runbooks.map(runbook), h("code.quiet", {}, incident.id))),
      h("div.headline-acts", {}, acts())
    );
    document.title = incident.title[page.language];
  }

  function runbook(address) {
    return /^https?:\/\//.test(address) ? h("a", { href: address, rel: "noreferrer" }, word("incident.runbook")) : h("span", {}, address);
  }

  function paint() {
    paintHeadline();
    parts.tiles.replaceChildren(...figures.tiles(incident));
    renew(parts.timeline, incident.timeline, () => figures.timeline(incident.timeline));
    renew(parts.spending, incident.figures, () => figures.spending(incident.figures) || "");
    renew(parts.drafts, incident.regulatory, () => h("div", {}, incident.regulatory.map((one) => figures.draft(one, decide))));
    if (lanes) redraw();
    else readPicture();
  }

  function renew(parent, content, make) {
    const sign = JSON.stringify(content);
    if (parent.dataset.sign === sign) return;
    parent.dataset.sign = sign;
    parent.replaceChildren(make());
  }

  const ACTS = { ack: ["ack.title", "ack.do", "ack.note"], mitigate: ["incident.mitigate", "incident.mitigate", "ack.note"], close: ["incident.close", "incident.close", "ack.note"] };

  function textField(label, required) {
    return field(label, h("textarea", { name: "text", rows: 3, required, maxlength: 4000 }));
  }

  async function done(answer) {
    if (!answer.ok) return answer.error;
    toast(word("desk.done"));
    forget(ADDRESS);
    again();
    return "";
  }

  function who(form) {
    const by = form.elements.by.value.trim();
    remember(by);
    return by;
  }

  function act(what) {
    const [title, action, note] = ACTS[what];
    ask({
      title: word(title),
      about: h("strong", {}, incident.title[page.language]),
      fields: [nameField(), textField(word(note), false)],
      action: word(action),
      submit: async (form) => done(await send(`${ADDRESS}/${what}`, { by: who(form), note: form.elements.text.value.trim() })),
    });
  }

  function note() {
    ask({
      title: word("incident.add_note"),
      fields: [textField(word("incident.note_text"), true), nameField()],
      action: word("incident.add_note"),
      submit: async (form) => done(await send(`${ADDRESS}/notes`, { by: who(form), text: form.elements.text.value.trim() })),
    });
  }

  function decide(one) {
    ask({
      title: word("class.decide"),
      about: [h("strong", {}, incident.title[page.language]), h("code", {}, one.rule)],
      fields: [field(word("class.title"), h("select", { name: "chosen" }, figures.classes(one))), textField(word("class.why"), true), nameField()],
      action: word("class.decide"),
      submit: async (form) => done(await send(`${ADDRESS}/class`, { by: who(form), rule: one.rule, class: form.elements.chosen.value, why: form.elements.text.value.trim() })),
    });
  }

  function assign() {
    ask({
      title: word("incident.assign"),
      fields: [field(word("incident.new_owner"), h("input", { name: "owner", required: true, maxlength: 80, autofocus: true })), nameField()],
      action: word("incident.assign"),
      submit: async (form) => done(await send(`${ADDRESS}/assign`, { by: who(form), owner: form.elements.owner.value.trim() })),
    });
  }

  life.start(build);
})();
