/* Reports that go out by themselves: what comes next, what became of the last ones. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, reports } = desk;
  const { format } = window.LendingWall;
  const STATUSES = { pending: ["○", "reports.parcel_pending"], sending: ["◔", "reports.parcel_sending"], sent: ["✔\ufe0e", "reports.parcel_sent"], failed: ["✖\ufe0e", "reports.parcel_failed"], "in doubt": ["?", "reports.parcel_in_doubt"] };

  const EXAMPLE = `reports:
  deliveries:
    - id: board
      kind: availability
      period: month
      formats: [pdf, xlsx]
      language: zh
      when: {every: month, business_day: 3, at: "08:00"}
      to:
        folder: /srv/reports`;

  function minute(at) {
    return words.minute(at);
  }

  function coming(one) {
    const next = one.next ? word("reports.next", { at: minute(one.next.at), period: one.next.period }) : word("reports.no_next");
    const guess = one.next && one.next.provisional && h("span.tag.tag-pending", {}, word("reports.provisional"));
    return h("li.report-coming", {}, h("strong", {}, one.id), h("span", {}, next), guess, h("small", {}, [...one.channels, ...one.formats.map((name) => name.toUpperCase())].join(" · ")));
  }

  function parcel(one) {
    const [glyph, key] = STATUSES[one.status] || ["?", ""];
    const state = h("span.report-parcel-state", {}, h("span.mark", { "aria-hidden": "true" }, glyph), " ", key ? word(key) : one.status);
    const when = one.settled || one.queued;
    const tried = one.attempts > 1 && h("small", {}, word("reports.attempts", { count: format.grouped(one.attempts) }));
    const again = one.next_attempt && h("small", {}, word("reports.again_at", { at: minute(one.next_attempt) }));
    return h(`li.report-parcel.is-${one.status.replace(" ", "-")}`, {}, state, h("span.report-parcel-id", {}, one.id), h("small", {}, minute(when)), tried, again, one.error && h("small.report-parcel-error", {}, one.error));
  }

  /** Both lists; without any delivery, how to get one. */
  function paint(section, body) {
    const title = h("h2.label", {}, word("reports.deliveries"));
    const none = h("div.nothing", {}, h("p", {}, word("reports.no_deliveries")), h("pre", { tabindex: 0 }, EXAMPLE));
    const plan = body.deliveries.length ? h("ul.report-plan", {}, body.deliveries.map(coming)) : none;
    const sent = body.parcels.length ? h("ul.report-parcels", { "aria-label": word("reports.parcels") }, body.parcels.map(parcel)) : body.deliveries.length && h("p.quiet", {}, word("reports.none_sent"));
    section.replaceChildren(...[title, plan, sent].filter(Boolean));
  }

  Object.assign(reports, { paintDeliveries: paint });
})();
