/* Words and numbers of the wall. Everything is truncated, nothing is rounded up; null is never 0. */
(function () {
  "use strict";

  const page = JSON.parse(document.getElementById("page-data").textContent);
  window.LendingTheme.follow(page.surfaces);
  const NONE = "–";
  const SHARE_DECIMALS = 5;
  const SHARE_DECIMALS_MOST = 7;

  /** The words of a key with {name} replaced; an unknown key shows itself, so that it is seen. */
  function word(key, values) {
    const text = page.messages[key];
    if (text === undefined) return key;
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  /** 612345678 -> "612,345,678"; null -> "–". */
  function grouped(count) {
    if (count === null || count === undefined) return NONE;
    const text = String(count);
    return text.length <= 3 ? text : text.replace(/\B(?=(\d{3})+$)/g, ",");
  }

  /** Cuts count / unit after `decimals` places, in integers: (19999, 10000, 2) -> "1.99". */
  function cut(count, unit, decimals) {
    const whole = Math.floor(count / unit);
    if (decimals === 0) return grouped(whole);
    const scale = 10 ** decimals;
    const part = Math.floor(((count % unit) * scale) / unit);
    return grouped(whole) + "." + String(part).padStart(decimals, "0");
  }

  /** A count in the language's large units with `digits` figures: 612345678 -> ["6.123", "亿"] or ["612.3", "M"]. */
  function largeParts(count, digits) {
    if (count === null || count === undefined) return [NONE, ""];
    const unit = page.large_units.find(([, size]) => count >= size);
    if (!unit || count < 10000) return [grouped(count), ""];
    const figures = String(Math.floor(count / unit[1])).length;
    return [cut(count, unit[1], Math.max(0, digits - figures)), unit[0]];
  }

  function large(count, digits) {
    const [figure, unit] = largeParts(count, digits);
    return unit ? figure + " " + unit : figure;
  }

  /** Decimal text cut to `most` places and filled to `least`: ("99.9", 5, 7) -> "99.90000"; "100" stays "100". */
  function decimals(text, least, most) {
    if (text === null || text === undefined) return NONE;
    const [whole, part = ""] = String(text).split(".");
    const kept = part.slice(0, most).padEnd(least, "0");
    const sign = whole.startsWith("-") ? "-" : "";
    const digits = sign + grouped(whole.replace("-", ""));
    return kept ? digits + "." + kept : digits;
  }

  /** A share in per cent, at least five decimals; only a share without any bad event may read 100. */
  function share(text) {
    if (text === "100") return "100";
    return decimals(text, SHARE_DECIMALS, SHARE_DECIMALS_MOST);
  }

  /** 8340 ms -> "8.3 s", 75 s -> "75 s", then minutes, hours and days; truncated. */
  function age(ms) {
    const seconds = Math.max(0, ms) / 1000;
    if (seconds < 10) return word("unit.seconds", { count: (Math.floor(seconds * 10) / 10).toFixed(1) });
    if (seconds < 120) return word("unit.seconds", { count: Math.floor(seconds) });
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return word("unit.minutes", { count: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return word("unit.hours", { hours: hours, minutes: minutes % 60 });
    return word("unit.days", { days: Math.floor(hours / 24), hours: hours % 24 });
  }

  const STYLES = {
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    minute: { hour: "2-digit", minute: "2-digit" },
    moment: { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    date: { year: "numeric", month: "2-digit", day: "2-digit", weekday: "short" },
  };
  const clocks = new Map();

  /** Time or date in the estate's time zone, the same order everywhere: 11:20:19, 11-21 11:05, 2026-11-21 Sat. */
  function time(ms, zone, style) {
    const key = style + "|" + zone;
    const options = { timeZone: zone, hourCycle: "h23", ...STYLES[style] };
    if (!clocks.has(key)) clocks.set(key, new Intl.DateTimeFormat(page.tag, options));
    const parts = Object.fromEntries(clocks.get(key).formatToParts(ms).map((part) => [part.type, part.value]));
    const day = [parts.year, parts.month, parts.day].filter(Boolean).join("-");
    const hour = [parts.hour, parts.minute, parts.second].filter(Boolean).join(":");
    return [day, parts.weekday, hour].filter(Boolean).join(" ");
  }

  function byId(id) {
    return document.getElementById(id);
  }

  /** Sets text only where it changed: most of a tick changes nothing. */
  function say(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function attribute(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /** Keeps the first class and replaces the state class. */
  function wear(element, prefix, name) {
    const wanted = prefix + name.replace(/[_ ]/g, "-");
    if (element.classList.contains(wanted)) return;
    [...element.classList].filter((each) => each.startsWith(prefix)).forEach((each) => element.classList.remove(each));
    element.classList.add(wanted);
  }

  function hide(element, hidden) {
    if (element.hidden !== hidden) element.hidden = hidden;
  }

  window.LendingWall = {
    page,
    word,
    format: { grouped, large, largeParts, decimals, share, age, time, NONE },
    dom: { byId, say, attribute, wear, hide },
  };
})();
