// Charts that have their moments in common name them by number.
const read = (page) => {
  const found = JSON.parse(page.getElementById("data").textContent);
  for (const chart of found.charts) chart.at = found.moments[chart.at];
  return found;
};
let data = read(document);
let byId = new Map(data.charts.map((chart) => [chart.id, chart]));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = []; // {plot, chart, host, end}: all that share the run's axis
const curves = []; // {plot, host}: what is drawn over something else than time
let logarithmic = false;
let view = null; // {min, max}: what of the run is shown; null is all of it
let marked = null; // {from, to}: the stretch that a link led to

// Phases are shaded by turns, alerts and faults wherever they were, and what a link meant.
const shade = (plot, from, to, fill, height = plot.bbox.height) => {
  const left = Math.max(plot.valToPos(from, "x", true), plot.bbox.left);
  const right = Math.min(plot.valToPos(to, "x", true), plot.bbox.left + plot.bbox.width);
  if (right <= left) return;
  plot.ctx.fillStyle = fill;
  plot.ctx.fillRect(left, plot.bbox.top, right - left, height);
};
const behind = (plot) => {
  let phases = 0;
  plot.ctx.save();
  for (const span of data.spans) {
    if (span.kind === "phase") { if (phases++ % 2) shade(plot, span.start, span.end, colour("--shade")); }
    else {
      const hue = span.kind === "alert" ? "alert" : "fault";
      shade(plot, span.start, span.end, colour(`--${hue}`));
      shade(plot, span.start, span.end, colour(`--${hue}-edge`), 3 * uPlot.pxRatio);
    }
  }
  if (marked) {
    const edge = (plot.scales.x.max - plot.scales.x.min) / 400;
    shade(plot, marked.from, marked.to, colour("--mark"));
    for (const at of [marked.from, marked.to]) shade(plot, at - edge / 2, at + edge / 2, colour("--info"));
  }
  plot.ctx.restore();
};

// Goals are lines across; names of phases stand at their beginning.
const crossing = (goals) => (plot) => {
  const { ctx, bbox } = plot, ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.strokeStyle = ctx.fillStyle = colour("--fail");
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  const labels = []; // [place, names]: of goals that lie close together in one line
  const seen = goals.map((goal) => [plot.valToPos(goal.value, "y", true), goal.name]).sort(([a], [b]) => a - b);
  for (const [y, name] of seen) {
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const above = labels.at(-1);
    if (above && y - above[0] < 13 * ratio) above[1].push(name);
    else labels.push([y, [name]]);
  }
  const room = bbox.width - 8 * ratio;
  for (const [y, named] of labels) {
    const words = named.join(", ");
    const shown = ctx.measureText(words).width > room && named.length > 1 ? `${named.length} goals` : words;
    // Above its line; below it where the names of the phases stand.
    const place = y - bbox.top < 28 * ratio ? y + 14 * ratio : y - 2 * ratio;
    const wide = Math.min(ctx.measureText(shown).width, room), right = bbox.left + bbox.width - 4 * ratio;
    ctx.globalAlpha = 0.8; // the lines of the chart stay behind the words
    ctx.fillStyle = colour("--ground");
    ctx.fillRect(right - wide - 2 * ratio, place - 11 * ratio, wide + 4 * ratio, 11 * ratio);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour("--fail");
    ctx.fillText(shown, right, place, room);
  }
  ctx.restore();
};
const before = (chart) => (plot) => {
  const { ctx, bbox } = plot, ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.fillStyle = colour("--quiet");
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  for (const span of data.spans) {
    if (span.kind !== "phase") continue;
    const left = Math.max(plot.valToPos(span.start, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(span.end, "x", true), bbox.left + bbox.width);
    if (ctx.measureText(span.name).width < right - left - 8 * ratio) ctx.fillText(span.name, left + 4 * ratio, bbox.top + 2 * ratio);
  }
  ctx.restore();
  crossing(chart.goals)(plot);
};

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400]; // seconds
const axis = (text) => ({
  stroke: () => colour("--quiet"),
  grid: { stroke: () => colour("--line"), width: 1 },
  ticks: { stroke: () => colour("--line"), width: 1 },
  ...text,
});
const SIZES = [...Array(50).keys()].map((power) => 2 ** power);
const across = (show, unit) => axis({
  values: (_plot, values) => values.map((v) => (v == null ? "" : show(v))), size: 72, ...(unit.startsWith("bytes") ? { incrs: SIZES } : {}),
});
const line = (one, number, show) => ({
  label: one.name,
  stroke: () => colour(one.base ? "--quiet" : "--c" + (number % 14)),
  width: 1.5,
  dash: one.dashed ? [5, 4] : undefined,
  gaps: (plot) => (one.gaps || []).map((ends) => ends.map((at) => plot.valToPos(at, "x", true))), // what was sampled more seldom has none
  points: { show: (one.gaps ? one.values.filter((value) => value != null) : one.values).length < (one.gaps ? 40 : 3) }, // one alone is no line
  value: (_plot, value, _line, place) => (place == null ? "" : value == null ? "–" : show(value)),
});
// A line across is worth seeing as long as it does not press the data flat.
const reach = (chart) => (_plot, low, high) => {
  if (low == null) return [0, 1];
  const goals = chart.goals.map((goal) => goal.value).filter((value) => value <= high * 3);
  return [Math.min(low, 0), Math.max(high, ...goals) * 1.12 || (chart.unit === "us" ? 1000 : 1)]; // names of phases stand above
};

