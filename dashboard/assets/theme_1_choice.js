/* Light or dark, decided before anything is painted: the address (?theme=), else what was chosen here before, else what
   the page prefers ("auto" follows the system). Colors of charts are the variables of the page around them. */
(function () {
  "use strict";

  const KEY = "control-center.theme";
  const CHOICES = ["auto", "light", "dark"];
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: light)");
  const listeners = [];
  let choice = fromAddress() || stored() || root.dataset.themeDefault || "auto";

  function known(name) {
    return CHOICES.includes(name) ? name : "";
  }

  function fromAddress() {
    return known(new URLSearchParams(window.location.search).get("theme"));
  }

  /** A page that stays dark (the wall) does not follow what was chosen for the others. */
  function stored() {
    if (root.dataset.themeDefault !== "auto") return "";
    try {
      return known(window.localStorage.getItem(KEY));
    } catch (blocked) {
      return "";
    }
  }

  function shown() {
    if (choice !== "auto") return choice;
    return system.matches ? "light" : "dark";
  }

  function wear(name) {
    if (root.dataset.theme === name) return;
    root.dataset.theme = name;
    listeners.forEach((listener) => listener(name));
  }

  /** The viewer's choice: kept by this browser, and said in the address so that a link shows it. */
  function choose(name) {
    choice = known(name) || "auto";
    const query = new URLSearchParams(window.location.search);
    query.set("theme", choice);
    window.history.replaceState(window.history.state, "", "?" + query + window.location.hash);
    try {
      window.localStorage.setItem(KEY, choice);
    } catch (blocked) {
      console.info("the choice of a theme is not kept:", String(blocked));
    }
    wear(shown());
  }

  /** A variable of the theme as it is now: color("panel"), color("severity-call-ink"). */
  function color(name) {
    return getComputedStyle(root).getPropertyValue("--" + name).trim();
  }

  /** Calls `listener` after colors changed. */
  function onChange(listener) {
    listeners.push(listener);
  }

  /** Gives every name of `surfaces` the color of the theme that is on. */
  function follow(surfaces) {
    Object.keys(surfaces).forEach((name) => Object.defineProperty(surfaces, name, { get: () => color(name), enumerable: true }));
  }

  system.addEventListener("change", () => wear(shown()));
  window.addEventListener("beforeprint", () => wear("light"));
  window.addEventListener("afterprint", () => wear(shown()));
  root.dataset.theme = shown();

  window.LendingTheme = { CHOICES, choose, chosen: () => choice, color, onChange, follow };
})();
