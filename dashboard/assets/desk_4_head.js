/* The head of every page: theme, zone, language, the way past it, and keys that go to other pages. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { word, words, page, life } = desk;
  const { byId, say } = desk.dom;
  const theme = window.LendingTheme;
  const THEMES = { auto: ["◐", "theme.auto"], light: ["○", "theme.light"], dark: ["●", "theme.dark"] };
  const GO_MS = 2_000;
  const KEPT = ["zone", "by"];
  let goingSince = null;

  function paintTheme() {
    const [glyph, key] = THEMES[theme.chosen()];
    say(byId("theme"), `${glyph} ${word(key)}`);
    byId("theme").setAttribute("aria-label", word("theme.now", { name: word(key) }));
  }

  function turnTheme() {
    theme.choose(theme.CHOICES[(theme.CHOICES.indexOf(theme.chosen()) + 1) % theme.CHOICES.length]);
    paintTheme();
  }

  function paintZone() {
    const mine = words.zone() !== page.time_zone;
    say(byId("clock-zone"), mine ? word("range.mine", { zone: words.zone() }) : page.time_zone);
    byId("clock-zone").title = word("zone.turn");
    byId("clock-zone").classList.toggle("is-mine", mine);
  }

  /** Every time on the page changes with the zone, so the page starts anew. */
  function turnZone() {
    const query = new URLSearchParams(window.location.search);
    query.get("zone") === "viewer" ? query.delete("zone") : query.set("zone", "viewer");
    window.location.search = query.toString();
  }

  /** The same page in the other language, as it is shown now. */
  function turnTongue(event) {
    const link = event.currentTarget;
    const query = new URLSearchParams(window.location.search);
    query.set("lang", new URLSearchParams(link.getAttribute("href").replace(/^\?/, "")).get("lang").split("#")[0]);
    link.setAttribute("href", "?" + query + window.location.hash);
  }

  /** What a viewer chose for all pages goes with him from one to the next. */
  function carry(link) {
    const said = new URLSearchParams(window.location.search);
    const [path, query] = link.getAttribute("href").split("?");
    const next = new URLSearchParams(query);
    KEPT.forEach((name) => said.get(name) && next.set(name, said.get(name)));
    link.setAttribute("href", `${path}?${next}`);
  }

  function skip(event) {
    event.preventDefault();
    byId("content").focus();
  }

  const links = () => [...document.querySelectorAll(".menu a[data-go]")];

  /** Keys that go to pages, with their names, for the help. */
  function ways() {
    return links().map((link) => ({ name: "g " + link.dataset.go, text: link.textContent }));
  }

  /** g, then the letter of a page: whether this key was one of the two. */
  function went(event) {
    const going = goingSince !== null && event.timeStamp - goingSince < GO_MS;
    goingSince = null;
    if (!going && event.key === "g") {
      goingSince = event.timeStamp;
      return true;
    }
    const link = going && links().find((each) => each.dataset.go === event.key);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return Boolean(link);
  }

  /** What the address says of these names; empty where it says nothing. */
  function said(...names) {
    const query = new URLSearchParams(window.location.search);
    return Object.fromEntries(names.map((name) => [name, query.get(name) || ""]));
  }

  /** Lets the address say what is shown, so that a link shows what I see. */
  function tell(shown) {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(shown)) value ? query.set(name, value) : query.delete(name);
    window.history.replaceState(null, "", "?" + query + window.location.hash);
  }

  /** Wires what the skeleton holds. */
  function dress() {
    byId("theme").addEventListener("click", turnTheme);
    byId("clock-zone").addEventListener("click", turnZone);
    byId("skip").addEventListener("click", skip);
    document.querySelectorAll(".tongue").forEach((link) => link.addEventListener("click", turnTongue));
    document.querySelectorAll(".menu a[data-go]").forEach(carry);
    life.key("z", word("range.zone"), turnZone);
    life.key("t", word("theme.label"), turnTheme);
    desk.search.dress();
    paintTheme();
    paintZone();
  }

  desk.head = { dress, went, ways };
  desk.address = { said, tell };
})();