let zooming = false;
const zoom = (from, to) => {
  if (zooming) return;
  zooming = true;
  view = from <= 0 && to >= data.end ? null : { min: from, max: to };
  for (const { plot } of charts) plot.setScale("x", { min: from, max: to });
  zooming = false;
};
const mark = (stretch) => {
  marked = stretch;
  for (const { plot } of charts) plot.redraw(false);
};
const whole = () => { mark(null); zoom(0, data.end); };
const closer = () => {
  const { min, max } = view || { min: 0, max: data.end }, at = charts.map(({ plot }) => plot).find((plot) => plot.cursor.idx != null);
  const middle = at ? at.data[0][at.cursor.idx] : (min + max) / 2, half = (max - min) / 4;
  const from = Math.min(Math.max(middle - half, min), max - 2 * half);
  zoom(from, from + 2 * half);
};
const wider = () => {
  const { min, max } = view || { min: 0, max: data.end }, half = (max - min) / 2;
  zoom(Math.max(min - half, 0), Math.min(max + half, data.end));
};
// Where a link leads: the stretch with some room around it, shaded in every chart.
const lead = (from, to) => {
  const room = Math.max((to - from) / 2, 2);
  mark({ from, to });
  zoom(Math.max(from - room, 0), Math.min(to + room, data.end));
};

// What the cursor is at, for who does not see it: the legend's words.
const said = document.getElementById("said");
const tell = (plot) => {
  const at = plot.cursor.idx;
  if (at == null) return;
  said.textContent = plot.series.map((one, n) => `${one.label} ${one.value(plot, plot.data[n][at], n, at)}`).join(", ");
};
const keys = (plot) => (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const last = plot.data[0].length - 1;
  const go = (next) => {
    const found = plot.data.slice(1).find((values) => values[next] != null);
    plot.setCursor({ left: plot.valToPos(plot.data[0][next], "x"), top: found ? plot.valToPos(found[next], "y") : 0 });
    tell(plot);
  };
  const move = (step) => go(Math.min(Math.max((plot.cursor.idx == null ? 0 : plot.cursor.idx) + step, 0), last));
  const actions = {
    ArrowLeft: () => move(-1), ArrowRight: () => move(1), Home: () => go(0), End: () => go(last),
    "+": closer, "-": wider, Escape: whole,
  };
  if (actions[event.key] && last >= 0) { event.preventDefault(); actions[event.key](); }
};

// A dashed line has a dashed mark.
const legend = { markers: { dash: (plot, number) => (plot.series[number].dash ? "dashed" : "solid") } };
const draw = (host, chart) => {
  const show = format(chart.unit), timed = chart.unit === "us";
  const options = {
    width: host.clientWidth, height: 210, legend,
    cursor: { sync: { key: "run" }, drag: { x: true, y: false }, focus: { prox: 24 } },
    scales: {
      x: { time: false, ...(view || { min: 0, max: data.end }) },
      y: timed && logarithmic ? { distr: 3 } : { range: reach(chart) },
    },
    axes: [axis({ values: (_plot, values) => values.map(moment), size: 28, incrs: STEPS }), across(show, chart.unit)],
    series: [{ label: "at", value: (_plot, v) => (v == null ? "" : moment(v)) }, ...chart.lines.map((one, n) => line(one, n, show))],
    hooks: {
      drawClear: [behind],
      draw: [before(chart)],
      setScale: [(plot, key) => { if (key === "x") zoom(plot.scales.x.min, plot.scales.x.max); }],
    },
  };
  const plot = new uPlot(options, [chart.at, ...chart.lines.map((one) => one.values)], host);
  host.onkeydown = keys(plot);
  host.dataset.drawn = "yes";
  return plot;
};

