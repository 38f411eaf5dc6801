/* What a report is asked for: kind, period, products, language. All of it stands in the address. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page, range } = desk;
  const KINDS = { availability: "reports.availability", incidents: "reports.incidents", costs: "reports.costs", peaks: "reports.peaks" };
  const SPANS = { month: "reports.month", quarter: "reports.quarter", year: "reports.year", range: "reports.range" };
  const SHAPES = { month: /^\d{4}-\d\d$/, quarter: /^\d{4}-Q\d$/, year: /^\d{4}$/, range: /^\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d$/ };
  const MONTHS = 13;
  const QUARTERS = 6;
  const YEARS = 3;
  const PAPER = { zh: "中文", en: "English" };

  const pad = (number) => String(number).padStart(2, "0");

  function monthBefore(today, back) {
    const index = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1 - back;
    return `${Math.floor(index / 12)}-${pad((index % 12) + 1)}`;
  }

  function quarterBefore(today, back) {
    const index = Number(today.slice(0, 4)) * 4 + Math.floor((Number(today.slice(5, 7)) - 1) / 3) - back;
    return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`;
  }

  /** Periods to choose from, newest first; the first one is still going on. */
  function periods(span, today) {
    const make = { month: [MONTHS + 1, monthBefore], quarter: [QUARTERS, quarterBefore], year: [YEARS, (day, back) => String(Number(day.slice(0, 4)) - back)] }[span];
    return Array.from({ length: make[0] }, (_, back) => make[1](today, back));
  }

  function option(value, text, chosen) {
    return h("option", { value, selected: value === chosen }, text);
  }

  function select(id, label, options, change) {
    return desk.field(label, h("select", { id, onchange: (event) => change(event.target.value) }, options));
  }

  /** What a kind can be about: spans, and how many products it can be narrowed to. */
  function takes(kind) {
    return page.report_kinds[kind];
  }

  /** Puts right what a kind cannot be about: costs are of a month and of the whole bank. */
  function fit(choice, today) {
    const { spans, products: most } = takes(choice.kind);
    if (!spans.includes(choice.span)) turn(choice, spans[0], today);
    if (most !== null) choice.products = choice.products.slice(0, most);
    return choice;
  }

  /** What the address asks for; else the last month that is over. */
  function asked(today) {
    const said = new URLSearchParams(window.location.search);
    const period = said.get("period") || monthBefore(today, 1);
    const span = Object.keys(SHAPES).find((name) => SHAPES[name].test(period)) || "month";
    const known = (said.get("products") || "").split(",").filter((id) => page.products.includes(id));
    return {
      kind: Object.hasOwn(KINDS, said.get("kind") || "") ? said.get("kind") : "availability",
      span,
      period,
      products: known,
      lang: PAPER[said.get("paper")] ? said.get("paper") : page.language,
    };
  }

  function remember(choice) {
    const query = new URLSearchParams(window.location.search);
    query.set("kind", choice.kind);
    query.set("period", choice.period);
    query.set("paper", choice.lang);
    if (choice.products.length) query.set("products", choice.products.join(","));
    else query.delete("products");
    window.history.replaceState(null, "", "?" + query);
  }

  /** Whole days of the bank, the day of the end not one of them; chosen as on every other page. */
  function rangeFields(choice, changed) {
    const shown = () => {
      const [fromMs, toMs] = choice.period.split("_").map(range.beginOf);
      picker.paint({ from: choice.period, last: "", zone: desk.address.said("zone").zone }, { fromMs, toMs });
    };
    const picker = range.picker((said) => {
      if (said.zone !== undefined) return desk.address.tell({ zone: said.zone });
      const { from, to } = range.days(range.spanOf(said, desk.life.nowMs()));
      choice.period = `${from}_${to}`;
      shown();
      return changed();
    });
    shown();
    return [picker.form, h("p.quiet", {}, word("reports.whole_days", { zone: page.time_zone }))];
  }

  function periodFields(choice, today, changed) {
    if (choice.span === "range") return rangeFields(choice, changed);
    const known = periods(choice.span, today);
    if (!known.includes(choice.period)) known.push(choice.period);
    const text = (period) => (period === known[0] ? word("reports.so_far", { period }) : period);
    return [select("period", word(SPANS[choice.span]), known.map((each) => option(each, text(each), choice.period)), (value) => { choice.period = value; changed(); })];
  }

  function turn(choice, span, today) {
    const month = choice.period.slice(0, 7);
    choice.span = span;
    if (span === "range") choice.period = /^\d{4}-\d\d$/.test(month) ? `${month}-01_${monthBefore(month, -1)}-01` : `${monthBefore(today, 1)}-01_${monthBefore(today, 0)}-01`;
    else choice.period = periods(span, today)[1];
  }

  function products(choice, changed) {
    const said = h("summary");
    const tell = () => (said.textContent = choice.products.length ? word("reports.some_products", { count: choice.products.length }) : word("reports.all_products"));
    const boxes = page.products.map((id) => h("label.choice", {}, h("input", { type: "checkbox", value: id, checked: choice.products.includes(id), onchange: pick }), h("span", {}, words.named(id))));
    function pick(event) {
      const id = event.target.value;
      const before = takes(choice.kind).products === 1 ? [] : choice.products;
      choice.products = page.products.filter((each) => (each === id ? event.target.checked : before.includes(each)));
      paint();
      changed();
    }
    function paint() {
      boxes.forEach((box) => (box.firstChild.checked = choice.products.includes(box.firstChild.value)));
      whole.hidden = takes(choice.kind).products === 0;
      tell();
    }
    const whole = h("details.report-products", { id: "products" }, said, h("div.choices", { role: "group", "aria-label": word("reports.products") }, boxes));
    paint();
    return { whole, paint };
  }

  /** The form; `changed(choice)` is told whenever something else is asked for. */
  function form(today, changed) {
    const choice = fit(asked(today), today);
    const period = h("div.report-period");
    const told = () => { remember(choice); changed(choice); };
    const paint = () => period.replaceChildren(...periodFields(choice, today, told));
    const some = products(choice, told);
    const span = h("div");
    const kinds = Object.entries(KINDS).map(([name, key]) => option(name, word(key), choice.kind));
    const paintSpan = () => span.replaceChildren(select("span", word("reports.span"), takes(choice.kind).spans.map((name) => option(name, word(SPANS[name]), choice.span)), (value) => { turn(choice, value, today); paint(); told(); }));
    const repaint = () => { paintSpan(); paint(); some.paint(); };
    const papers = Object.entries(PAPER).map(([name, text]) => option(name, text, choice.lang));
    repaint();
    const fields = h(
      "div.report-fields", {},
      select("kind", word("reports.kind"), kinds, (value) => { choice.kind = value; fit(choice, today); repaint(); told(); }),
      span,
      period,
      select("paper", word("reports.language"), papers, (value) => { choice.lang = value; told(); }),
      some.whole
    );
    return { choice, fields };
  }

  /** What the API wants of a choice. */
  function body(choice) {
    return { kind: choice.kind, period: choice.period, products: choice.products };
  }

  desk.reports = { form, body, KINDS };
})();
