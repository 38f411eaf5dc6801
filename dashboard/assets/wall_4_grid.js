/* Rows and columns of the matrix, made once: everything is unknown until the first reading. */
(function () {
  "use strict";

  const { page, word, format, dom, parts } = window.LendingWall;
  const { byId } = dom;
  const { element, looks } = parts;

  function named(id) {
    const names = page.names[id] || {};
    return names[page.language] || names.en || id;
  }

  function mark(glyph) {
    const made = element("span", "mark", glyph);
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  function cellOf(tag, id, className, role) {
    const made = element(tag, className);
    made.id = id;
    made.setAttribute("role", role);
    return made;
  }

  function column(id) {
    const made = cellOf("th", "data-center/" + id, "column state-unknown", "columnheader");
    made.scope = "col";
    made.append(mark(""), element("span", "name", named(id)));
    return made;
  }

  function header(id) {
    const made = cellOf("th", "product/" + id, "product state-unknown", "rowheader");
    made.scope = "row";
    const link = element("a", "name", named(id));
    link.href = "/product/" + encodeURIComponent(id) + "?lang=" + page.language;
    link.title = word("product.open");
    made.append(mark(""), link, element("span", "word"));
    return made;
  }

  function cell(product, center) {
    const made = cellOf("td", "cell/" + product + "/" + center, "cell state-unknown", "cell");
    const face = element("div", "face");
    face.append(mark("?"), element("span", "word", looks("unknown").word), element("span", "number"));
    made.append(face);
    return made;
  }

  function row(product) {
    const made = element("tr", "");
    made.setAttribute("role", "row");
    const rolling = cellOf("td", "rolling/" + product, "rolling", "cell");
    rolling.textContent = format.NONE;
    made.append(header(product), rolling, ...page.data_centers.map((center) => cell(product, center)));
    return made;
  }

  /** Fills the table of the skeleton; again and again does nothing. */
  function build() {
    const body = byId("matrix-body");
    if (body.rows.length > 0) return;
    byId("matrix-head").append(...page.data_centers.map(column));
    body.append(...page.products.map(row));
  }

  window.LendingWall.grid = { build };
})();
