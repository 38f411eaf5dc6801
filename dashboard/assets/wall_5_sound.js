/* A sound for alerts that page and that nobody has taken: three short tones at once, again every minute. Made by an
   oscillator, no file. A browser that wants a click first is answered with a hint; one click anywhere allows it. */
(function () {
  "use strict";

  const { dom } = window.LendingWall;
  const AGAIN_MS = 60_000;
  const TONES = [[880, 0], [660, 0.22], [880, 0.44]];
  const TONE_S = 0.18;
  const VOLUME = 0.25;

  /** `tick` is asked once a second with the ids of what nobody has taken. */
  function createSound(wanted) {
    let context = null;
    let known = new Set();
    let playedAt = null;
    let played = 0;

    function allowed() {
      return context !== null && context.state === "running";
    }

    function tone(frequency, delayS) {
      const source = context.createOscillator();
      const volume = context.createGain();
      const begin = context.currentTime + delayS;
      source.frequency.value = frequency;
      volume.gain.setValueAtTime(VOLUME, begin);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_S);
      source.connect(volume).connect(context.destination);
      source.addEventListener("ended", () => volume.disconnect());
      source.start(begin);
      source.stop(begin + TONE_S);
    }

    function play(nowMs) {
      playedAt = nowMs;
      played += 1;
      for (const [frequency, delayS] of TONES) tone(frequency, delayS);
    }

    /** What is new sounds at once, what stays every minute; without permission it waits for the click. */
    function tick(nowMs, untaken) {
      if (!wanted) return;
      dom.hide(dom.byId("sound-hint"), allowed());
      const fresh = untaken.some((id) => !known.has(id));
      if (!untaken.length) playedAt = null;
      if (!allowed()) return;
      known = new Set(untaken);
      if (untaken.length && (fresh || playedAt === null || nowMs - playedAt >= AGAIN_MS)) play(nowMs);
    }

    function allow() {
      if (context.state === "suspended") context.resume();
    }

    function start() {
      if (!wanted || !window.AudioContext) return;
      context = new AudioContext();
      for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, allow);
    }

    start();
    return { tick, count: () => played };
  }

  window.LendingWall.sound = { createSound };
})();
