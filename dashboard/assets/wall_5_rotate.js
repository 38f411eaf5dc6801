/* Rotation: other pages lie over the wall in a frame, one after the other. The wall below goes on reading, so that an alarm
   brings it back within a tick, and sound that was allowed once stays allowed. */
(function () {
  "use strict";

  const HELD_MS = 120_000;
  const LOADING_MS = 20_000;

  /** `chosen` are options of the address; `tick` is asked once a second with how things are. */
  function createRotation(chosen) {
    let index = 0;
    let switchedAt = null;
    let heldUntil = 0;
    let frame = null;

    function hold() {
      heldUntil = performance.now() + HELD_MS;
    }

    function address(page) {
      const to = new URL(page, window.location.origin);
      if (chosen.kiosk) to.searchParams.set("kiosk", "1");
      if (chosen.language) to.searchParams.set("lang", chosen.language);
      return to.href;
    }

    function remove() {
      if (frame !== null) frame.remove();
      frame = null;
      document.body.classList.remove("is-rotated");
    }

    /** Shown once it is there and is one of our pages; an error page never covers the wall. */
    function loaded(made) {
      if (made !== frame) return;
      const inside = made.contentDocument;
      if (!inside || !inside.getElementById("page-data")) return remove();
      inside.body.classList.toggle("kiosk", chosen.kiosk);
      for (const event of ["pointerdown", "keydown"]) inside.addEventListener(event, hold);
      made.classList.add("is-shown");
      document.body.classList.add("is-rotated");
    }

    function open(page) {
      remove();
      if (new URL(page, window.location.origin).pathname === "/") return;
      const made = document.createElement("iframe");
      made.className = "rotated";
      made.title = page;
      made.addEventListener("load", () => loaded(made));
      made.src = address(page);
      frame = made;
      document.body.append(made);
    }

    /** `busy`: an alarm, or data that are not current; the wall itself then shows, until a whole turn later. */
    function tick(nowMs, busy) {
      if (chosen.rotateSeconds === 0) return;
      if (busy) {
        index = 0;
        switchedAt = nowMs;
        return remove();
      }
      if (switchedAt === null) switchedAt = nowMs;
      if (frame !== null && !frame.classList.contains("is-shown") && nowMs - switchedAt > LOADING_MS) remove();
      if (nowMs - switchedAt < chosen.rotateSeconds * 1000 || nowMs < heldUntil) return;
      index = (index + 1) % chosen.pages.length;
      switchedAt = nowMs;
      open(chosen.pages[index]);
    }

    if (chosen.rotateSeconds > 0) for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, hold);
    return { tick, page: () => chosen.pages[index] };
  }

  window.LendingWall.rotation = { createRotation };
})();
