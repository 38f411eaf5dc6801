/* The matrix of products and data centers: what fails first, the healthy folded into one line when room is short. */
(function () {
  "use strict";

  const { page, word, format, dom, parts } = window.LendingWall;
  const { byId, say, attribute, wear, hide } = dom;
  const { looks, shortWord, child, nameOf, namesOf, withoutSharedEnd, rank, WORST_FIRST } = parts;
  const UNREAD = { state: "unknown", reason: "", since: null, good: null, bad: null, total: null, per_second: null };
  const REST_MS = 60_000;
  const LEAST_ROW_REM = 2.4;
  const HEAD_REM = 3;
  const trouble = new Map();

  /** State of a row or column header: shape and color; the word when it is not normal. */
  function head(element, name, state, whole = name) {
    const known = page.states[state] ? state : "unknown";
    wear(element, "state-", known);
    say(child(element, "mark"), looks(known).glyph);
    say(child(element, "name"), name);
    const short = child(element, "word");
    if (short) say(short, known === "ok" ? "" : looks(known).word);
    attribute(element, "aria-label", whole + ": " + looks(known).word);
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
    say(child(element, "word"), normal ? "" : shortWord(state));
    say(child(element, "number"), normal ? format.large(cell.per_second, 3) : "");
    attribute(element, "aria-label", label);
    attribute(element, "title", label);
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

  /** Worst first; what was not normal a moment ago keeps its place for a minute, so that a flapping product does not dance. */
  function ordered(products, steadyMs) {
    const places = page.products.map((id, index) => {
      const state = products.has(id) ? products.get(id).state : "unknown";
      const now = rank(state);
      const before = trouble.get(id);
      if (state !== "ok") trouble.set(id, { rank: now, until: steadyMs + REST_MS });
      else if (before && before.until <= steadyMs) trouble.delete(id);
      return { id, state, index, rank: trouble.has(id) ? Math.min(now, trouble.get(id).rank) : now };
    });
    return places.sort((a, b) => a.rank - b.rank || a.index - b.index);
  }

  /** How many rows of at least 28 px type the panel holds; a page that scrolls holds all of them. */
  function room(table) {
    if (getComputedStyle(table).display === "block") return page.products.length;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const height = byId("matrix").clientHeight / rem;
    return Math.max(1, Math.floor((height - HEAD_REM) / LEAST_ROW_REM));
  }

  /** Puts rows into their order, hides those that there is no room for, and says in one line what they are. */
  function arrange(places) {
    const table = byId("matrix").querySelector("table");
    const fits = room(table);
    const shown = places.length <= fits ? places.length : fits - 1;
    const body = table.tBodies[0];
    places.forEach((place, index) => {
      const row = byId("product/" + place.id).parentElement;
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index]);
      hide(row, index >= shown);
    });
    byId("wall").style.setProperty("--rows", String(Math.max(1, shown)));
    fold(places.slice(shown));
  }

  function fold(folded) {
    const line = byId("fold");
    hide(line, folded.length === 0);
    const counts = WORST_FIRST.map((state) => [state, folded.filter((place) => place.state === state).length]);
    const texts = counts.filter(([, count]) => count > 0).map(([state, count]) => foldText(state, count));
    say(line, texts.join("   "));
  }

  function foldText(state, count) {
    if (state === "ok") return looks(state).glyph + " " + word("matrix.folded_ok", { count: count });
    return looks(state).glyph + " " + word("matrix.folded", { count: count, state: looks(state).word });
  }

  /** Every row and column of the skeleton; what the snapshot does not speak of is unknown. */
  function paintMatrix(snapshot, nowMs, steadyMs) {
    const products = new Map((snapshot.products || []).map((product) => [product.id, product]));
    const centers = new Map((snapshot.data_centers || []).map((center) => [center.id, center]));
    const centerNames = namesOf(snapshot.data_centers);
    const shortNames = withoutSharedEnd(centerNames);
    for (const id of page.data_centers) {
      const center = centers.get(id);
      head(byId("data-center/" + id), shortNames.get(id) || id, center ? center.state : "unknown", nameOf(center, id));
    }
    for (const id of page.products) productRow(id, products.get(id), centerNames, nowMs);
    arrange(ordered(products, steadyMs));
  }

  window.LendingWall.matrix = { paintMatrix };
})();
