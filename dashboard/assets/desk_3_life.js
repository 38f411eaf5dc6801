/* The sign that alerting lives, the server's clock, ages that tick, and keys. A screen never looks quiet when nobody
   evaluates: silence of the engine is louder than any alert. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, dom, page, words } = desk;
  const { format, watch } = window.LendingWall;
  const { byId, say, hide } = dom;
  const ALERTING = "/api/v1/alerting";
  const LOOK_MS = 2_000;
  const SILENT_MS = 10_000;
  const TITLE = document.title;

  const now = () => ({ steady: performance.now(), wall: Date.now() });
  const clock = watch.createClock();
  const opened = performance.now();
  let life = null;
  let readAt = null;
  let answered = false;
  let tellTime = null;
  const timeKnown = new Promise((resolve) => (tellTime = resolve));

  /** The server's clock; before its first answer the browser's. */
  function nowMs() {
    const known = clock.nowMs(now());
    return known === null ? Date.now() : known;
  }

  async function look() {
    const began = now();
    try {
      const answer = await get(ALERTING, { always: true });
      answered = true;
      if (answer.status === 200) take(answer.body, began);
    } catch (problem) {
      console.info("alerting not read:", String(problem));
    }
    tellTime();
    setTimeout(look, LOOK_MS);
    paint();
  }

  function take(body, began) {
    life = body;
    readAt = began.steady;
    clock.learn(words.ms(body.now), began);
    byId("engine").classList.toggle("odd");
  }

  /** Milliseconds since the engine last showed that it evaluates; null when it never did. */
  function evaluationAge() {
    if (!life || life.age_ms === null || life.age_ms === undefined) return null;
    return life.age_ms + (performance.now() - readAt);
  }

  /** Why this screen is not to be believed; empty when it is. */
  function fault() {
    const silentMs = performance.now() - (readAt === null ? opened : readAt);
    if (silentMs > SILENT_MS) return answered && readAt === null ? "engine.unknown" : "engine.no_server";
    if (!life) return "";
    if (life.age_ms === null || life.age_ms === undefined) return "engine.never";
    if (evaluationAge() > life.limit_ms) return "engine.dead";
    if (life.behind_ms !== null && life.behind_ms + (performance.now() - readAt) > life.behind_limit_ms) return "engine.behind";
    return "";
  }

  const REASONS = {
    "engine.no_server": "engine.no_server_reason",
    "engine.unknown": "engine.unknown_reason",
    "engine.never": "engine.never_reason",
    "engine.dead": "engine.dead_reason",
    "engine.behind": "engine.behind_reason",
  };

  function paint() {
    if (!byId("engine-alarm")) return;
    const found = fault();
    const age = found === "engine.no_server" ? performance.now() - (readAt === null ? opened : readAt) : evaluationAge();
    const behind = life && life.behind_ms !== null ? life.behind_ms + performance.now() - readAt : null;
    hide(byId("engine-alarm"), !found);
    byId("screen").classList.toggle("is-dead", Boolean(found));
    byId("engine").classList.toggle("is-dead", Boolean(found));
    const shown = found === "engine.behind" ? behind : age;
    document.title = found ? "▲ " + word(found) + " · " + TITLE : TITLE;
    say(byId("engine-text"), found ? word(found) : age === null ? word("engine.waiting") : word("engine.alive", { age: format.age(age) }));
    if (!found) return;
    say(byId("engine-alarm-words"), word(found));
    say(byId("engine-alarm-age"), shown === null ? "" : format.age(shown));
    say(byId("engine-alarm-reason"), word(REASONS[found]));
  }

  /** Every element that says since when: <time data-since="ms">. */
  function tick() {
    const at = nowMs();
    say(byId("clock-time"), format.time(at, words.zone(), "clock"));
    for (const element of document.querySelectorAll("[data-since]")) say(element, words.span(at - Number(element.dataset.since)));
    for (const element of document.querySelectorAll("[data-until]")) say(element, words.span(Number(element.dataset.until) - at));
    paint();
    setTimeout(tick, 1000 - (Math.floor(at) % 1000));
  }

  /** Time that has passed since an instant, ticking. */
  function since(at) {
    return h("time.age", { "data-since": at, datetime: new Date(at).toISOString(), title: words.exactly(at) }, words.span(nowMs() - at));
  }

  /** Calls `read` as soon as the server's time is known and every so often; one at a time, at once again when somebody
   *  comes back to the screen. A browser whose clock is wrong so never asks for times that the server does not have.
   *  Called while it reads, it reads once more at once: that answer may be older than what somebody just did. `atOnce`:
   *  the first read asks for no time (it waits for `timeKnown` itself before it does). */
  function every(milliseconds, read, { atOnce = false } = {}) {
    let timer = null;
    let busy = false;
    let wanted = false;
    async function run() {
      wanted = busy;
      if (wanted) return;
      busy = true;
      clearTimeout(timer);
      try {
        await read();
      } catch (problem) {
        console.info("not read:", String(problem));
      }
      busy = false;
      timer = setTimeout(run, wanted ? 0 : milliseconds);
    }
    document.addEventListener("visibilitychange", () => !document.hidden && run());
    atOnce ? run() : timeKnown.then(run);
    return run;
  }

  const keys = [];

  /** A key that does something here, with the words of the help. */
  function key(name, text, act) {
    keys.push({ name, text, act });
  }

  function isTyping(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  /** Escape leaves a field as it is: a browser would empty a search without telling the filter. */
  function leave(event) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.target.blur();
  }

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return event.key === "Escape" && leave(event);
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) return;
    if (desk.head.went(event)) return;
    const found = keys.find((each) => each.name === event.key);
    if (!found) return;
    event.preventDefault();
    found.act();
  }

  function help() {
    const lines = [...keys, ...desk.head.ways()].map((each) => h("div.key-line", {}, h("kbd", {}, each.name), h("span", {}, each.text)));
    desk.ask({ title: word("keys.title"), fields: h("div.key-lines", {}, lines), action: word("keys.close"), submit: () => "" });
  }

  function whenMounted(then) {
    if (byId("content")) return then();
    const look = new MutationObserver(() => {
      if (!byId("content")) return;
      look.disconnect();
      then();
    });
    look.observe(document.body, { childList: true, subtree: true });
  }

  /** Starts a screen: `build(content)` is called once, when the skeleton is there. `ahead`: at once, beside the page,
   *  while Dash still loads; then `shown()` once it is in its place. */
  function start(build, { ahead = false, shown = () => null } = {}) {
    const beside = h("div", {});
    key("?", word("keys.help"), help);
    if (ahead) build(beside);
    whenMounted(() => {
      desk.head.dress();
      const content = byId("content");
      content.replaceChildren(...beside.childNodes);
      content.classList.remove("is-loading");
      document.addEventListener("keydown", pressed);
      if (!ahead) build(content);
      shown();
      look();
      tick();
    });
  }

  window.LendingDesk.life = { start, every, timeKnown, since, nowMs, key, help, evaluationAge, fault, alerting: () => life };
})();
