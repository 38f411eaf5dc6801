/* Polls, paints, and says so when what is on screen is not current. */
(function () {
  "use strict";

  const { page, word, format, dom, parts, watch: rules, figures, grid, matrix, attention, sources, strip, alarm, curve } = window.LendingWall;
  const { byId, say, hide } = dom;
  const times = page.times;
  const TITLE = document.title;
  const RELOAD_APART_MS = 60_000;
  const CURVE_LATE_MS = 2.5 * times.curve_ms;

  const now = () => ({ steady: performance.now(), wall: Date.now() });
  const opened = now();
  const watch = rules.createWatch(times, opened);
  const clock = rules.createClock();
  const dailyReloadMs = (24 + Math.random()) * 3_600_000;

  const chosen = window.LendingWall.kiosk.options(window.location.search, window.location.origin);
  const rotation = window.LendingWall.rotation.createRotation(chosen);
  const sound = window.LendingWall.sound.createSound(chosen.sound);

  let snapshot = null;
  let found = null;
  let asked = null;
  let etag = null;
  let early = null;
  let fetched = false;
  let inFlight = false;
  let answered = false;
  let pollTimer = null;
  let curveEtag = null;
  let curveAt = null;

  /** One request that cannot hang: null body when the server says "unchanged". */
  async function get(url, tag) {
    const cancel = new AbortController();
    const timer = setTimeout(() => cancel.abort(), times.abort_ms);
    try {
      const headers = tag ? { "If-None-Match": tag } : {};
      const response = await fetch(url, { cache: "no-store", headers: headers, signal: cancel.signal });
      const body = response.status === 200 ? await response.json() : null;
      return { status: response.status, etag: response.headers.get("ETag"), body: body };
    } finally {
      clearTimeout(timer);
    }
  }

  async function poll() {
    if (inFlight) return;
    inFlight = true;
    clearTimeout(pollTimer);
    const began = now();
    let failed = true;
    try {
      const answer = await get("/api/v1/snapshot", etag);
      answered = true;
      if (answer.status === 401 && page.viewer) reload();
      failed = answer.status !== 200 && answer.status !== 304;
      if (answer.status === 200) take(answer, began);
    } catch (problem) {
      answered = answered && watch.hasRead();
      console.info("snapshot not read:", String(problem));
    } finally {
      inFlight = false;
      const tookMs = performance.now() - began.steady;
      pollTimer = setTimeout(poll, rules.nextPollMs(times, failed, tookMs, Math.random()));
    }
    if (!failed && mounted()) refresh();
  }

  /** Paints first and believes afterwards: what could not be painted must not make the old picture look current. */
  function take(answer, began) {
    early = mounted() ? null : { answer, began };
    if (early) return;
    const next = answer.body;
    if (!watch.isNews(next.sequence, began, now())) return watch.refuse(next.sequence);
    if (isOtherBuild(next)) return reload();
    if (snapshot && next.taken_at_ms < snapshot.taken_at_ms) clock.forget();
    clock.learn(next.taken_at_ms, began);
    paint(next, began);
    etag = answer.etag;
    snapshot = next;
    asked = began;
    watch.accept(next.sequence, began);
    fetchLate();
  }

  /** Whether the skeleton is there; its matrix is filled as soon as it is. */
  function mounted() {
    if (byId("wall") === null) return false;
    grid.build();
    return true;
  }

  /** A new build, or products that this page has no rows for; at most one reload a minute. */
  function isOtherBuild(next) {
    if (now().steady - opened.steady < RELOAD_APART_MS) return false;
    if (snapshot && next.build !== snapshot.build) return true;
    return (next.products || []).some((product) => !byId("product/" + product.id));
  }

  function reload() {
    window.location.reload();
  }

  function paint(next, began) {
    const nowMs = clock.nowMs(now());
    const names = parts.namesOf(next.products);
    figures.paint(next.bank, names, next.time_zone);
    figures.capacity(next.capacity, next.time_zone);
    curve.setCapacity(next.capacity && next.capacity.state === "current" ? next.capacity.proven_n_1_per_second : null);
    matrix.paintMatrix(next, nowMs, now().steady);
    attention.paint(next, nowMs);
    sources.paint(next, now().steady - began.steady);
    found = alarm.judge(next);
    strip.paint(found, next, nowMs);
    say(byId("curve-now"), format.grouped(next.bank && next.bank.transactions ? next.bank.transactions.per_second : null));
    paintSimulated(next);
    byId("wall").classList.remove("is-waiting");
    byId("pulse").classList.toggle("odd");
    byId("wall").dataset.sequence = next.sequence;
  }

  function paintSimulated(next) {
    const badge = byId("simulated");
    hide(badge, !next.simulated);
    if (!next.simulated) return;
    const until = word("simulated.until", { time: format.time(Date.parse(next.simulated.to), next.time_zone, "moment") });
    const percent = Math.floor(Number(next.simulated.progress) * 100);
    say(badge, isFilling(next) ? word("simulated.filling", { percent: percent }) : until);
    badge.title = until;
  }

  /** While the simulated past is being filled, the curve changes more often than once a minute. */
  function isFilling(next) {
    const progress = next && next.simulated ? next.simulated.progress : null;
    return progress !== null && progress !== undefined && Number(progress) < 1;
  }

  /** Everything that changes with time alone: clock, ages, staleness. */
  function refresh() {
    const at = now();
    watch.tick(at);
    const ageMs = watch.ageMs(at);
    const stale = watch.isStale(at);
    paintStale(stale, ageMs);
    if (!mounted()) return;
    byId("wall").classList.toggle("is-stale", stale && watch.hasRead());
    surround(at, stale);
    if (!snapshot) return paintWaiting(ageMs);
    const nowMs = clock.nowMs(at);
    say(byId("clock-time"), format.time(nowMs, snapshot.time_zone, "clock"));
    say(byId("clock-date"), format.time(nowMs, snapshot.time_zone, "date"));
    say(byId("pulse-text"), word("pulse.fresh", { age: format.age(ageMs) }));
    say(byId("calm-age"), word("attention.checked", { age: format.age(ageMs) }));
    sources.paint(snapshot, at.steady - asked.steady);
    attention.paint(snapshot, nowMs);
    strip.paint(found, snapshot, nowMs);
    if (curveAt !== null) curve.paintAge(at.steady - curveAt, CURVE_LATE_MS);
    if (at.steady > dailyReloadMs && !stale) reload();
  }

  /** Night, burn-in, rotation and sound go by the newest reading; without a current one there is nothing to go by. */
  function surround(at, stale) {
    const current = found !== null && !stale;
    byId("wall").classList.toggle("is-alarm", current && found.level === "alarm");
    window.LendingWall.kiosk.paint(chosen, current ? found.level : "none", stale);
    rotation.tick(at.steady, !current || found.level === "alarm");
    sound.tick(at.steady, current ? found.untaken : []);
  }

  function paintWaiting() {
    say(byId("waiting-reason"), answered ? word("waiting.server") : word("waiting.no_server"));
  }

  /** A server that answers "no data yet" is waited for in words; silence is stale from the start. */
  function paintStale(stale, ageMs) {
    const alarm = stale && (watch.hasRead() || !answered || !mounted());
    hide(byId("stale"), !alarm);
    document.body.classList.toggle("stale-page", alarm);
    const seconds = Math.floor(ageMs / 1000);
    document.title = alarm ? "▲ " + word("stale.title", { seconds: seconds }) + " · " + TITLE : TITLE;
    if (!alarm) return;
    say(byId("stale-words"), word("stale.words"));
    say(byId("stale-age"), word("stale.age", { seconds: seconds }));
    say(byId("stale-last"), lastReading());
  }

  function lastReading() {
    if (!snapshot) return word("stale.never");
    return word("stale.last", { time: format.time(snapshot.taken_at_ms, snapshot.time_zone, "clock") });
  }

  async function pollCurve() {
    let waitMs = times.curve_retry_ms;
    try {
      const answer = await get("/api/v1/curve", curveEtag);
      if (answer.status === 200 && mounted()) {
        fetchLate();
        curve.draw(answer.body);
        curveEtag = answer.etag;
      }
      if (answer.status === 304 || (answer.status === 200 && mounted())) {
        curveAt = performance.now();
        if (curve.hasLine() && !isFilling(snapshot)) waitMs = times.curve_ms;
      }
    } catch (problem) {
      console.info("curve not read:", String(problem));
    }
    setTimeout(pollCurve, waitMs);
  }

  /** The layout comes without the page's address when a browser hides it: the page's own language wins. */
  function speakPageLanguage() {
    if (byId("wall").lang === page.tag) return;
    byId("wall").lang = page.tag;
    for (const element of document.querySelectorAll("[data-word]")) say(element, word(element.dataset.word));
  }

  function everySecond() {
    refresh();
    const nowMs = clock.nowMs(now());
    setTimeout(everySecond, nowMs === null ? 500 : 1000 - (Math.floor(nowMs) % 1000));
  }

  function whenMounted(then) {
    if (mounted()) return then();
    const look = new MutationObserver(() => {
      if (!mounted()) return;
      look.disconnect();
      then();
    });
    look.observe(document.body, { childList: true, subtree: true });
  }

  /** A page that was hidden or frozen says how old it is before it asks. */
  function lookAgain() {
    if (document.hidden) return;
    refresh();
    poll();
  }

  /** What came while the skeleton was still on its way, unless it is old by now. */
  function takeEarly() {
    const { answer, began } = early || {};
    if (!answer || now().steady - began.steady > times.poll_ms) return;
    try {
      take(answer, began);
    } catch (problem) {
      console.info("snapshot not painted:", String(problem));
    }
  }

  /** The plotting bundle, which the figures do not wait for (pages/wall.py, LATE). */
  function fetchLate() {
    if (fetched) return;
    fetched = true;
    for (const waiting of document.querySelectorAll("script[data-late]")) {
      const script = document.createElement("script");
      script.src = waiting.src;
      script.async = false;
      script.addEventListener("load", curve.redraw);
      waiting.replaceWith(script);
    }
  }

  function start() {
    document.body.classList.toggle("kiosk", chosen.kiosk);
    everySecond();
    poll();
    whenMounted(() => {
      speakPageLanguage();
      takeEarly();
      poll();
      pollCurve();
    });
    for (const awake of ["visibilitychange", "resume"]) document.addEventListener(awake, lookAgain);
    let resizing = null;
    window.addEventListener("resize", () => {
      clearTimeout(resizing);
      resizing = setTimeout(curve.redraw, 150);
    });
  }

  window.LendingWall.running = { chosen, rotation, sound };
  start();
})();
