/* Headline tiles: from the snapshot's bank to the screen. */
(function () {
  "use strict";

  const { page, word, format, dom } = window.LendingWall;
  const { byId, say, wear, hide } = dom;

  function part(tile, name) {
    return byId(tile + "-" + name);
  }

  function empty(tile, isEmpty) {
    part(tile, "tile").classList.toggle("empty", isEmpty);
    if (!isEmpty) return;
    say(part(tile, "value"), format.NONE);
    say(part(tile, "counts"), word("tile.no_data"));
    say(part(tile, "note"), "");
    fill(tile, null);
  }

  function fill(tile, percent) {
    const bar = part(tile, "bar");
    if (bar) bar.style.width = Math.min(100, Math.max(0, percent === null ? 0 : percent)) + "%";
  }

  function joined(...texts) {
    return texts.filter(Boolean).join(" · ");
  }

  function verdict(tile, availability) {
    const chip = part(tile, "verdict");
    const look = availability && page.verdicts[availability.verdict];
    hide(chip, !look);
    wear(part(tile, "tile"), "verdict-", look ? availability.verdict : "none");
    if (!look) return;
    wear(chip, "verdict-", availability.verdict);
    say(chip, look.glyph + " " + look.word);
  }

  /** Observed share of the window as whole and tenth per cent, only when something is missing. */
  function observed(availability) {
    const complete = Number(availability.completeness);
    if (availability.completeness === null || !(complete < 1)) return "";
    return word("availability.observed", { percent: format.decimals(String(complete * 100), 0, 2) });
  }

  function bounds(availability) {
    if (availability.low === null || availability.low === availability.high) return "";
    return word("availability.bounds", { low: format.share(availability.low), high: format.share(availability.high) });
  }

  function availability(tile, figures, note) {
    const known = Boolean(figures) && figures.availability !== null;
    verdict(tile, known ? figures : null);
    empty(tile, !known);
    if (!known) return;
    say(part(tile, "value"), format.share(figures.availability));
    const counts = { bad: format.grouped(figures.bad), total: format.grouped(figures.total) };
    say(part(tile, "counts"), word("availability.counts", counts));
    say(part(tile, "note"), note);
    part(tile, "note").title = bounds(figures);
  }

  function target(figures) {
    return figures ? word("availability.target", { target: figures.target }) : "";
  }

  function proof(figures) {
    if (!figures || figures.availability === null) return "";
    return figures.verdict === "not proven" ? joined(bounds(figures), observed(figures)) : joined(target(figures), observed(figures));
  }

  function composite(bank, names) {
    const whole = bank.composite;
    if (!whole || !whole.worst || whole.mean === null) return "";
    return word("availability.composite", {
      name: names.get(whole.worst.id) || whole.worst.id,
      worst: format.share(whole.worst.availability),
      mean: format.share(whole.mean),
    });
  }

  function budget(figures, zone) {
    const known = Boolean(figures) && figures.remaining_seconds !== null;
    wear(part("budget", "tile"), "verdict-", "none");
    wear(part("budget", "note"), "alarm-", "none");
    empty("budget", !known);
    if (!known) return;
    const overspent = String(figures.remaining_events).startsWith("-");
    say(part("budget", "value"), format.decimals(figures.remaining_seconds, 2, 2));
    fill("budget", Number(figures.remaining_percent));
    const events = {
      remaining: format.decimals(figures.remaining_events, 0, 0),
      allowed: format.decimals(figures.allowed_events, 0, 0),
    };
    say(part("budget", "counts"), word("budget.events", events));
    const left = word("budget.left", { percent: format.decimals(figures.remaining_percent, 0, 2) });
    say(part("budget", "note"), joined(word("budget.of", { seconds: figures.allowed_seconds }), left));
    if (overspent) return overspend();
    if (figures.exhausted_at) burn(format.time(Date.parse(figures.exhausted_at), zone, "minute"));
  }

  function overspend() {
    wear(part("budget", "tile"), "verdict-", "missed");
    wear(part("budget", "note"), "alarm-", "down");
    say(part("budget", "note"), page.states.down.glyph + " " + word("budget.overspent"));
  }

  function burn(when) {
    wear(part("budget", "note"), "alarm-", "degraded");
    say(part("budget", "note"), page.states.degraded.glyph + " " + word("budget.exhausted", { time: when }));
  }

  function transactions(figures) {
    const known = Boolean(figures) && figures.today !== null;
    empty("transactions", !known);
    if (!known) projected(null);
    say(part("transactions", "unit"), "");
    hide(part("transactions", "share"), true);
    if (!known) return;
    const [figure, unit] = format.largeParts(figures.today, 4);
    say(part("transactions", "value"), figure);
    say(part("transactions", "unit"), unit);
    const exact = word("transactions.exact", { count: format.grouped(figures.today) });
    say(part("transactions", "counts"), joined(exact, figures.provisional ? word("transactions.provisional") : ""));
    record(figures);
    projected(figures);
  }

  function record(figures) {
    const best = figures.record;
    const known = Boolean(best) && best.transactions > 0;
    hide(part("transactions", "share"), !known);
    if (!known) {
      fill("transactions", null);
      return say(part("transactions", "note"), "");
    }
    const percent = Math.floor((figures.today * 100) / best.transactions);
    const beaten = figures.today > best.transactions;
    const share = beaten ? word("transactions.above_record") : word("transactions.of_record", { percent: percent });
    const values = { count: format.large(best.transactions, 4), day: best.day };
    const text = beaten ? word("transactions.new_record", values) : word("transactions.record", values);
    fill("transactions", percent);
    say(part("transactions", "share"), share);
    say(part("transactions", "note"), joined(text, best.simulated ? word("simulated.mark") : ""));
  }

  /** What the day may end with, from how many days, and how far those lie apart; a tick on the bar shows where. */
  function projected(figures) {
    const line = part("transactions", "end");
    const tick = part("transactions", "tick");
    const found = figures && figures.projected;
    say(line, found ? projectedText(found) : "");
    const best = found && figures.record ? figures.record.transactions : 0;
    hide(tick, !(best > 0));
    if (best > 0) tick.style.left = Math.min(100, (found.point * 100) / Math.max(best, found.point)) + "%";
  }

  function projectedText(found) {
    const values = { point: format.large(found.point, 3), low: format.large(found.low, 3), high: format.large(found.high, 3), days: found.days };
    if (found.basis === "yesterday") return word("transactions.projected_yesterday", values);
    return found.days > 1 ? word("transactions.projected", values) : word("transactions.projected_one", values);
  }

  /** "2026-11-01" (the first day after) -> "2026-10" (the last month inside). */
  function monthBefore(day) {
    const [year, month] = day.split("-").map(Number);
    return month === 1 ? year - 1 + "-12" : year + "-" + String(month - 1).padStart(2, "0");
  }

  function cost(figures) {
    const known = Boolean(figures) && figures.cny !== null;
    empty("cost", !known);
    if (!known) return;
    say(part("cost", "value"), format.decimals(figures.cny, 2, 2));
    const period = { first: figures.from.slice(0, 7), last: monthBefore(figures.to) };
    const accounts = word("cost.accounts", { accounts: page.accounts[figures.accounts] || figures.accounts });
    say(part("cost", "counts"), word("cost.period", period));
    say(part("cost", "note"), joined(accounts, figures.simulated ? word("simulated.mark") : ""));
  }

  const STANDINGS = { current: "capacity.current", expired: "capacity.expired", contradicted: "capacity.contradicted", other_data_centers: "capacity.other_data_centers" };

  /** Today's peak, and beside it what is proven, for how long; a capacity that does not hold any more says so. */
  function capacity(figures, zone) {
    const line = byId("curve-capacity");
    const proven = Boolean(figures) && figures.proven_per_second !== null;
    const doubtful = proven && figures.state !== "current";
    const peak = figures && figures.peak_today_per_second !== null ? word("capacity.wall_peak", { peak: format.grouped(figures.peak_today_per_second) }) : "";
    say(line, joined(peak, (doubtful ? page.states.degraded.glyph + " " : "") + (proven ? standing(figures, zone) : ""), proven && !doubtful ? headroom(figures) : ""));
    wear(line, "alarm-", doubtful ? "degraded" : "none");
    line.title = proven ? tie(figures.tied_to) : "";
  }

  function standing(figures, zone) {
    const day = format.time(Date.parse(figures.expires_at), zone, "date").slice(0, 10);
    return word("capacity.wall", { capacity: format.grouped(figures.proven_per_second), standing: word(STANDINGS[figures.state]), day });
  }

  /** What is left above the P95 of the peak, and what of it with one data center lost. */
  function headroom(figures) {
    const share = (value) => (value === null ? format.NONE : format.decimals((Number(value) * 100).toFixed(1), 1, 1));
    return word("capacity.wall_headroom", { p95: share(figures.headroom), n_1: share(figures.headroom_n_1) });
  }

  function tie(to) {
    return word("capacity.tie", { build: to.build || format.NONE, data_centers: to.data_centers === null ? format.NONE : to.data_centers, deadline: to.deadline_ms });
  }

  /** Paints all headline tiles; `names`: product id -> name in the viewer's language. */
  function paint(bank, names, zone) {
    const shares = (bank && bank.availability) || {};
    availability("rolling", shares.rolling_30d, bank ? composite(bank, names) : "");
    availability("today", shares.today, proof(shares.today));
    part("rolling", "tile").title = proof(shares.rolling_30d);
    budget(bank && bank.budget, zone);
    transactions(bank && bank.transactions);
    cost(bank && bank.cost_per_account);
  }

  window.LendingWall.figures = { paint, capacity, monthBefore };
})();
