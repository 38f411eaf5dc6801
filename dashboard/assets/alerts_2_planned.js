/* Announced maintenance: planned, called off, ended. It silences, and its time counts for no objective. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, send, ask, field, nameField, toast, remember, word, words, life, page, again } = desk;
  const ADDRESS = "/api/v1/maintenance";
  const MINUTE_MS = 60_000;
  const QUARTER_MS = 15 * MINUTE_MS;
  const HOUR_MS = 60 * MINUTE_MS;
  const STATES = { running: ["●", "maintenance.running"], announced: ["○", "maintenance.announced"], over: ["–", "silence.over"], cancelled: ["–", "maintenance.cancelled"] };
  const ENDS = { announced: ["cancel", "maintenance.cancel"], running: ["end", "maintenance.end"] };

  function choices(label, name, ids, hint) {
    const boxes = ids.map((id) => h("label.choice", {}, h("input", { type: "checkbox", name, value: id }), h("span", {}, words.named(id))));
    return h("fieldset.field", {}, h("legend.field-label", {}, label), h("div.choices", {}, boxes), h("span.field-hint", {}, hint));
  }

  function chosen(form, name) {
    return [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  }

  function fields() {
    const begin = Math.ceil((life.nowMs() + MINUTE_MS) / QUARTER_MS) * QUARTER_MS;
    return [
      field(word("maintenance.name"), h("input", { name: "name", required: true, maxlength: 200, autofocus: true })),
      field(word("maintenance.reason"), h("textarea", { name: "reason", rows: 2, required: true, maxlength: 2000 })),
      choices(word("filter.data_center"), "center", page.data_centers, word("maintenance.centers_hint")),
      choices(word("filter.product"), "product", page.products, word("maintenance.products_hint")),
      again.instantField(word("again.from"), "begin", begin),
      again.instantField(word("again.to"), "end", begin + HOUR_MS),
      nameField(),
    ];
  }

  async function announce(form, after) {
    const given = form.elements;
    const [begin, end, by] = [again.instantOf(given.begin.value), again.instantOf(given.end.value), given.by.value.trim()];
    if (!by) return word("desk.name_missing");
    if (begin === null || end === null) return word("again.incomplete");
    remember(by);
    const window = { by, title: given.name.value.trim(), reason: given.reason.value.trim(), products: chosen(form, "product"), data_centers: chosen(form, "center") };
    const answer = await send(ADDRESS, { ...window, from: new Date(begin).toISOString(), to: new Date(end).toISOString() });
    if (!answer.ok) return answer.error;
    toast(word("maintenance.done", { from: words.minute(answer.body.from), to: words.minute(answer.body.to) }));
    after();
    return "";
  }

  function plan(after) {
    ask({ title: word("maintenance.new"), about: h("span", {}, word("maintenance.about")), fields: fields(), action: word("maintenance.announce"), submit: (form) => announce(form, after) });
  }

  function end(one, after) {
    const [what, name] = ENDS[one.state];
    ask({
      title: word(name),
      about: [h("strong", {}, one.title), h("span", {}, where(one))],
      fields: [nameField()],
      action: word(name),
      danger: true,
      submit: async (form) => {
        const by = form.elements.by.value.trim();
        remember(by);
        const answer = await send(`${ADDRESS}/${encodeURIComponent(one.id)}/${what}`, { by });
        if (!answer.ok) return answer.error;
        toast(word("desk.done"));
        after();
        return "";
      },
    });
  }

  function where(one) {
    const products = one.products.length ? one.products.map(words.named).join(word("place.list")) : word("maintenance.every_product");
    const centers = one.data_centers.length ? one.data_centers.map(words.named).join(word("place.list")) : word("maintenance.every_center");
    return `${centers} · ${products}`;
  }

  function line(one, after) {
    const [glyph, name] = STATES[one.state] || STATES.over;
    const act = ENDS[one.state] && h("button.act", { type: "button", onclick: () => end(one, after) }, word(ENDS[one.state][1]));
    return h(
      `li.silence.maintenance.is-${one.state === "running" ? "active" : one.state}`,
      { "data-key": one.id },
      h("span.silence-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), word(name)),
      h("span.silence-matchers", {}, h("strong", {}, one.title), h("small", {}, where(one))),
      h("span.silence-time", {}, words.minute(one.from), " → ", words.minute(one.to)),
      h("span.silence-why", {}, one.reason, h("small", {}, one.owner)),
      h("span.silence-acts", {}, act)
    );
  }

  /** The tab of maintenance: what runs or is announced, the next first. */
  function paint(parent, windows, after) {
    if (!windows.length) return parent.replaceChildren(h("p.nothing", {}, word("maintenance.none")));
    const ordered = [...windows].sort((one, other) => words.ms(one.from) - words.ms(other.from));
    parent.replaceChildren(h("ul.silences", {}, ordered.map((one) => line(one, after))));
  }

  desk.planned = { plan, paint };
})();
