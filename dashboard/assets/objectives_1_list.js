/* Every objective: budget left, burn rate of every window against its threshold, when it ends. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, get, word, words, life, page, burning, address: link } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const POLL_MS = 5_000;
  const view = { budgets: [], text: link.said("q").q, chosen: null, ids: [], read: false };
  let parts = null;

  function build(content) {
    parts = {
      search: h("input.search", { id: "filter", type: "search", placeholder: word("slo.filter"), "aria-label": word("slo.filter"), value: view.text, oninput: (event) => ((view.text = event.target.value), link.tell({ q: view.text }), paint()) }),
      list: h("ul.objectives", { id: "objectives-list" }),
      nothing: h("p.nothing", { id: "nothing", hidden: true }),
      legend: burning.legend(),
    };
    content.append(h("div.filters", {}, parts.search, parts.legend), parts.list, parts.nothing);
    life.key("j", word("keys.next"), () => move(1));
    life.key("k", word("keys.previous"), () => move(-1));
    life.key("Enter", word("keys.open"), () => view.chosen && window.location.assign(address(view.chosen)));
    life.key("f", word("keys.filter"), () => parts.search.focus());
    life.every(POLL_MS, read);
  }

  async function read() {
    const answer = await get("/api/v1/budget");
    if (!answer.fresh) return;
    view.budgets = answer.body.budgets;
    view.read = true;
    paint();
  }

  function address(id) {
    return `/slo/${encodeURIComponent(id)}?lang=${page.language}`;
  }

  function make(one) {
    const row = h("li.objective", { tabindex: -1 });
    row.append(
      h("div.objective-name", {}, h("a", { href: address(one.slo) }, one.name[page.language] || one.slo), h("small", {}, `${one.target} %`)),
      h("div.objective-counts"),
      h("div.objective-budget"),
      h("div.objective-tiers"),
      h("div.objective-end")
    );
    row.addEventListener("click", (event) => !event.target.closest("a") && window.location.assign(address(one.slo)));
    return row;
  }

  function part(row, name) {
    return row.querySelector(".objective-" + name);
  }

  function paintRow(row, one) {
    row.className = `objective is-${burning.standing(one)}`;
    row.classList.toggle("is-chosen", view.chosen === one.slo);
    part(row, "counts").replaceChildren(h("strong", {}, one.availability === null ? word("state.no_traffic") : `${format.share(one.availability)} %`), h("small", {}, burning.badOfTotal(one, one)));
    part(row, "budget").replaceChildren(...burning.budget(one));
    part(row, "tiers").replaceChildren(...one.tiers.map(burning.cell));
    part(row, "end").replaceChildren(...burning.ending(one));
  }

  function paint() {
    if (!view.read) return;
    const wanted = view.text.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = view.budgets.filter((one) => wanted.every((piece) => [one.slo, one.product || "", ...Object.values(one.name)].join(" ").toLowerCase().includes(piece)));
    view.ids = shown.map((one) => one.slo);
    hide(parts.nothing, shown.length > 0);
    say(parts.nothing, word(view.budgets.length ? "slo.none_fits" : "slo.none"));
    each(parts.list, shown, (one) => one.slo, make, paintRow);
    say(document.getElementById("spoken"), word("slo.spoken", { count: shown.length, burning: view.budgets.filter((one) => burning.standing(one) === "burning").length }));
  }

  function move(step) {
    if (!view.ids.length) return;
    const at = view.ids.indexOf(view.chosen);
    view.chosen = view.ids[at < 0 ? (step > 0 ? 0 : view.ids.length - 1) : Math.min(view.ids.length - 1, Math.max(0, at + step))];
    paint();
    const row = parts.list.children[view.ids.indexOf(view.chosen)];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  life.start(build);
})();
