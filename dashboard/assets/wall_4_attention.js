/* What needs attention, worst first. */
(function () {
  "use strict";

  const { page, word, format, dom, parts } = window.LendingWall;
  const { byId, say, wear, hide } = dom;
  const { looks, child, element, resize, namesOf } = parts;
  const FEW = 2;
  const MOST = 300;
  let measured = null;

  function entry() {
    const item = element("li", "entry");
    const words = element("div", "entry-words");
    words.append(element("div", "where"), element("div", "reason"));
    item.append(element("span", "mark"), words, element("span", "since"));
    child(item, "mark").setAttribute("aria-hidden", "true");
    return item;
  }

  function where(item, products, centers) {
    const everywhere = { product: word("attention.every_product"), data_center: word("attention.every_data_center") };
    return word("attention.where", {
      product: item.product === null ? everywhere.product : products.get(item.product) || item.product,
      data_center: item.data_center === null ? everywhere.data_center : centers.get(item.data_center) || item.data_center,
    });
  }

  function paintEntry(made, item, names, nowMs) {
    const state = page.states[item.state] ? item.state : "unknown";
    wear(made, "state-", state);
    say(child(made, "mark"), looks(state).glyph);
    say(child(made, "where"), where(item, names.products, names.centers));
    say(child(made, "reason"), [looks(state).word, item.reason].filter(Boolean).join(" · "));
    say(child(made, "since"), item.since ? format.age(nowMs - Date.parse(item.since)) : "");
  }

  /** How many entries are whole inside the list; in a single column the page scrolls and all are shown. */
  function fitting(list) {
    if (getComputedStyle(list).overflowY === "visible") return list.children.length;
    const bottom = list.getBoundingClientRect().bottom + 1;
    const cut = [...list.children].findIndex((item) => item.getBoundingClientRect().bottom > bottom);
    return cut < 0 ? list.children.length : Math.max(1, cut);
  }

  function paintEntries(list, items, names, nowMs) {
    items.slice(0, list.children.length).forEach((item, index) => paintEntry(list.children[index], item, names, nowMs));
  }

  /** Measures anew only when what is listed or the room for it has changed. */
  function fill(list, items, names, nowMs) {
    const key = [list.clientWidth, list.clientHeight, ...items.map((item) => [item.product, item.data_center, item.state, item.reason])].join("|");
    if (key !== measured) {
      list.classList.toggle("few", items.length <= FEW);
      resize(list, Math.min(items.length, MOST), entry);
      paintEntries(list, items, names, nowMs);
      resize(list, fitting(list), entry);
      measured = key;
    }
    paintEntries(list, items, names, nowMs);
  }

  function paintAttention(snapshot, nowMs) {
    const items = snapshot.attention || [];
    const names = { products: namesOf(snapshot.products), centers: namesOf(snapshot.data_centers) };
    const list = byId("attention-list");
    const allNormal = items.length === 0;
    hide(byId("calm"), !allNormal);
    hide(list, allNormal);
    fill(list, items, names, nowMs);
    const more = items.length - list.children.length;
    say(byId("attention-more"), more > 0 ? word("attention.more", { count: more }) : "");
    const calm = word("attention.calm", { products: page.products.length });
    say(byId("calm-text"), calm);
    say(byId("attention-summary"), allNormal ? calm : word("attention.summary", { count: items.length }));
  }

  window.LendingWall.attention = { paint: paintAttention };
})();
