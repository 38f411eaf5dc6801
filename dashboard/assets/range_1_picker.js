/* One picker of a stretch of time: so long until now, or from and to; in the estate's zone or the viewer's own. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, word, words, page } = desk;
  const { format } = window.LendingWall;
  const MINUTE_MS = 60_000;
  const MONTH_LENGTH = "2026-11".length;
  const UNITS_MS = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1440 * MINUTE_MS, w: 7 * 1440 * MINUTE_MS };
  const WHOLE = "all";
  const PRESETS = {
    "13M": "range.months_13",
    "3M": "range.months_3",
    "30d": "range.days_30",
    "7d": "range.days_7",
    "2d": "range.days_2",
    "1h": "range.hours_1",
  };

  const clocks = new Map();

  /** Milliseconds by which a zone's clocks are ahead of UTC at an instant. */
  function aheadMs(ms, zone) {
    if (!clocks.has(zone)) clocks.set(zone, new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }));
    const parts = clocks.get(zone).formatToParts(ms);
    const at = Object.fromEntries(parts.map((part) => [part.type, Number(part.value)]));
    return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second) - Math.floor(ms / 1000) * 1000;
  }

  /** The instant at which a zone's clocks show a reading that is given as if it were UTC. */
  function instant(readingMs, zone) {
    const guess = readingMs - aheadMs(readingMs, zone);
    return readingMs - aheadMs(guess, zone);
  }

  /** "2026-11-21T14:00": what an input of date and time holds. */
  function reading(ms, zone) {
    return new Date(ms + aheadMs(ms, zone)).toISOString().slice(0, 16);
  }

  /** Begin of the month that lies `back` months before that of an instant, by the estate's calendar. */
  function monthStart(ms, back) {
    const local = new Date(ms + aheadMs(ms, page.time_zone));
    return instant(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1), page.time_zone);
  }

  /** {fromMs, toMs} of what an address says: last=13M, or from= and to=. */
  function spanOf(state, nowMs) {
    if (state.from) return { fromMs: Date.parse(state.from), toMs: Math.min(state.to ? Date.parse(state.to) : nowMs, nowMs) };
    const [, count, unit] = /^(\d{1,3})([Mwdhm])$/.exec(state.last) || [null, "13", "M"];
    if (unit === "M") return { fromMs: monthStart(nowMs, Number(count) - 1), toMs: nowMs };
    return { fromMs: nowMs - Number(count) * UNITS_MS[unit], toMs: nowMs };
  }

  /** An instant in the chosen zone: 2026-11-21 14:00. */
  function moment(ms, zone) {
    return `${format.time(ms, zone, "date").slice(0, 10)} ${format.time(ms, zone, "minute")}${words.zoneMark(ms, zone)}`;
  }

  function zoneOf(state) {
    return state.zone === "viewer" ? words.viewerZone() : page.time_zone;
  }

  /** The calendar day of an instant by the estate's clocks: 2026-11-21. */
  function day(ms) {
    return reading(ms, page.time_zone).slice(0, 10);
  }

  /** Whole days of the estate that a stretch touches; the second is the one after the last. */
  function days({ fromMs, toMs }) {
    const next = Date.parse(day(Math.max(fromMs, toMs - 1)) + "T00:00Z") + UNITS_MS.d;
    return { from: day(fromMs), to: new Date(next).toISOString().slice(0, 10) };
  }

  /** The instant at which a day or a month of the estate begins: "2026-11-21", "2026-11". */
  function beginOf(text) {
    return instant(Date.parse(text.length === MONTH_LENGTH ? text + "-01T00:00Z" : text + "T00:00Z"), page.time_zone);
  }

  /** Builds the picker; `change(said)` gets what is to stand in the address: last, from, to, zone. `more`: other
   *  stretches that can be chosen, by their name in the address. */
  function picker(change, more = {}) {
    const select = h("select", { id: "range-last", "aria-label": word("range.relative"), onchange: () => select.value && change({ last: select.value, from: "", to: "" }) }, h("option", { value: "" }, word("range.absolute")), Object.entries({ ...more, ...PRESETS }).map(([value, key]) => h("option", { value }, word(key))));
    const from = h("input", { type: "datetime-local", id: "range-from", "aria-label": word("range.from") });
    const to = h("input", { type: "datetime-local", id: "range-to", "aria-label": word("range.to") });
    const go = h("button.act", { type: "submit", id: "range-go" }, word("range.go"));
    const zone = h("select", { id: "range-zone", "aria-label": word("range.zone"), onchange: () => (change({ zone: zone.value }), window.location.reload()) }, h("option", { value: "" }, page.time_zone), h("option", { value: "viewer" }, word("range.mine", { zone: words.viewerZone() })));
    const form = h("form.range", { "aria-label": word("range.title") }, select, h("span.range-pair", {}, from, h("span", { "aria-hidden": "true" }, "–"), to), go, zone);
    let shown = {};
    let typed = false;
    form.addEventListener("input", (event) => (typed = typed || event.target === from || event.target === to));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      typed = false;
      const [begin, end] = [from, to].map((input) => (input.value ? instant(Date.parse(input.value + "Z"), zoneOf(shown)) : NaN));
      if (!(begin < end)) return desk.toast(word("range.wrong"), true);
      change({ last: "", from: new Date(begin).toISOString(), to: new Date(end).toISOString() });
    });
    function paint(state, span) {
      const same = ["last", "from", "to"].every((name) => shown[name] === state[name]);
      shown = state;
      if (same && typed) return; // somebody is writing a date while the page polls
      typed = false;
      select.value = state.from ? "" : state.last;
      zone.value = state.zone === "viewer" ? "viewer" : "";
      from.value = reading(span.fromMs, zoneOf(state));
      to.value = reading(span.toMs, zoneOf(state));
    }
    return { form, paint };
  }

  /** The picker of a list: what it says stands in the address; `read()` is called after a change. `query()` is what the
   *  list asks for: only absolute stretches have an end, so that a list of what is new stays one. `usual`: the stretch
   *  of an address that says none. `more`: stretches beside the presets. `whole`: one that only the page knows,
   *  `{name, span()}`. */
  function ofList(read, { usual = "13M", more = {}, whole = null } = {}) {
    const names = ["last", "from", "to", "zone"];
    const state = () => {
      const said = desk.address.said(...names);
      if (Number.isNaN(Date.parse(said.from))) said.from = "";
      if (Number.isNaN(Date.parse(said.to))) said.to = "";
      return { ...said, last: said.last || usual };
    };
    const now = () => Math.floor(desk.life.nowMs() / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    const made = picker((said) => {
      desk.address.tell(said);
      paint();
      return read();
    }, { ...more, ...(whole ? { [WHOLE]: whole.name } : {}) });
    /** Whether it is the usual stretch. */
    const isUsual = () => !state().from && state().last === usual;
    function span() {
      const said = state();
      return whole && !said.from && said.last === WHOLE ? whole.span() : spanOf(said, now());
    }
    function paint() {
      made.paint(state(), span());
    }
    function query() {
      const said = state();
      const { fromMs, toMs } = span();
      const to = said.from && said.to ? { to: new Date(toMs).toISOString() } : {};
      return new URLSearchParams({ from: new Date(fromMs).toISOString(), ...to }).toString();
    }
    /** Lets the address say a stretch. */
    function choose(fromMs, toMs) {
      desk.address.tell({ last: "", from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
      paint();
      return read();
    }
    return { form: made.form, paint, query, span, isUsual, choose };
  }

  desk.range = { picker, ofList, spanOf, zoneOf, moment, monthStart, day, days, beginOf, exactly: words.exactly };
})();
