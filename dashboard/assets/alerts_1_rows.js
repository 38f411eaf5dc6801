/* Open alerts: which are shown, in which order, how one looks, what its details say. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, each, word, words, life, page } = desk;
  const { format, dom } = window.LendingWall;
  const { say, hide } = dom;
  const MOST_ROWS = 200;
  const MOST_CAUSES = 6;
  const NOTHING = "";
  const LOUD = words.rank("page");

  /** What filters look at, prepared once per answer. */
  function read(raw) {
    const acked = raw.acknowledged || null;
    const alert = { ...raw, acked, sinceMs: words.ms(raw.since), ...places(raw), what: words.rule(raw.rule) };
    if (raw.external) alert.where = externalPlace(raw, alert.where);
    const told = [alert.id, alert.where, alert.whole, alert.what, raw.product, raw.data_center, raw.dcn, raw.slo, acked && acked.by, raw.incident];
    alert.text = [...told, ...Object.values(raw.labels || {})].filter(Boolean).join(" ").toLowerCase();
    return alert;
  }

  /** Where it really fails comes first; `whole` is as far as the alert itself reaches. */
  function places(raw) {
    const own = words.place(raw), causes = (raw.causes || []).map(words.place);
    if (!causes.length) return { where: own, whole: "" };
    const more = causes.length > MOST_CAUSES ? ` +${causes.length - MOST_CAUSES}` : "";
    return { where: causes.slice(0, MOST_CAUSES).join(word("place.list")) + more, whole: own };
  }

  function externalPlace(raw, fallback) {
    const labels = raw.labels || {};
    const named = [labels.job, labels.instance].filter(Boolean).join(" · ");
    return raw.product || raw.data_center ? fallback : named || word("place.external");
  }

  const STATES = {
    all: () => true,
    unacked: (alert) => !alert.acked && !alert.silenced && alert.state === "firing",
    acked: (alert) => Boolean(alert.acked),
    silenced: (alert) => alert.silenced,
    explained: (alert) => Boolean(alert.inhibited_by),
    pending: (alert) => alert.state === "pending",
  };

  /** Alerts that a filter shows, worst first; those that another explains only when asked. */
  function chosen(alerts, filter) {
    const wanted = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = alerts.filter(
      (alert) =>
        wanted.every((part) => alert.text.includes(part)) &&
        (!filter.severity || alert.severity === filter.severity) &&
        (!filter.product || alert.product === filter.product || (alert.products || []).includes(filter.product)) &&
        (!filter.data_center || alert.data_center === filter.data_center || (alert.data_centers || []).includes(filter.data_center)) &&
        (STATES[filter.state] || STATES.all)(alert) &&
        (filter.explained || filter.state === "explained" || !alert.inhibited_by)
    );
    return shown.sort(worstFirst);
  }

  /** Loud before quiet, severe before mild, unacknowledged before taken, then the oldest. */
  function worstFirst(one, other) {
    const quiet = (alert) => Number(alert.silenced || Boolean(alert.inhibited_by));
    return (
      quiet(one) - quiet(other) ||
      words.rank(one.severity) - words.rank(other.severity) ||
      Number(Boolean(one.acked)) - Number(Boolean(other.acked)) ||
      one.sinceMs - other.sinceMs ||
      (one.id < other.id ? -1 : 1)
    );
  }

  /** Alerts of one incident together, the worst incident first; those without one at the end. */
  function grouped(alerts) {
    const groups = new Map();
    for (const alert of alerts) {
      const id = alert.incident || NOTHING;
      if (!groups.has(id)) groups.set(id, []);
      groups.get(id).push(alert);
    }
    const rest = groups.get(NOTHING);
    groups.delete(NOTHING);
    if (rest) groups.set(NOTHING, rest);
    return [...groups].map(([id, members]) => ({ id, members }));
  }

  function button(text, key, act) {
    return h("button.act", { type: "button", title: key ? `${text} (${key})` : text, onclick: (event) => (event.stopPropagation(), act()) }, text);
  }

  function make(alert, act) {
    const row = h("li.alert", { tabindex: -1, id: "alert-" + alert.id });
    row.append(
      h("div.alert-severity"),
      h("div.alert-words", {}, h("div.alert-where"), h("div.alert-what")),
      h("div.alert-figures", {}, h("div.alert-counts"), h("div.alert-spent")),
      h("div.alert-since"),
      h("div.alert-owner"),
      h("div.alert-acts"),
      h("div.alert-more", { hidden: true })
    );
    row.addEventListener("click", (event) => !event.target.closest("a, button, .alert-more") && act.open(row.dataset.key));
    return row;
  }

  function part(row, name) {
    return row.querySelector(".alert-" + name);
  }

  /** Replaces a part only when what it says has changed: a tap must not miss a button that was just replaced. */
  function renew(row, name, sign, build) {
    const element = part(row, name);
    if (element.dataset.sign === sign) return;
    element.dataset.sign = sign;
    element.replaceChildren(...build().filter(Boolean));
  }

  function paint(row, alert, view) {
    row.className = `alert is-${alert.severity}`;
    row.classList.toggle("is-quiet", alert.silenced || Boolean(alert.inhibited_by));
    row.classList.toggle("is-acked", Boolean(alert.acked));
    row.classList.toggle("is-chosen", view.chosen === alert.id);
    row.classList.toggle("is-open", view.opened === alert.id);
    renew(row, "severity", alert.severity, () => [words.severity(alert.severity)]);
    renew(row, "where", alert.where + alert.whole + marks(alert).join(), () => [
      h("span.where", {}, alert.where),
      alert.whole && h("small.whole", {}, word("place.whole", { where: alert.whole })),
      ...marks(alert).map(mark),
    ]);
    say(part(row, "what"), alert.what + (alert.slo ? "" : reasonOf(alert)));
    say(part(row, "counts"), counts(alert));
    say(part(row, "spent"), spent(alert));
    renew(row, "since", String(alert.sinceMs), () => [life.since(alert.sinceMs), h("small", {}, words.moment(alert.sinceMs, life.nowMs()))]);
    renew(row, "owner", JSON.stringify(alert.acked), () => owner(alert));
    renew(row, "acts", `${Boolean(alert.acked)}${alert.severity}`, () => acts(alert, view.act));
    hide(part(row, "more"), view.opened !== alert.id);
    if (view.opened === alert.id) renew(row, "more", JSON.stringify(alert), () => details(alert, view.act));
  }

  function reasonOf(alert) {
    const reason = alert.values && alert.values.reason;
    return reason ? " · " + reason : "";
  }

  function counts(alert) {
    const { bad, total } = alert.summary || {};
    if (total) return word("alerts.failed", { bad: format.grouped(bad), total: format.grouped(total) });
    const { transactions, forecast } = alert.values || {};
    return transactions && forecast ? word("alerts.missing", { transactions: format.grouped(transactions), forecast: format.grouped(forecast) }) : "";
  }

  function spent(alert) {
    const percent = words.percent(alert.budget_spent, 2);
    return percent === null ? "" : word("alerts.spent", { percent });
  }

  function owner(alert) {
    if (!alert.acked) return [h("span.nobody", {}, word("alerts.nobody"))];
    return [h("span.has", {}, h("span.mark", { "aria-hidden": "true" }, "✔\ufe0e"), alert.acked.by), alert.acked.note && h("small", {}, alert.acked.note)];
  }

  const MARKS = {
    silenced: "mark.silenced",
    maintenance: "mark.maintenance",
    explained: "mark.explained",
    replayed: "mark.replayed",
    pending: "mark.pending",
    external: "mark.external",
  };

  function marks(alert) {
    const found = [];
    if (alert.maintenance) found.push("maintenance");
    else if (alert.silenced) found.push("silenced");
    if (alert.inhibited_by) found.push("explained");
    if (alert.replayed) found.push("replayed");
    if (alert.state === "pending") found.push("pending");
    if (alert.external) found.push("external");
    return found;
  }

  function mark(name) {
    return h(`span.tag.tag-${name}`, {}, word(MARKS[name]));
  }

  function acts(alert, act) {
    const ack = button(word("alerts.ack"), "a", () => act.ack(alert.id));
    if (words.rank(alert.severity) <= LOUD) ack.classList.add("ack");
    const first = alert.acked ? button(word("alerts.unack"), "u", () => act.unack(alert.id)) : ack;
    return [first, button(word("alerts.silence"), "s", () => act.silence(alert.id))];
  }

  function fact(name, ...value) {
    return [h("dt", {}, name), h("dd", {}, ...value)];
  }

  /** Everything that is known of one alert. */
  function details(alert, act) {
    const facts = [fact(word("alerts.since"), words.exactly(alert.since))];
    if (alert.bad_from) facts.push(fact(word("alerts.bad_from"), words.exactly(alert.bad_from)));
    if (alert.acked) facts.push(fact(word("alerts.acked"), `${alert.acked.by}, ${words.exactly(alert.acked.at)}`, alert.acked.note && ` · ${alert.acked.note}`));
    for (const [name, value] of Object.entries(alert.values || {})) if (value) facts.push(fact(words.valueName(name), String(value)));
    for (const [name, value] of Object.entries(alert.labels || {})) facts.push(fact(name, value));
    for (const [name, value] of Object.entries(alert.annotations || {})) facts.push(fact(name, value));
    if (alert.silenced_by) facts.push(fact(word("mark.silenced"), alert.silenced_by));
    if (alert.maintenance) facts.push(fact(word("mark.maintenance"), alert.maintenance));
    if (alert.inhibited_by) facts.push(fact(word("alerts.explained_by"), h("a", { href: "#", onclick: (event) => (event.preventDefault(), act.open(alert.inhibited_by)) }, alert.inhibited_by)));
    facts.push(fact(word("alerts.identity"), h("code", {}, alert.id)));
    return [h("dl.facts", {}, facts.flat()), h("p.links", {}, links(alert))];
  }

  function links(alert) {
    const found = [];
    if (alert.incident) found.push(link(`/incidents/${encodeURIComponent(alert.incident)}`, word("alerts.to_incident")));
    if (alert.slo) found.push(link(`/slo/${encodeURIComponent(alert.slo)}`, word("alerts.to_slo")));
    return found;
  }

  function link(path, text) {
    return h("a.go", { href: `${path}?lang=${page.language}` }, text);
  }

  /** One line over the alerts of an incident. */
  function heading(group, incidents) {
    const found = incidents.get(group.id);
    const title = found ? found.title[page.language] : group.id ? group.id : word("alerts.no_incident");
    const parts = [group.id ? link(`/incidents/${encodeURIComponent(group.id)}`, title) : h("span", {}, title)];
    if (found && found.owner) parts.push(h("span.quiet", {}, word("alerts.owner", { owner: found.owner })));
    parts.push(h("span.quiet.count", {}, word("alerts.count", { count: group.members.length })));
    return parts;
  }

  /** Paints the list: `view` holds what is chosen, opened, and how to act. Returns the alerts in order of rows. */
  function paintList(list, alerts, view) {
    const groups = view.filter.grouped ? grouped(alerts) : [{ id: null, members: alerts }];
    const lines = [];
    let left = MOST_ROWS;
    for (const group of groups) {
      if (left <= 0) break;
      if (group.id !== null) lines.push({ key: "group/" + group.id, group });
      for (const alert of group.members.slice(0, left)) lines.push({ key: alert.id, alert });
      left -= group.members.length;
    }
    each(
      list,
      lines,
      (line) => line.key,
      (line) => (line.alert ? make(line.alert, view.act) : h("li.group")),
      (child, line) => {
        if (line.alert) return paint(child, line.alert, view);
        const parts = heading(line.group, view.incidents);
        const sign = parts.map((one) => one.textContent).join("|");
        if (child.dataset.sign === sign) return;
        child.dataset.sign = sign;
        child.replaceChildren(...parts);
      }
    );
    return { ids: lines.filter((line) => line.alert).map((line) => line.alert.id), hidden: Math.max(0, alerts.length - MOST_ROWS) };
  }

  desk.alerts = { read, chosen, paintList, STATES };
})();
