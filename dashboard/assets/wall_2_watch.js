/* When what is on screen stops being current. Pure: every clock is an argument. */
(function () {
  "use strict";

  /**
   * Ages from the last new sequence. A sequence that does not advance (a dead publisher behind a live server, one of
   * several servers that hangs) is no news. The monotonic clock may stand still while a laptop sleeps: a jump of the
   * wall clock against it counts as unseen time, until the next new sequence.
   */
  function createWatch(times, now) {
    let seenAt = now.steady;
    let slept = 0;
    let last = { ...now };
    let accepted = null;
    let refused = null;

    function tick(at) {
      const jump = at.wall - last.wall - (at.steady - last.steady);
      if (jump > times.asleep_ms) slept += jump;
      last = { ...at };
    }

    /** Whether the sequence is news; `asked` is when the request began, so that an answer that slept is not. */
    function isNews(sequence, asked, at) {
      tick(at);
      const jump = at.wall - asked.wall - (at.steady - asked.steady);
      if (jump > times.asleep_ms) return false;
      return accepted === null || sequence > accepted || (refused !== null && sequence > refused);
    }

    function accept(sequence, asked) {
      accepted = sequence;
      refused = null;
      seenAt = asked.steady;
      slept = 0;
    }

    /** A server that starts again may count from a lower number: it is believed once that number advances. */
    function refuse(sequence) {
      if (sequence !== accepted) refused = sequence;
    }

    function ageMs(at) {
      return at.steady - seenAt + slept;
    }

    return {
      tick,
      isNews,
      accept,
      refuse,
      ageMs,
      isStale: (at) => ageMs(at) > times.stale_ms,
      hasRead: () => accepted !== null,
    };
  }

  /** Milliseconds until the next poll: one tick, two after a failure, a tenth more or less; counted from the start. */
  function nextPollMs(times, failed, tookMs, chance) {
    const tick = times.poll_ms * (failed ? 2 : 1);
    const jitter = tick * 0.1 * (2 * chance - 1);
    return Math.max(times.poll_ms / 10, tick + jitter - tookMs);
  }

  /** The server's clock, from when snapshots were taken: the least delayed of the last readings counts. */
  function createClock() {
    const offsets = [];
    return {
      learn(takenAtMs, at) {
        offsets.push(takenAtMs - at.steady);
        if (offsets.length > 30) offsets.shift();
      },
      forget() {
        offsets.length = 0;
      },
      nowMs: (at) => (offsets.length ? at.steady + Math.max(...offsets) : null),
    };
  }

  window.LendingWall.watch = { createWatch, nextPollMs, createClock };
})();
