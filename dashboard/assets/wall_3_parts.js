/* Small parts that the panels of the wall share. */
(function () {
  "use strict";

  const { page } = window.LendingWall;
  const WORST_FIRST = ["down", "degraded", "unknown", "maintenance", "no_traffic", "ok"];
  const LEAST_NAME = 2;
  const SHORT = { maintenance: "state.short_maintenance", no_traffic: "state.short_no_traffic" };

  function looks(state) {
    return page.states[state] || page.states.unknown;
  }

  /** A word that fits a cell at 28 px; the label for readers has the whole one. */
  function shortWord(state) {
    return SHORT[state] ? window.LendingWall.word(SHORT[state]) : looks(state).word;
  }

  function child(element, name) {
    return element.querySelector("." + name);
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

  function nameOf(entry, id) {
    if (!entry || !entry.name) return id;
    return entry.name[page.language] || entry.name.en || id;
  }

  function namesOf(entries) {
    return new Map((entries || []).map((entry) => [entry.id, nameOf(entry, entry.id)]));
  }

  /** Names without the ending that all of them share ("一号数据中心" -> "一号"), so that they fit in large type; a word
      is never cut in two. */
  function withoutSharedEnd(names) {
    const texts = [...names.values()];
    if (texts.length < 2) return names;
    const from = (text, back) => text[text.length - 1 - back];
    let end = 0;
    while (texts.every((text) => end < text.length - 1 && from(text, end) === from(texts[0], end))) end += 1;
    while (end > 0 && !/^[\s\u2e80-\uffff]/.test(texts[0].slice(-end))) end -= 1;
    while (end > 0 && texts.some((text) => text.length - end < LEAST_NAME)) end -= 1;
    if (end < 2) return names;
    return new Map([...names].map(([id, text]) => [id, text.slice(0, -end).trim()]));
  }

  function rank(state) {
    const place = WORST_FIRST.indexOf(state);
    return place < 0 ? WORST_FIRST.indexOf("unknown") : place;
  }

  window.LendingWall.parts = { looks, shortWord, child, element, resize, nameOf, namesOf, withoutSharedEnd, rank, WORST_FIRST };
})();
