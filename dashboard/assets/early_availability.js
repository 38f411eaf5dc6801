/* Asks for what the document says will be wanted first (`pages/availability.py`), while the rest of the page still loads. */
(function () {
  "use strict";

  const link = document.querySelector('link[rel="preload"][as="fetch"]');
  const address = link && link.getAttribute("href");
  let answer = address && fetch(address);
  if (answer) answer.catch((problem) => console.info("not read early:", String(problem)));

  /** The answer that is under way, once; null when it is for another address. */
  function take(asked) {
    const found = asked === address ? answer : null;
    if (found) answer = null;
    return found;
  }

  window.LendingEarly = { take };
})();
