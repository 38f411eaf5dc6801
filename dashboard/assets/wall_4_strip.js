/* The strip: what is wrong, since when, who has it, who is told next; or that nothing is. */
(function () {
  "use strict";

  const { word, format, dom, parts } = window.LendingWall;
  const { byId, say, hide, wear } = dom;
  const { looks, namesOf } = parts;
  const NORMAL = "ok";
  let said = null;

  function at(name) {
    return byId("strip-" + name);
  }

  function fact(name, text) {
    hide(at(name + "-fact"), !text);
    say(at(name), text);
  }

  function sinceText(since, nowMs, zone) {
    if (!since) return "";
    const began = Date.parse(since);
    return word("strip.since_age", { age: format.age(nowMs - began), time: format.time(began, zone, "minute") });
  }

  function titleOf(incident) {
    return incident.title[window.LendingWall.page.language] || incident.title.en || incident.id;
  }

  function escalation(incident, nowMs) {
    const next = incident && incident.escalation;
    if (!next) return "";
    const minutes = Math.ceil((Date.parse(next.at) - nowMs) / 60_000);
    const values = { roles: next.roles.join(", "), minutes: minutes };
    return minutes > 0 ? word("strip.next_in", values) : word("strip.next_now", values);
  }

  function placeText(place, snapshot) {
    const name = (names, id, everywhere) => (id === null ? everywhere : names.get(id) || id);
    return word("attention.where", {
      product: name(namesOf(snapshot.products), place.product, word("attention.every_product")),
      data_center: name(namesOf(snapshot.data_centers), place.data_center, word("attention.every_data_center")),
    });
  }

  function ownerOf(subject, alert) {
    if (subject && subject.owner) return subject.owner;
    return alert && alert.acknowledged ? alert.acknowledged.by : "";
  }

  /** Of several incidents the first without an owner speaks: somebody has to take it. */
  function ofAlarm(found, nowMs, zone) {
    const incident = found.incidents.find((each) => !each.owner) || found.incidents[0];
    const alert = found.alerts[0];
    const subject = incident || alert;
    const owner = ownerOf(incident, alert);
    return {
      label: incident ? word("strip.incident", { id: incident.id }) : word("strip.alert"),
      what: incident ? titleOf(incident) : alertText(alert),
      since: sinceText(subject.since, nowMs, zone),
      owner: owner || word("strip.nobody"),
      next: owner ? "" : escalation(incident, nowMs),
      more: Math.max(0, (incident ? found.incidents.length : found.alerts.length) - 1),
    };
  }

  function named(id) {
    const { names, language } = window.LendingWall.page;
    return id && names[id] ? names[id][language] || names[id].en || id : id;
  }

  function alertText(alert) {
    const places = [named(alert.product), named(alert.data_center), alert.dcn].filter(Boolean);
    return places.length ? places.join(" · ") : alert.rule;
  }

  function ofPlaces(found, snapshot, nowMs, zone) {
    const place = found.places.find((each) => each.state === found.worst);
    const label = place.reason || word(found.level === "planned" ? "strip.planned" : "strip.no_incident");
    return { label, what: placeText(place, snapshot), since: sinceText(place.since, nowMs, zone), owner: "", next: "", more: found.places.length - 1 };
  }

  function ofCalm(snapshot, nowMs, zone) {
    const values = { products: (snapshot.products || []).length, data_centers: (snapshot.data_centers || []).length };
    const since = snapshot.normal_since;
    const calm = since ? word("strip.calm_since", { age: format.age(nowMs - Date.parse(since)), time: format.time(Date.parse(since), zone, "moment") }) : "";
    return { label: word("strip.calm_what", values), what: calm || word("strip.calm"), since: "", owner: "", next: "", more: 0 };
  }

  function contentOf(found, snapshot, nowMs) {
    const zone = snapshot.time_zone;
    if (found.level === "alarm") return ofAlarm(found, nowMs, zone);
    return found.level === "calm" ? ofCalm(snapshot, nowMs, zone) : ofPlaces(found, snapshot, nowMs, zone);
  }

  /** Shape and word of a level: an alarm has its own, above whatever state the products show. */
  function lookOf(found) {
    if (found.level === "alarm") return { glyph: looks("down").glyph, word: word("strip.alarm") };
    if (found.level === "calm") return { glyph: "✔\ufe0e", word: word("strip.normal") };
    return looks(found.worst);
  }

  /** Paints the strip; `found` is what alarm.judge said of the snapshot. */
  function paint(found, snapshot, nowMs) {
    const content = contentOf(found, snapshot, nowMs);
    const look = lookOf(found);
    wear(byId("strip"), "level-", found.level);
    wear(byId("strip"), "state-", found.level === "alarm" ? "down" : found.worst || NORMAL);
    byId("strip").classList.toggle("is-untaken", found.untaken.length > 0);
    say(at("sign"), look.glyph);
    say(at("word"), look.word);
    say(at("label"), content.label);
    say(at("what"), content.what);
    at("what").title = content.what;
    fact("since", content.since);
    fact("owner", content.owner);
    fact("next", content.next);
    hide(at("more"), content.more < 1);
    say(at("more"), content.more < 1 ? "" : word("strip.more", { count: content.more }));
    announce(found, look, content);
  }

  /** Told to readers when what is wrong changes, never because time went by. */
  function announce(found, look, content) {
    const ids = [found.level, ...found.incidents.map((each) => each.id), ...found.untaken].join("|");
    if (ids === said) return;
    const first = said === null;
    said = ids;
    if (first && found.level === "calm") return;
    say(byId("strip-announced"), [look.word, content.what, content.owner].filter(Boolean).join(" · "));
  }

  window.LendingWall.strip = { paint };
})();