// A step that held is a full point, one that missed an objective a cross, another one a ring.
const held = (curve) => (plot) => {
  const { ctx } = plot, size = 4 * uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  curve.lines.forEach((one, number) => {
    ctx.strokeStyle = ctx.fillStyle = colour("--c" + number);
    one.values.forEach((value, place) => {
      if (value == null) return;
      const x = plot.valToPos(curve.at[place], "x", true), y = plot.valToPos(value, "y", true);
      ctx.beginPath();
      if (curve.held[place] === false) {
        for (const [dx, dy] of [[1, 1], [1, -1]]) { ctx.moveTo(x - dx * size, y - dy * size); ctx.lineTo(x + dx * size, y + dy * size); }
      } else ctx.arc(x, y, size, 0, 2 * Math.PI);
      if (curve.held[place]) ctx.fill(); else ctx.stroke();
    });
  });
  ctx.restore();
};

// What is drawn over something else than time: percentiles, or rates.
const axes = {
  percentile: {
    scale: { time: false, distr: 3 },
    label: "percentile",
    tick: (v) => (v != null && Number.isInteger(Math.log10(v)) ? percent(v) : ""),
    text: percent,
    paths: undefined,
  },
  rate: {
    scale: { time: false, range: (_p, low, high) => [Math.min(low ?? 0, 0), (high || 1) * 1.05] },
    label: "sessions/s",
    tick: (v) => (v == null ? "" : significant(v, 4)),
    text: (v) => formats.per_s(v),
    paths: () => null, // points alone
  },
};
const drawCurve = (host, curve) => {
  const show = format(curve.unit), axisOf = axes[curve.axis], timed = curve.unit === "us";
  const options = {
    width: host.clientWidth, height: 340, legend,
    cursor: { drag: { x: true, y: false }, focus: { prox: 24 } },
    scales: { x: axisOf.scale, y: timed && logarithmic ? { distr: 3 } : { range: reach({ goals: curve.goals || [] }) } },
    axes: [axis({ values: (_plot, values) => values.map(axisOf.tick), size: 28, label: axisOf.label, labelSize: 20, labelFont: "12px system-ui, sans-serif" }), across(show, curve.unit)],
    series: [
      { label: axisOf.label, value: (_plot, v) => (v == null ? "" : axisOf.text(v)) },
      ...curve.lines.map((one, n) => ({
        ...line(one, n, show),
        ...(axisOf.paths ? { paths: axisOf.paths, points: { show: false } } : {}),
      })),
    ],
    hooks: {
      drawClear: [(plot) => { for (const band of curve.bands || []) shade(plot, band.from, band.to, colour("--fault")); }],
      draw: [crossing(curve.goals || []), ...(curve.held ? [held(curve)] : [])],
    },
  };
  const plot = new uPlot(options, [curve.at, ...curve.lines.map((one) => one.values)], host);
  host.dataset.drawn = "yes";
  return plot;
};

const build = () => {
  for (const host of document.querySelectorAll("[data-chart]")) {
    if (host.dataset.drawn || !host.clientWidth) continue; // what is folded away waits
    const chart = byId.get(host.dataset.chart);
    if (chart) charts.push({ plot: draw(host, chart), chart, host, end: data.end });
  }
  for (const host of document.querySelectorAll("[data-curve]")) {
    const curve = data.curves.find((one) => one.id === host.dataset.curve);
    if (curve && !host.dataset.drawn && host.clientWidth) curves.push({ plot: drawCurve(host, curve), host });
  }
};
const rebuild = () => {
  for (const { plot, host } of [...charts, ...curves]) { plot.destroy(); delete host.dataset.drawn; }
  charts.length = 0;
  curves.length = 0;
  build();
};
const resize = () => {
  for (const { plot, host } of [...charts, ...curves]) {
    if (host.clientWidth && host.clientWidth !== plot.width) plot.setSize({ width: host.clientWidth, height: plot.height });
  }
};
