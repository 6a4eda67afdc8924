// While it goes on: the page is fetched anew, and what it says is taken over. Charts keep their
// zoom, tables their order; where something new came (a first error), the whole is taken.
const shape = (page, of) => [
  ...[...page.querySelectorAll("main [id]")].filter((one) => one.matches("section, figure, table")).map((one) => one.id),
  ...[...of.charts, ...of.curves].map((chart) => `${chart.id} ${chart.lines.map((one) => one.name)}`),
].join("|");

// Who was at the third link is at the third link again.
const FOCUSABLE = "a[href], button, input, summary, [tabindex]";
const replace = (old, next) => {
  const place = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  old.replaceWith(document.adoptNode(next));
  equip(next);
  if (place >= 0) next.querySelectorAll(FOCUSABLE)[place]?.focus({ preventScroll: true });
};
const take = async (over) => {
  const fresh = new DOMParser().parseFromString(await (await fetch(over ? "/?last" : "/")).text(), "text/html");
  const newer = read(fresh);
  const same = !over && shape(document, data) === shape(fresh, newer);
  const followed = !view || view.max >= data.end - 0.001;
  data = newer;
  byId = new Map(data.charts.map((chart) => [chart.id, chart]));
  document.title = fresh.title;
  if (view && followed) view = { min: view.min, max: data.end };
  replace(document.querySelector("header"), fresh.querySelector("header"));
  if (!same) {
    replace(document.querySelector("main"), fresh.querySelector("main"));
    return rebuild();
  }
  for (const next of fresh.querySelectorAll("main table[data-sortable]")) renew(document.getElementById(next.id), next);
  for (const next of fresh.querySelectorAll("main [data-fresh]")) replace(document.getElementById(next.id), next);
  zooming = true;
  for (const one of charts) {
    one.chart = byId.get(one.chart.id);
    one.plot.setData([one.chart.at, ...one.chart.lines.map((line) => line.values)], false);
    one.plot.setScale("x", view || { min: 0, max: data.end });
  }
  for (const { plot, host } of curves) {
    const curve = data.curves.find((one) => one.id === host.dataset.curve);
    plot.setData([curve.at, ...curve.lines.map((line) => line.values)]);
  }
  zooming = false;
};

// Figures that stand still must not look like a run that is well. The next page takes the words away.
const lost = () => {
  const header = document.querySelector("header");
  if (header.querySelector(".lost")) return;
  const words = document.createElement("p");
  words.className = "partial lost";
  words.setAttribute("role", "status");
  words.textContent = `No longer connected since ${new Date().toLocaleTimeString()}; what stands here is of then.`;
  header.querySelector("h1").before(words);
};

const AGAIN_MS = 500;
const LAST_TRIES = 4;  // while the page at the end can still be fetched
const listen = () => {
  const events = new EventSource("/events");
  let fetching = Promise.resolve();
  let again;
  // One request may fail where nothing is wrong: a network that changes ends those under way. Where the
  // events have ended, too, the browser asks for them again, and they begin with a change.
  const update = (over, tries = LAST_TRIES) => {
    fetching = fetching.then(() => take(over)).catch(() => {
      lost();
      clearTimeout(again);  // one more attempt is enough, of however many changes
      const worthwhile = over ? tries > 1 : events.readyState === EventSource.OPEN;
      if (worthwhile) again = setTimeout(() => update(over, tries - 1), AGAIN_MS);
    });
  };
  events.addEventListener("error", lost);
  events.addEventListener("changed", () => update(false));
  events.addEventListener("over", () => { events.close(); update(true); });
};
