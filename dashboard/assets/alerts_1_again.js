/* When something is quiet: once, or each day, week or month by the estate's clock; and instants as people type them. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, field, word, life, page } = desk;
  const EVERY = { daily: "again.daily", weekly: "again.weekly", monthly: "again.monthly" };
  const MONDAY = Date.UTC(2024, 0, 1);
  const DAY_MS = 86_400_000;
  const WEEKDAYS = 7;

  function shift(ms) {
    const local = new Date(ms).toLocaleString("sv-SE", { timeZone: page.time_zone });
    return Date.parse(local.replace(" ", "T") + "Z") - Math.floor(ms / 1000) * 1000;
  }

  /** Milliseconds of "2026-11-21T22:30" by the estate's clock; null when nothing was typed. */
  function instantOf(text) {
    const typed = Date.parse(text + "Z");
    if (Number.isNaN(typed)) return null;
    return typed - shift(typed - shift(typed));
  }

  /** The reverse: what a field for an instant begins with, whole minutes. */
  function typedOf(ms) {
    return new Date(ms + shift(ms)).toISOString().slice(0, 16);
  }

  /** A field for an instant by the estate's clock. */
  function instantField(label, name, ms) {
    return field(label, h("input", { type: "datetime-local", name, required: true, value: typedOf(ms) }), page.time_zone);
  }

  function weekday(day) {
    return new Intl.DateTimeFormat(page.tag, { weekday: "short", timeZone: "UTC" }).format(MONDAY + day * DAY_MS);
  }

  function weekdays() {
    const boxes = Array.from({ length: WEEKDAYS }, (_, day) => h("label.choice", {}, h("input", { type: "checkbox", name: "weekday", value: day }), h("span", {}, weekday(day))));
    return h("fieldset.field", { hidden: true }, h("legend.field-label", {}, word("again.on")), h("div.choices", {}, boxes));
  }

  function hours() {
    const clock = (name, value) => h("input", { type: "time", name, value });
    return h("div.again-hours", { hidden: true }, field(word("again.from"), clock("again_from", "22:00")), field(word("again.to"), clock("again_to", "06:00"), page.time_zone));
  }

  /** How often; `whole` (a duration) is shown when once, else an end of the whole series. */
  function fields(whole) {
    const until = instantField(word("again.until"), "again_until", life.nowMs() + 30 * DAY_MS);
    const [times, week, month] = [hours(), weekdays(), field(word("again.days"), h("input", { name: "monthdays", placeholder: "1, 15", inputmode: "numeric" }), word("again.days_hint"))];
    const options = [h("option", { value: "" }, word("again.once")), ...Object.entries(EVERY).map(([value, name]) => h("option", { value }, word(name)))];
    const turn = (every) => {
      whole.hidden = Boolean(every);
      until.hidden = times.hidden = !every;
      week.hidden = every !== "weekly";
      month.hidden = every !== "monthly";
    };
    const chosen = h("select", { name: "every", onchange: (event) => turn(event.target.value) }, options);
    turn("");
    return [field(word("again.every"), chosen), whole, times, week, month, until];
  }

  function daysOf(form, every) {
    if (every === "weekly") return [...form.querySelectorAll("[name=weekday]:checked")].map((box) => Number(box.value));
    if (every === "monthly") return form.elements.monthdays.value.split(/[\s,，、]+/).filter(Boolean).map(Number);
    return [];
  }

  /** What a form says of time, as the API wants it: how long it lasts, or how it comes again and until when. */
  function said(form) {
    const { every, duration, again_from: from, again_to: to, again_until: until } = form.elements;
    if (!every.value) return { duration_seconds: Number(duration.value) };
    const ends = instantOf(until.value);
    const days = daysOf(form, every.value);
    if (ends === null || !from.value || !to.value) return { error: word("again.incomplete") };
    if (days.some((day) => !Number.isInteger(day))) return { error: word("again.days_hint") };
    return { ends: new Date(ends).toISOString(), recurrence: { every: every.value, zone: page.time_zone, from: from.value, to: to.value, days } };
  }

  /** "weekly 22:00–06:00 Sat, Sun" */
  function words(one) {
    const days = one.days.map((day) => (one.every === "weekly" ? weekday(day) : String(day))).join(", ");
    const every = EVERY[one.every] ? word(EVERY[one.every]) : one.every;
    return [word("silence.again", { every, from: one.from, to: one.to }), days].filter(Boolean).join(" · ");
  }

  desk.again = { fields, said, words, instantField, instantOf };
})();
