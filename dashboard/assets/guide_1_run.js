/* The first ten minutes of a demo: what one looks at, and something to break. Nothing of it is there elsewhere: it hangs
   on the word DEMO at the head of a screen. Text only ever goes in as text. */
(function () {
  "use strict";

  const { page, word } = window.LendingWall;
  const BREAK = "/api/v1/demo/break";
  const OPEN_KEY = "control-center.guide";
  const POLL_MS = 500;
  const FOLLOW_MS = 300_000;
  const query = new URLSearchParams(window.location.search);
  const STEPS = [
    ["guide.step_wall", "/"],
    ["guide.step_break", ""],
    ["guide.step_alerts", "/alerts"],
    ["guide.step_availability", "/availability"],
    ["guide.step_reports", "/reports"],
  ];
  let parts = null;
  let timer = null;

  function make(name, props, ...children) {
    const [tag, className] = name.split(".");
    const made = document.createElement(tag);
    if (className) made.className = className;
    for (const [key, value] of Object.entries(props)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function remembered(value) {
    try {
      if (value === undefined) return window.sessionStorage.getItem(OPEN_KEY) === "1";
      window.sessionStorage.setItem(OPEN_KEY, value ? "1" : "0");
    } catch (blocked) {
      return false;
    }
    return value;
  }

  function named(id) {
    const names = page.names[id];
    return (names && names[page.language]) || id;
  }

  function address(path) {
    return `${path}?lang=${page.language}`;
  }

  function build() {
    const step = ([key, path]) => make("li", {}, path ? make("a", { href: address(path) }, word(key)) : word(key));
    const option = (id) => make("option", { value: id }, named(id));
    const center = make("select", { "aria-label": word("guide.data_center"), id: "guide-center" }, ...page.data_centers.map(option));
    const product = make("select", { "aria-label": word("guide.product"), id: "guide-product" }, ...page.products.map(option));
    if (page.data_centers.includes("dc4")) center.value = "dc4";
    const kill = make("button.guide-wide", { type: "button", id: "guide-kill", onclick: () => breakIt({ kind: "kill", data_center: center.value }) }, word("guide.kill"));
    const fail = make("button.guide-wide", { type: "button", id: "guide-fail", onclick: () => breakIt({ kind: "fail", data_center: center.value, product: product.value, seconds: 30 }) }, word("guide.fail", { seconds: 30 }));
    const story = make("div.guide-story", { id: "guide-story", role: "status", "aria-live": "polite" }, word("guide.nothing_broken"));
    const close = make("button.guide-close", { type: "button", "aria-label": word("guide.close"), onclick: () => toggle(false) }, "✕");
    const panel = make("aside.guide", { id: "guide", "aria-label": word("guide.title") }, make("div.guide-head", {}, make("h2", {}, word("guide.title")), close), make("p", {}, word("guide.lead")), make("ol", {}, ...STEPS.map(step)), make("h3", {}, word("guide.break")), make("p", {}, word("guide.break_lead")), make("div.guide-break", {}, center, product, kill, fail), story);
    panel.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") toggle(false);
    });
    return { panel, kill, fail, story, close };
  }

  function toggle(open) {
    remembered(open);
    if (open && !parts) {
      parts = build();
      (document.querySelector("main") || document.body).append(parts.panel);
    }
    if (!parts) return;
    parts.panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    clearTimeout(timer);
    if (open) follow();
    else opener.focus({ preventScroll: true });
  }

  async function breakIt(asked) {
    parts.kill.disabled = parts.fail.disabled = true;
    const body = JSON.stringify({ by: word("guide.by"), ...asked });
    try {
      const known = page.viewer ? { "X-CSRF-Token": page.viewer.csrf } : {};
      const answer = await fetch(BREAK, { method: "POST", headers: { "Content-Type": "application/json", ...known }, body });
      const said = await answer.json();
      if (!answer.ok) refuse(said.error);
    } catch (problem) {
      refuse(word("guide.no_server"));
    }
    parts.kill.disabled = parts.fail.disabled = false;
    clearTimeout(timer);
    follow();
  }

  function refuse(line) {
    parts.panel.querySelectorAll(".guide-fault").forEach((old) => old.remove());
    const made = make("p.guide-fault", { role: "alert" }, line);
    parts.story.before(made);
    setTimeout(() => made.remove(), 8_000);
  }

  async function follow() {
    let busy = false;
    try {
      const answer = await fetch(BREAK, { cache: "no-store" });
      if (answer.ok) busy = paint(await answer.json());
    } catch (problem) {
      console.info("the story was not read:", String(problem));
    }
    clearTimeout(timer);
    if (parts && !parts.panel.hidden) timer = setTimeout(follow, busy ? POLL_MS : 4 * POLL_MS);
  }

  function seconds(ms) {
    return word("unit.seconds", { count: (Math.floor(ms / 100) / 10).toFixed(1) });
  }

  /** Shows what came of the newest break; true while something of it is still to come. */
  function paint(body) {
    const story = body.break;
    if (!story) {
      say([word("guide.nothing_broken")]);
      return false;
    }
    const age = Date.parse(body.now) - Date.parse(story.at);
    const over = age > FOLLOW_MS;
    const what = story.kind === "kill" ? word("guide.killed", { data_center: named(story.data_center) }) : word("guide.failing", { data_center: named(story.data_center), product: named(story.product) });
    const rows = [
      ["guide.detected", story.detected_ms],
      ["guide.paged", story.paged_ms],
      ...(story.kind === "kill" ? [["guide.restarted", story.restarted_ms]] : []),
      ["guide.recovered", story.recovered_ms],
    ];
    const waiting = over ? word("guide.never") : word("guide.waiting");
    const list = make("dl", {}, ...rows.flatMap(([key, ms]) => [make("dt", {}, word(key)), make("dd", { "data-story": key.slice(6) }, ms === null ? waiting : seconds(ms))]));
    say([make("strong", {}, what), make("div", {}, word("guide.ago", { time: seconds(age) })), list, make("a", { href: address("/incidents") }, word("guide.to_incidents"))]);
    return !over && rows.some(([, ms]) => ms === null);
  }

  /** Only what changed is told, or a reader would hear the seconds tick. */
  function say(children) {
    const ticking = children.length > 1;
    parts.story.setAttribute("aria-live", ticking ? "off" : "polite");
    parts.story.replaceChildren(...children);
  }

  let opener = null;

  function hang(badge) {
    opener = make("button.guide-open", { type: "button", id: "guide-open", "aria-expanded": "false", "aria-controls": "guide", title: word("guide.hint"), onclick: () => toggle(!parts || parts.panel.hidden) }, word("guide.open"));
    badge.after(opener);
    if (query.get("guide") === "1" || remembered()) toggle(true);
  }

  function look() {
    const badge = document.querySelector(".badge-demo");
    if (!badge || document.getElementById("guide-open")) return Boolean(badge);
    if (query.get("kiosk") !== "1") hang(badge);
    return true;
  }

  if (!look()) {
    const watching = new MutationObserver(() => look() && watching.disconnect());
    watching.observe(document.body, { childList: true, subtree: true });
  }
})();
