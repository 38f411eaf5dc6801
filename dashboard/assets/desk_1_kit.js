/* Building, asking, telling: what every screen beside the wall needs. Text only ever goes in as text. */
(function () {
  "use strict";

  const { page, word, dom } = window.LendingWall;
  const NAME_KEY = "control-center.name";
  const ABORT_MS = 8_000;
  const TOAST_MS = 6_000;
  const etags = new Map();

  /** An element: h("a.link", {href: "/"}, "text", child...). Properties that begin with "on" are listeners; null,
   *  undefined and false leave an attribute or a child out. */
  function h(name, props, ...children) {
    const [tag, ...classes] = name.split(".");
    const made = document.createElement(tag || "div");
    if (classes.length) made.className = classes.join(" ");
    for (const [key, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key === "style") made.style.cssText = value;
      else made.setAttribute(key, value === true ? "" : String(value));
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
    return made;
  }

  /** Gives `parent` one child per item, made once per key and painted each time; order follows the items. */
  function each(parent, items, keyOf, make, paint) {
    const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
    let before = null;
    for (const item of items) {
      const key = keyOf(item);
      const child = known.get(key) || make(item);
      child.dataset.key = key;
      known.delete(key);
      paint(child, item);
      const place = before ? before.nextElementSibling : parent.firstElementChild;
      if (place !== child) parent.insertBefore(child, place);
      before = child;
    }
    known.forEach((child) => child.remove());
  }

  /** Asks for JSON: {status, body, fresh}; body is null and fresh false when nothing changed since the last answer. */
  async function get(address, { always = false } = {}) {
    const headers = !always && etags.has(address) ? { "If-None-Match": etags.get(address) } : {};
    const early = window.LendingEarly && window.LendingEarly.take(address);
    const answer = early ? await early : await asked(address, { cache: "no-store", headers });
    const body = answer.status === 304 ? null : await readable(answer);
    const etag = answer.headers.get("ETag");
    if (answer.status === 200 && etag) etags.set(address, etag);
    return { status: answer.status, body, fresh: answer.status === 200, date: answer.headers.get("Date") };
  }

  /** Forgets what was answered, so that the next answer is whole. */
  function forget(address) {
    etags.delete(address);
  }

  /** Sends JSON; {ok, status, body, error}, error is one line for people. A repeated try is not done twice; `keyed`
   *  false: it may be, for nothing is written. */
  async function send(address, content, method = "POST", { keyed = true } = {}) {
    const headers = { "Content-Type": "application/json", ...(keyed ? { "Idempotency-Key": newKey() } : {}) };
    try {
      const answer = await asked(address, { method, headers, body: JSON.stringify(content) });
      const body = await readable(answer);
      const error = answer.ok ? "" : (body && body.error) || word("desk.refused", { status: answer.status });
      return { ok: answer.ok, status: answer.status, body, error };
    } catch (problem) {
      return { ok: false, status: 0, body: null, error: word("desk.no_server") };
    }
  }

  async function asked(address, options) {
    const cancel = new AbortController();
    const timer = setTimeout(() => cancel.abort(), ABORT_MS);
    try {
      const answer = await fetch(address, { ...options, headers: signed(options), signal: cancel.signal });
      if (answer.status === 401 && page.viewer && !document.querySelector("dialog[open]")) window.location.reload();
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What changes something shows that it comes from a page of the session. */
  function signed(options) {
    return options.method && page.viewer ? { ...options.headers, "X-CSRF-Token": page.viewer.csrf } : options.headers;
  }

  async function readable(answer) {
    try {
      return await answer.json();
    } catch (problem) {
      return null;
    }
  }

  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Who acts here: who is logged in; else asked once, remembered by this browser, and ?by= in the address says it too. */
  function me() {
    if (page.viewer) return page.viewer.name;
    const said = new URLSearchParams(window.location.search).get("by");
    if (said) remember(said);
    try {
      return said || window.localStorage.getItem(NAME_KEY) || "";
    } catch (blocked) {
      return said || "";
    }
  }

  function remember(name) {
    try {
      window.localStorage.setItem(NAME_KEY, name.trim());
    } catch (blocked) {
      return;
    }
  }

  /** One line at the bottom of the screen; `bad` stays until it is tapped. */
  function toast(text, bad = false) {
    document.querySelectorAll(".toast").forEach((old) => old.remove());
    const made = h("div.toast", { role: bad ? "alert" : "status", onclick: () => made.remove() }, text);
    made.classList.toggle("toast-bad", bad);
    document.body.append(made);
    if (!bad) setTimeout(() => made.remove(), TOAST_MS);
  }

  /** A dialog with a form. `submit(form)` returns an error line, or nothing when it is done and may close. */
  function ask({ title, about, fields, action, submit, danger = false }) {
    closeDialogs();
    const error = h("p.dialog-error", { role: "alert" });
    const button = h(danger ? "button.primary.danger" : "button.primary", { type: "submit" }, action);
    const cancel = h("button.plain", { type: "button", onclick: () => dialog.close() }, word("desk.cancel"));
    const form = h("form", { method: "dialog" }, h("h2", {}, title), about && h("div.dialog-about", {}, about), fields, error);
    form.append(h("div.dialog-acts", {}, button, cancel));
    const dialog = h("dialog.dialog", { "aria-label": title }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      error.textContent = (await submit(form)) || "";
      button.disabled = false;
      if (!error.textContent) dialog.close();
    });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("[autofocus]") || button).focus({ preventScroll: true });
    return dialog;
  }

  function closeDialogs() {
    document.querySelectorAll("dialog").forEach((open) => open.close());
  }

  /** A labelled field; `control` is an input, textarea or select. */
  function field(label, control, hint) {
    return h("label.field", {}, h("span.field-label", {}, label), control, hint && h("span.field-hint", {}, hint));
  }

  /** The field of who acts; empty only the first time, and not seen when somebody is logged in. */
  function nameField() {
    const known = me();
    if (page.viewer) return h("input", { type: "hidden", name: "by", value: known });
    const input = h("input.name", { name: "by", value: known, required: true, maxlength: 80, autocomplete: "name", autofocus: !known });
    return field(word("desk.your_name"), input);
  }

  window.LendingDesk = { h, each, get, forget, send, me, remember, toast, ask, field, nameField, closeDialogs, page, word, dom };
})();
