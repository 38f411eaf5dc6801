/* Lists of any length: the newest page is asked for again and again, older ones once when somebody scrolls to them; rows
   are made as they come into sight, so that ten thousand cost no more than those that were looked at. */
(function () {
  "use strict";

  const desk = window.LendingDesk;
  const { h, get, word, toast } = desk;
  const PAGE = 200;
  const STEP = 100;

  /** Rows of a listing. `address()` without limit, `name` of its rows, `idOf(row)`, `changed(rows, body)` after each
   *  answer that says something new. */
  function listing({ address, name, idOf, changed }) {
    let asked = "";
    let first = [];
    let older = [];
    let next = null;
    let last = null;
    let reading = false;

    const joined = (path, more) => path + (path.includes("?") ? "&" : "?") + more;

    function all() {
      const known = new Set(first.map(idOf));
      return [...first, ...older.filter((row) => !known.has(idOf(row)))];
    }

    async function read() {
      const path = joined(address(), "limit=" + PAGE);
      const answer = await get(path, { always: path !== asked });
      if (answer.status >= 400) return toast((answer.body && answer.body.error) || word("desk.no_server"), true);
      if (!answer.fresh) return;
      if (path !== asked) older = [];
      if (!older.length) next = answer.body.next;
      asked = path;
      first = answer.body[name];
      last = answer.body;
      changed(all(), last);
    }

    /** One page further back; whether there was one. */
    async function more() {
      if (!next || reading) return false;
      reading = true;
      const answer = await get(joined(asked, "next=" + encodeURIComponent(next)), { always: true }).catch(() => null);
      reading = false;
      if (!answer || answer.status !== 200) return false;
      older = [...older, ...answer.body[name]];
      next = answer.body.next;
      changed(all(), last);
      return true;
    }

    return { read, more, hasMore: () => Boolean(next) };
  }

  /** Shows the first rows of a list, and more as its end comes into sight. `paint()` paints `window(rows)`. */
  function long(list, { paint, more }) {
    let shown = STEP;
    let length = 0;
    const end = h("div.list-end", { "aria-hidden": "true" });
    list.after(end);
    const watch = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && further(), { rootMargin: "800px" });
    watch.observe(end);

    async function further() {
      if (shown < length) shown += STEP;
      else if (!(await more())) return;
      paint();
      watch.unobserve(end);
      watch.observe(end);
    }

    /** The rows that are to be shown now; at least up to the one at `least`. */
    function window_(rows, least = 0) {
      length = rows.length;
      shown = Math.max(shown, least + 1);
      return rows.slice(0, shown);
    }

    return { window: window_ };
  }

  desk.lists = { listing, long };
})();
