// Tables sort by the figure behind what a cell shows, and filter by what a row shows.
const key = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
};
const sort = (table, column, down) => {
  const rows = [...table.tBodies[0].rows].sort((a, b) => {
    const [x, y] = [key(a, column), key(b, column)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
    return down ? -order : order;
  });
  table.tBodies[0].append(...rows);
};
const sortable = (table) => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending" && column > 0 || head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(table, column, down);
    });
  });
};
const filter = (input) => {
  const wanted = input.value.toLowerCase();
  for (const row of document.getElementById(input.dataset.filter).tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
};
// Figures of a newer second, in the order and the choice that the reader has made.
const renew = (table, fresh) => {
  table.tBodies[0].replaceWith(document.adoptNode(fresh.tBodies[0]));
  if (table.tFoot && fresh.tFoot) table.tFoot.replaceWith(document.adoptNode(fresh.tFoot));
  const heads = [...table.tHead.rows[0].cells], by = heads.findIndex((head) => head.hasAttribute("aria-sort"));
  if (by >= 0) sort(table, by, heads[by].getAttribute("aria-sort") === "descending");
  const input = document.querySelector(`[data-filter="${table.id}"]`);
  if (input) filter(input);
};

// A link into the charts: to the place, which is shaded, and with the keyboard on it.
const follow = (link) => (event) => {
  const place = document.getElementById(link.hash.slice(1)), plot = place?.querySelector(".plot");
  if (!plot) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  for (let folded = place.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  build();
  if (link.dataset.from) lead(Number(link.dataset.from), Number(link.dataset.to));
  place.scrollIntoView();
  plot.focus({ preventScroll: true });
};
const equip = (within) => {
  within.querySelectorAll("table[data-sortable]").forEach(sortable);
  for (const input of within.querySelectorAll("[data-filter]")) input.addEventListener("input", () => filter(input));
  for (const link of within.querySelectorAll("a[data-place]")) link.addEventListener("click", follow(link));
  const buttons = { reset: whole, closer, wider };
  for (const button of within.querySelectorAll("[data-zoom]")) button.addEventListener("click", buttons[button.dataset.zoom]);
  within.querySelector("[data-log]")?.addEventListener("change", (event) => { logarithmic = event.target.checked; rebuild(); });
  for (const details of within.querySelectorAll("details")) details.addEventListener("toggle", build);
};
