/* What the address asks of a wall that hangs on a wall: ?kiosk=1 &rotate=30 &pages=/,/alerts &night=22:00-06:00 &sound=1.
   Nothing here has a timer of its own: all of it is asked once a second. */
(function () {
  "use strict";

  const AUTO_NIGHT = { from: 21 * 60, to: 7 * 60 };
  const DEFAULT_PAGES = ["/", "/availability", "/peaks"];
  const LEAST_ROTATE_S = 5;
  const SHIFT_MS = 180_000;
  const SHIFT_REM = 0.25;
  const PATH = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1]];

  /** "22:00-06:00" -> minutes of the day, "auto" -> nine in the evening to seven; null: no night. */
  function nightOf(text) {
    if (text === "auto") return AUTO_NIGHT;
    const found = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text || "");
    if (!found) return null;
    const [from, to] = [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
    return from >= 1440 || to > 1440 || from === to ? null : { from, to };
  }

  /** Only pages of this server; what cannot be read as an address is left out. */
  function pagesOf(text, origin) {
    const asked = (text || "").split(",").map((each) => each.trim()).filter(Boolean);
    const own = asked.filter((each) => /^\/(?![/\\])/.test(each) && !/^\/(api|_)/.test(each) && URL.canParse(each, origin));
    const local = own.filter((each) => new URL(each, origin).origin === origin);
    return local.length ? local : DEFAULT_PAGES;
  }

  /** Options of an address; `search` is its query. */
  function options(search, origin) {
    const given = new URLSearchParams(search);
    const seconds = Math.floor(Number(given.get("rotate")));
    const kiosk = given.get("kiosk") === "1";
    return {
      kiosk,
      rotateSeconds: seconds > 0 ? Math.max(LEAST_ROTATE_S, seconds) : 0,
      pages: pagesOf(given.get("pages"), origin),
      sound: given.get("sound") === "1",
      night: nightOf(given.get("night")),
      language: given.get("lang"),
    };
  }

  /** Whether a time of the viewer's day (in minutes) lies in the night, which may go over midnight. */
  function isNight(night, minute) {
    if (night === null) return false;
    return night.from < night.to ? minute >= night.from && minute < night.to : minute >= night.from || minute < night.to;
  }

  /** Offset against burn-in, in rem: another corner every three minutes, the same for every wall of a room. */
  function shift(wallMs) {
    const [x, y] = PATH[Math.floor(wallMs / SHIFT_MS) % PATH.length];
    return `${x * SHIFT_REM}rem ${y * SHIFT_REM}rem`;
  }

  /** An alarm and a wall that is not current are never dimmed. */
  function paint(chosen, level, stale) {
    const now = new Date();
    const bright = stale || level === "alarm" || level === "warning";
    document.body.classList.toggle("is-night", !bright && isNight(chosen.night, now.getHours() * 60 + now.getMinutes()));
    const wall = document.getElementById("wall");
    const wanted = chosen.kiosk ? shift(now.getTime()) : "";
    if (wall && wall.dataset.shift !== wanted) {
      wall.dataset.shift = wanted;
      wall.style.translate = wanted;
    }
  }

  window.LendingWall.kiosk = { options, isNight, shift, paint };
})();
