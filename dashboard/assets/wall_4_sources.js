/* The sources with their ages. */
(function () {
  "use strict";

  const { page, word, format, dom, parts } = window.LendingWall;
  const { byId, say, attribute, wear } = dom;
  const { child, element, resize, namesOf } = parts;

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

  window.LendingWall.sources = { paint: paintSources };
})();
