/* The page of peaks. Which product stands in the address. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, words, life, page, load, room, peakPictures, plots, range } = desk;
  const { figure } = room;
  const { format } = window.LendingWall;
  const POLL_MS = 15_000;
  const DOUBTS = { provisional: "peaks.provisional", incomplete: "peaks.incomplete", simulated: "peaks.simulated" };
  const PICTURES = { today: "peaks.picture_today", ahead: "peaks.picture_ahead" };
  let parts = null;
  let body = null;
  let days_ = [];
  let product = new URLSearchParams(window.location.search).get("product") || "";

  function build(content) {
    parts = { range: range.ofList(read, { usual: "60d", more: { "60d": "range.days_60" } }), facts: h("section.panel.peaks-facts", { id: "facts" }), room: h("section.panel.peaks-room", { id: "room" }), today: picture("today"), ahead: picture("ahead"), note: h("p.peaks-note", { id: "forecast-note" }), coming: h("div", { id: "coming" }), days: h("div", { id: "days" }) };
    const names = page.products.map((id) => h("option", { value: id, selected: id === product }, words.named(id)));
    const select = h("select", { id: "product", "aria-label": word("peaks.product"), onchange: (event) => choose(event.target.value) }, h("option", { value: "" }, word("peaks.bank")), names);
    const drawn = (title, plot, ...inside) => h("section.panel", { "aria-label": word(title) }, plots.head(plot.id, word(title), plot), plot, inside);
    const panel = (title, ...inside) => h("section.panel", {}, h("h2.label", {}, word(title)), inside);
    content.append(h("div.filters", {}, select), parts.facts, parts.room, h("div.load-columns", {}, drawn("peaks.day", parts.today), drawn("peaks.ahead", parts.ahead, parts.note)), parts.range.form, h("div.load-columns", {}, panel("peaks.days", parts.days), panel("peaks.coming", parts.coming)));
    parts.range.paint();
    life.every(POLL_MS, read);
  }

  function picture(id) {
    return h("div.load-plot", { id: "picture-" + id, role: "img", "aria-label": word(PICTURES[id]) });
  }

  function choose(id) {
    product = id;
    desk.address.tell({ product: id });
    read();
  }

  function address(more) {
    const asked = new URLSearchParams({ ...(product && { product }), ...more });
    return "/api/v1/peaks" + (asked.size ? "?" + asked : "");
  }

  /** Records, today and the forecast are those of now, whatever days are listed. */
  async function read() {
    const stretch = parts.range.isUsual() ? null : range.days(parts.range.span());
    const answer = await get(address({}), { always: true });
    const listed = stretch ? await get(address(stretch), { always: true }) : answer;
    if (answer.status === 404) return parts.facts.replaceChildren(h("p.nothing", {}, answer.body.error));
    if (!answer.fresh || (answer.body.product || "") !== product) return;
    if (listed.status >= 400) desk.toast((listed.body && listed.body.error) || word("desk.no_server"), true);
    body = answer.body;
    days_ = listed.fresh ? listed.body.days : body.days;
    paint();
  }

  function moment(at) {
    return at ? words.second(at.at) : "";
  }

  /** What is to be known of a day beside its figures, each with its own word. */
  function tags(day) {
    const kinds = day.kinds.map((kind) => kind.name[page.language] || kind.id);
    const doubts = Object.keys(DOUBTS).filter((doubt) => day[doubt]).map((doubt) => word(DOUBTS[doubt]));
    return [...kinds, ...doubts];
  }

  function rate(at) {
    return at ? format.grouped(at.per_second) : format.NONE;
  }

  function facts() {
    const { day, minute, second } = body.records;
    const now = body.days.find((each) => each.day === body.today.day);
    const perSecond = word("capacity.per_second");
    const today = now ? figure("", word("peaks.today"), format.large(now.transactions, 4), "", tags(now).join(" · "), now.load_test_transactions ? word("peaks.load_test", { count: format.grouped(now.load_test_transactions) }) : "") : figure("", word("peaks.today"), format.NONE, "", word("peaks.nothing_today"));
    return [
      today,
      figure("", word("peaks.record"), day ? format.large(day.transactions, 4) : format.NONE, "", day ? [day.day, ...tags(day)].join(" · ") : word("peaks.no_record")),
      figure("", word("peaks.record_minute"), minute ? rate(minute.peak_minute) : format.NONE, perSecond, minute && moment(minute.peak_minute), minute && tags(minute).join(" · ")),
      figure("", word("peaks.record_second"), second ? rate(second.peak_second) : format.NONE, perSecond, second && moment(second.peak_second), second && tags(second).join(" · ")),
    ];
  }

  function capacityOf() {
    const capacity = body.capacity;
    const lasts = capacity.expires_at && word("capacity.until", { day: words.day(capacity.expires_at) });
    const ends = [word("peaks.runs_out", { day: room.ending(capacity.runs_out, capacity.runs_out_on) }), word("peaks.runs_out_n_1", { day: room.ending(capacity.runs_out_n_1, capacity.runs_out_n_1_on) })];
    return [
      figure("", word("capacity.proven"), format.grouped(capacity.proven_per_second), word("capacity.per_second"), [room.standing(capacity), lasts].filter(Boolean).join(" · "), ...ends),
      h("div.peaks-bars", {}, h("div.panel-head", {}, h("div.label", {}, word("peaks.headroom")), room.exports("headroom", () => capacity)), room.bars(capacity)),
    ];
  }

  /** How much of a past forecasts need; its reasons in detail are for machines, and English. */
  function short() {
    return word("peaks.short", body.forecast.needed_days);
  }

  function note() {
    const { daily, peak, reasons } = body.forecast;
    const share = (value) => (value === null ? format.NONE : words.percent(value, 2));
    const said = [];
    if (daily) said.push(word("peaks.model", { model: daily.model, wape: share(daily.wape), naive: share(daily.naive_wape), achieved: share(daily.achieved_coverage), nominal: share(daily.nominal_coverage), days: daily.days_checked }));
    if (peak) said.push(...room.forecast(peak));
    if (reasons.daily || reasons.peak) said.push(short());
    return said.join(" ");
  }

  function column(name, value, number = true) {
    return { name: word(name), value, number };
  }

  function days() {
    if (!days_.length) return h("p.nothing", {}, word("peaks.no_days"));
    const columns = [column("peaks.date", (day) => day.day, false), column("peaks.transactions", (day) => format.grouped(day.transactions)), column("peaks.minute", (day) => rate(day.peak_minute)), column("peaks.at", (day) => day.peak_minute ? format.time(words.ms(day.peak_minute.at), words.zone(), "minute") + words.zoneMark(words.ms(day.peak_minute.at)) : format.NONE, false), column("peaks.second", (day) => rate(day.peak_second)), column("peaks.kind", (day) => h("span", {}, tags(day).map((tag) => h("span.peaks-tag", {}, tag))), false)];
    return h("div.peaks-days", {}, load.table(word("peaks.days"), columns, [...days_].reverse()));
  }

  function coming() {
    const daily = body.forecast.daily;
    if (!daily) return h("p.nothing", {}, short());
    const columns = [column("peaks.date", (day) => day.day, false), column("peaks.low", (day) => format.grouped(day.low)), column("peaks.point", (day) => format.grouped(day.point)), column("peaks.high", (day) => format.grouped(day.high)), column("peaks.kind", (day) => h("span", {}, tags(day).map((tag) => h("span.peaks-tag", {}, tag))), false)];
    return h("div.peaks-days", {}, load.table(word("peaks.coming"), columns, daily.days));
  }

  function pictures() {
    peakPictures.today(parts.today, body.curve);
    peakPictures.ahead(parts.ahead, days_, body.forecast.daily);
  }

  function paint() {
    parts.facts.replaceChildren(...facts());
    parts.room.replaceChildren(...capacityOf());
    parts.note.textContent = note();
    parts.days.replaceChildren(days());
    parts.coming.replaceChildren(coming());
    pictures();
  }

  life.start(build);
})();
