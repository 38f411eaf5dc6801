/* The matrix of products and data centers, what needs attention, and the sources. */
(function () {
  "use strict";

  const { page, word, format, dom } = window.LendingWall;
  const { byId, say, attribute, wear, hide } = dom;
  const UNREAD = { state: "unknown", reason: "", since: null, good: null, bad: null, total: null, per_second: null };

  const FEW = 3;

  function looks(state) {
    return page.states[state] || page.states.unknown;
  }

  function child(element, name) {
    return element.querySelector("." + name);
  }

  /** State of a row or column header: shape and color; the word when it is not normal. */
  function head(element, name, state) {
    const known = page.states[state] ? state : "unknown";
    wear(element, "state-", known);
    say(child(element, "mark"), looks(known).glyph);
    say(child(element, "name"), name);
    const short = child(element, "word");
    if (short) say(short, known === "ok" ? "" : looks(known).word);
    attribute(element, "aria-label", name + ": " + looks(known).word);
  }

  function describe(cell, productName, centerName, nowMs) {
    const text = word("matrix.cell", {
      product: productName,
      data_center: centerName,
      state: looks(cell.state).word,
      per_second: format.grouped(cell.per_second),
      bad: format.grouped(cell.bad),
      total: format.grouped(cell.total),
    });
    const since = cell.state !== "ok" && cell.since ? word("matrix.since", { age: format.age(nowMs - Date.parse(cell.since)) }) : "";
    const unread = cell === UNREAD ? word("matrix.unread") : "";
    const reason = cell.reason ? word("matrix.reason", { reason: cell.reason }) : unread;
    return [text, since, reason].filter(Boolean).join(" · ");
  }

  function paintCell(element, cell, label) {
    const state = page.states[cell.state] ? cell.state : "unknown";
    const normal = state === "ok";
    wear(element, "state-", state);
    say(child(element, "mark"), normal ? "" : looks(state).glyph);
    say(child(element, "word"), normal ? "" : looks(state).word);
    say(child(element, "number"), normal || cell.per_second !== null ? format.large(cell.per_second, 3) : "");
    attribute(element, "aria-label", label);
    attribute(element, "title", label);
  }

  function nameOf(entry, id) {
    if (!entry || !entry.name) return id;
    return entry.name[page.language] || entry.name.en || id;
  }

  function namesOf(entries) {
    return new Map((entries || []).map((entry) => [entry.id, nameOf(entry, entry.id)]));
  }

  function productRow(id, product, centers, nowMs) {
    const name = nameOf(product, id);
    head(byId("product/" + id), name, product ? product.state : "unknown");
    const rolling = product && product.availability && product.availability.rolling_30d;
    const cell = byId("rolling/" + id);
    say(cell, rolling && rolling.availability !== null ? format.share(rolling.availability) : format.NONE);
    wear(cell, "verdict-", rolling && rolling.availability !== null ? rolling.verdict : "none");
    for (const center of page.data_centers) {
      const seen = (product && product.data_centers && product.data_centers[center]) || UNREAD;
      paintCell(byId("cell/" + id + "/" + center), seen, describe(seen, name, centers.get(center) || center, nowMs));
    }
  }

  /** Every row and column of the skeleton; what the snapshot does not speak of is unknown. */
  function paintMatrix(snapshot, nowMs) {
    const products = new Map((snapshot.products || []).map((product) => [product.id, product]));
    const centers = new Map((snapshot.data_centers || []).map((center) => [center.id, center]));
    const centerNames = namesOf(snapshot.data_centers);
    for (const id of page.data_centers) {
      const center = centers.get(id);
      head(byId("data-center/" + id), nameOf(center, id), center ? center.state : "unknown");
    }
    for (const id of page.products) productRow(id, products.get(id), centerNames, nowMs);
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  /** Gives a list exactly `count` children made by `make`, keeping those that are there. */
  function resize(list, count, make) {
    while (list.children.length > count) list.lastElementChild.remove();
    while (list.children.length < count) list.append(make());
  }

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

  /** How many entries fit; in a single column the page scrolls and all are shown. */
  function room(list, wanted) {
    const first = list.firstElementChild;
    if (getComputedStyle(list).overflowY === "visible" || !first) return wanted;
    const gap = parseFloat(getComputedStyle(list).rowGap) || 0;
    return Math.max(1, Math.floor((list.clientHeight + gap) / (first.offsetHeight + gap)));
  }

  function paintAttention(snapshot, nowMs) {
    const items = snapshot.attention || [];
    const names = { products: namesOf(snapshot.products), centers: namesOf(snapshot.data_centers) };
    const list = byId("attention-list");
    const allNormal = items.length === 0;
    hide(byId("calm"), !allNormal);
    hide(list, allNormal);
    list.classList.toggle("few", items.length <= FEW);
    resize(list, Math.min(items.length, 1), entry);
    const shown = Math.min(items.length, room(list, items.length));
    resize(list, shown, entry);
    items.slice(0, shown).forEach((item, index) => paintEntry(list.children[index], item, names, nowMs));
    const more = items.length - shown;
    say(byId("attention-more"), more > 0 ? word("attention.more", { count: more }) : "");
    const calm = word("attention.calm", { products: page.products.length });
    say(byId("calm-text"), calm);
    say(byId("attention-summary"), allNormal ? calm : word("attention.summary", { count: items.length }));
  }

  function chip() {
    const item = element("li", "source");
    item.append(element("span", "mark"), element("span", "name"), element("span", "age"));
    child(item, "mark").setAttribute("aria-hidden", "true");
    return item;
  }

  /** Sources with their ages; `elapsedMs` since the snapshot, so that an age never stands still. */
  function paintSources(snapshot, elapsedMs) {
    const sources = snapshot.sources || [];
    const centers = namesOf(snapshot.data_centers);
    const list = byId("sources-list");
    list.style.setProperty("--sources", String(Math.max(1, sources.length)));
    attribute(list, "data-none", word("sources.none"));
    resize(list, sources.length, chip);
    sources.forEach((source, index) => paintSource(list.children[index], source, centers, elapsedMs));
  }

  function paintSource(made, source, centers, elapsedMs) {
    const state = page.source_states[source.state] ? source.state : "missing";
    const look = page.source_states[state];
    const name = centers.get(source.data_center) || source.id;
    const known = source.age_seconds !== null && source.age_seconds !== undefined;
    const age = known ? format.age(source.age_seconds * 1000 + elapsedMs) : word("source.never");
    wear(made, "source-", state);
    say(child(made, "mark"), look.glyph);
    say(child(made, "name"), name);
    say(child(made, "age"), state === "fresh" ? age : look.word + " " + age);
    const label = word("source.age", { name: name, state: look.word, age: age });
    attribute(made, "title", [label, source.reason].filter(Boolean).join(" · "));
  }

  window.LendingWall.matrix = { paintMatrix, paintAttention, paintSources, namesOf };
})();
