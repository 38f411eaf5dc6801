/* Words and tables of the costs screen. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, page, load } = desk;
  const { format } = window.LendingWall;
  const WHY = {
    closed_months: "costs.why_closed_months",
    days_missing: "costs.why_days_missing",
    loans_not_counted: "costs.why_loans",
    transactions_not_on_every_day: "costs.why_transactions",
    accounts_did_not_change: "costs.why_same_accounts",
    month_before_not_known: "costs.why_month_before",
    no_month_before: "costs.why_month_before",
    no_accounts: "costs.why_no_accounts",
  };
  /* What a sentence says after its month, as reports/costs/told.py knows it. */
  const TOLD = [
    ["costs.told_no_costs", "neither metrics nor imported charges"],
    ["costs.told_days", "metrics on (?<seen>\\d+) of (?<days>\\d+) days"],
    ["costs.told_days_of", "metrics of (?<name>.+) on (?<seen>\\d+) of (?<days>\\d+) days"],
    ["costs.told_no_rate", "no rate of (?<name>.+) for (?<day>[\\d-]+)"],
    ["costs.told_no_effective", "(?<name>.*): no effective cost"],
    ["costs.told_no_billed", "(?<name>.*): no billed cost"],
    ["costs.told_accounts", "accounts not on every day"],
  ].map(([text, shape]) => [text, new RegExp(`^(?<month>\\d{4}-\\d\\d): ${shape}(?<times> \\(\\d+\\))?$`)]);
  /* How a driver divides, as reports/costs/told.py knows it. */
  const METHODS = [
    ["costs.method_idle_unknown", "(?<name>.+): by use in (?<unit>.+), idle not known, largest remainder"],
    ["costs.method_idle_by_use", "(?<name>.+): by use in (?<unit>.+), idle by use, largest remainder"],
    ["costs.method_idle_apart", "(?<name>.+): by use in (?<unit>.+), idle apart, largest remainder"],
  ].map(([text, shape]) => [text, new RegExp(`^${shape}$`)]);
  const OF = {
    active_accounts: "costs.of_active",
    open_accounts: "costs.of_open",
    registered_accounts: "costs.of_registered",
    "1000_transactions": "costs.of_transactions",
    loans: "costs.of_loans",
    accounts_more: "costs.of_more",
  };
  const ACCOUNTS = { active: "costs.of_active", open: "costs.of_open", registered: "costs.of_registered", unknown: "costs.of_unknown" };
  const NOT_BORNE = { no_driver: "costs.no_driver", not_used: "costs.not_used", not_measured: "costs.not_measured", idle: "costs.idle" };
  const ORIGINS = { metrics: "costs.from_metrics", imported: "costs.from_bills" };
  const BASES = { effective: "costs.effective", billed: "costs.billed" };

  /** "1234.567891" -> "1234.5678": truncated, as everywhere. */
  function cny(text, places = 4) {
    if (text === null || text === undefined) return format.NONE;
    const [whole, part = ""] = text.split(".");
    const shown = `${whole}.${part.padEnd(places, "0").slice(0, places)}`;
    return Number(shown) === 0 ? shown.replace("-", "") : shown;
  }

  /** Fen as CNY; large amounts in the language's own units. */
  function money(fen) {
    if (fen === null || fen === undefined) return format.NONE;
    const whole = Math.trunc(Math.abs(fen) / 100);
    return (fen < 0 ? "-" : "") + format.grouped(whole) + "." + String(Math.abs(fen) % 100).padStart(2, "0");
  }

  function told(reason) {
    for (const [text, shape] of TOLD) {
      const found = shape.exec(reason);
      if (found) return word(text, { ...found.groups, times: found.groups.times || "" });
    }
    const [rule, count] = reason.split(/:(?! )/);
    return WHY[rule] ? word(WHY[rule], { count: count || "" }) : reason;
  }

  function why(reasons) {
    const each = reasons.flatMap((reason) => reason.split("; "));
    return each.slice(0, 3).map(told).join(" · ") + (each.length > 3 ? " …" : "");
  }

  function named(each) {
    if (!each.id) return word("costs.nobody");
    return (each.names && each.names[page.language]) || each.id;
  }

  /** One figure with what was divided by what, or why there is none. */
  function figure(name, found, extra) {
    const known = found.cny !== null;
    const note = known
      ? word("costs.divided", { basis: word(BASES[found.basis]), cost: format.grouped(Math.trunc(found.fen / 100)), count: format.grouped(found.count), of: word(OF[found.of]), first: found.first, after: found.after })
      : why(found.reasons);
    return h("div.load-figure", {}, h("div.label", {}, name), h("strong", {}, known ? cny(found.cny) : format.NONE), known && h("span.unit", {}, " " + word("costs.cny")), extra, h("small", {}, note));
  }

  function parts(caption, rows, own) {
    const columns = [
      { name: caption, value: named },
      { name: word("costs.ledger"), number: true, value: (each) => money(each.parts.ledger_fen) },
      { name: word("costs.share"), number: true, value: (each) => (each.share === null ? format.NONE : `${each.share} %`) },
      { name: word("costs.direct"), number: true, value: (each) => money(each.parts.direct_fen) },
      { name: word("costs.shared"), number: true, value: (each) => money(each.parts.shared_fen) },
      { name: word("costs.idle"), number: true, value: (each) => money(each.parts.idle_fen) },
      { name: word("costs.unallocated"), number: true, value: (each) => money(each.parts.unallocated_fen) },
      { name: word("costs.per_account"), number: true, value: (each) => cny(each.cny_per_account_year) },
    ];
    if (own === "origin") columns.push({ name: word("costs.origin"), value: (each) => (each.origin ? word(ORIGINS[each.origin]) : format.NONE) });
    if (own === "accounts") {
      columns.push({ name: word("costs.accounts"), number: true, value: (each) => format.grouped(each.accounts) });
      columns.push({ name: word("costs.per_1000"), number: true, value: (each) => cny(each.cny_per_1000_transactions) });
    }
    return load.table(caption, columns, rows);
  }

  function effects(found) {
    const columns = [
      { name: word("costs.product"), value: (each) => (each === found.bank ? word("costs.all_products") : named(each)) },
      { name: word("costs.effect_cost"), number: true, value: (each) => each.cost },
      { name: word("costs.effect_volume"), number: true, value: (each) => each.volume },
      { name: word("costs.effect_mix"), number: true, value: (each) => each.mix },
      { name: word("costs.together"), number: true, value: (each) => each.total },
    ];
    return load.table(word("costs.bridge"), columns, [found.bank, ...found.products]);
  }

  function peers(body) {
    const columns = [
      { name: word("costs.peers"), value: (each) => each.name },
      { name: word("costs.per_account"), number: true, value: (each) => each.cny },
      { name: word("costs.definition"), value: (each) => each.accounts },
      { name: word("costs.source"), value: (each) => each.source },
    ];
    const ours = { name: word("costs.ours"), cny: cny(body.headline.cny, 2), accounts: word(OF[body.headline.of]), source: word("costs.here") };
    const others = body.peers.map((each) => ({ name: each.names[page.language] || each.names.en, cny: each.cny, accounts: word(ACCOUNTS[each.accounts]), source: each.source }));
    return load.table(word("costs.peers"), columns, [ours, ...others]);
  }

  function method(sentence) {
    const [text, shape] = METHODS.find(([, shape]) => shape.test(sentence)) || [];
    return text ? word(text, { ...shape.exec(sentence).groups }) : sentence;
  }

  function notes(body) {
    const said = (id) => named(body.categories.find((each) => each.id === id) || { id });
    const lines = body.methods.map((each) => word("costs.method", { method: method(each) }));
    if (!body.methods.length) lines.push(word(body.allocation.unallocated_fen ? "costs.nothing_divided" : "costs.all_direct"));
    body.not_borne.forEach((each) => lines.push(word("costs.not_borne", { category: said(each.category), amount: money(each.fen), reason: word(NOT_BORNE[each.reason]) })));
    body.left_out.filter((each) => each.month === body.period.key).forEach((each) => lines.push(word("costs.left_out", { category: said(each.category), amount: money(each.fen), origin: word(ORIGINS[each.counted]) })));
    body.unusual.forEach((each) => lines.push(word("costs.unusual", { category: said(each.category), product: each.product ? named(body.products.find((one) => one.id === each.product) || { id: each.product }) : word("costs.nobody"), now: money(each.fen), usually: money(each.median_fen) })));
    if (!body.unusual.length) lines.push(word("costs.nothing_unusual", { lines: body.lines_judged }));
    body.invoices.forEach((each) => lines.push(word(each.agrees ? "costs.invoice_agrees" : "costs.invoice_differs", each)));
    if (!body.invoices.length) lines.push(word("costs.no_invoices"));
    return h("ul.load-caveats", {}, lines.map((line) => h("li", {}, line)));
  }

  desk.costParts = { cny, money, why, named, figure, parts, effects, peers, notes };
})();
