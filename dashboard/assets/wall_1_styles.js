/* Plotly writes style attributes, which our Content-Security-Policy refuses: the same goes in as style properties, which
   it lets scripts set. */
(function () {
  "use strict";

  const setAttribute = Element.prototype.setAttribute;

  Element.prototype.setAttribute = function (name, value) {
    if (String(name).toLowerCase() === "style" && this.style) this.style.cssText = String(value);
    else setAttribute.call(this, name, value);
  };
})();
