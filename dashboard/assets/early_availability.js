/* Asks for the matrix of the last thirteen months while the rest of the page still loads: it is what most viewers open. */
(function () {
  "use strict";

  const GRID = "/api/v1/availability/grid";

  /** Where the matrix of an address is asked for when it says no stretch of its own: the server knows its months. Null
   *  for any other. */
  function usual({ last, from, step, product, data_center }) {
    if (from || (last && last !== "13M") || (step && step !== "month")) return null;
    const by = product && data_center ? "dcn" : product ? "data_center" : "product";
    const query = new URLSearchParams({ step: "month", by });
    if (product) query.set("product", product);
    if (data_center) query.set("data_center", data_center);
    return `${GRID}?${query}`;
  }

  const said = new URLSearchParams(window.location.search);
  const address = usual(Object.fromEntries(["last", "from", "step", "product", "data_center"].map((name) => [name, said.get(name) || ""])));
  let answer = address && fetch(address, { cache: "no-store" });
  if (answer) answer.catch((problem) => console.info("not read early:", String(problem)));

  /** The answer that is under way, once; null when it is for another address. */
  function take(asked) {
    const found = asked === address ? answer : null;
    if (found) answer = null;
    return found;
  }

  window.LendingEarly = { usual, take };
})();
