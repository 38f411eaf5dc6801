/* Search over everything that has a page: `/` opens it, arrows choose, Enter goes. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, page, life } = desk;
  const { byId, say } = desk.dom;
  const SETTLE_MS = 120;
  const KINDS = {
    product: "search.product",
    data_center: "search.data_center",
    dcn: "search.dcn",
    incident: "search.incident",
    alert: "search.alert",
    objective: "search.objective",
    load_run: "search.load_run",
    report: "search.report",
    page: "search.page",
    document: "search.document",
    topic: "search.topic",
    setting: "search.setting",
    metric: "search.metric",
  };
  const view = { found: [], chosen: 0, asked: 0, timer: 0 };
  let parts = null;

  function address(found) {
    const url = new URL(found.path, window.location.origin);
    url.searchParams.set("lang", page.language);
    return url.pathname + url.search + url.hash;
  }

  /** What an alert speaks of is put together here, as on its own page. */
  function titleOf(found) {
    if (found.kind !== "alert") return found.title[page.language] || found.id;
    const key = words.keyOf(found.id);
    return key.rule ? `${words.rule(key.rule)} · ${words.place(key)}` : found.id;
  }

  function option(found, at) {
    const made = h("a.found", { id: "found-" + at, role: "option", href: address(found), tabindex: -1, "aria-selected": String(at === view.chosen) }, h("span.found-kind", {}, word(KINDS[found.kind])), h("span.found-title", {}, titleOf(found)), h("code.found-id", {}, found.id));
    return made;
  }

  function paint() {
    parts.list.replaceChildren(...view.found.map(option));
    parts.input.setAttribute("aria-activedescendant", view.found.length ? "found-" + view.chosen : "");
    const asked = parts.input.value.trim();
    say(parts.said, !asked ? word("search.hint") : view.found.length ? word("search.count", { count: view.found.length }) : word("search.nothing"));
    const chosen = parts.list.children[view.chosen];
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    if (!parts) return;
    const asked = parts.input.value.trim();
    const mine = (view.asked += 1);
    const answer = asked ? await get("/api/v1/search?q=" + encodeURIComponent(asked), { always: true }).catch(() => null) : null;
    if (mine !== view.asked || !parts) return;
    view.found = answer && answer.status === 200 ? answer.body.results : [];
    view.chosen = 0;
    paint();
    if (asked && (!answer || answer.status !== 200)) say(parts.said, (answer && answer.body && answer.body.error) || word("desk.no_server"));
  }

  function typed() {
    clearTimeout(view.timer);
    view.timer = setTimeout(ask, SETTLE_MS);
  }

  function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && view.found.length) {
      event.preventDefault();
      view.chosen = (view.chosen + step + view.found.length) % view.found.length;
      paint();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const chosen = parts.list.children[view.chosen];
    if (chosen) chosen.click();
  }

  function open() {
    desk.closeDialogs();
    const input = h("input.search-input", { id: "search", type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "search-list", "aria-autocomplete": "list", "aria-label": word("search.open"), placeholder: word("search.placeholder"), autocomplete: "off", spellcheck: "false", maxlength: 100, oninput: typed, onkeydown: pressed });
    const list = h("div.found-list", { id: "search-list", role: "listbox", "aria-label": word("search.open") });
    const said = h("p.quiet", { role: "status", id: "search-said" });
    const dialog = h("dialog.dialog.search-dialog", { "aria-label": word("search.open") }, input, said, list);
    dialog.addEventListener("close", () => ((parts = null), dialog.remove()));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    parts = { input, list, said };
    view.found = [];
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
    paint();
  }

  function dress() {
    life.key("/", word("search.open"), open);
    byId("search-open").addEventListener("click", open);
  }

  desk.search = { dress, open };
})();
