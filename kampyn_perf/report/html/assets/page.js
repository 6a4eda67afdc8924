"use strict";
(() => {
  let data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = []; // {plot, chart, host}: all that share the run's axis
  let logarithmic = false;

  // Texts: the same three figures, in the same units, as everywhere else in the program.
  const three = (v) => (v < 10 ? v.toFixed(2) : v < 100 ? v.toFixed(1) : v.toFixed(0));
  const duration = (us) => {
    if (us < 0) return "-" + duration(-us);
    if (us < 1e3) return us.toFixed(0) + " µs";
    if (us < 1e6) return three(us / 1e3) + " ms";
    if (us < 6e7) return three(us / 1e6) + " s";
    const seconds = Math.round(us / 1e6), minutes = Math.floor(seconds / 60);
    if (minutes >= 60) return Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
    return minutes + " min " + (seconds % 60) + " s";
  };
  const size = (bytes) => {
    let unit = 0;
    while (Math.abs(bytes) >= 1024 && unit < 4) { bytes /= 1024; unit += 1; }
    return (unit ? three(bytes) : bytes.toFixed(0)) + " " + ["B", "KB", "MB", "GB", "TB"][unit];
  };
  const significant = (v, digits) => String(Number(v.toPrecision(digits)));
  const formats = {
    us: duration,
    bytes: size,
    bytes_per_s: (v) => size(v) + "/s",
    per_s: (v) => (Number.isInteger(v) ? v.toFixed(0) : three(v)) + "/s",
    share: (v) => significant(v * 100, v > 0 && v < 0.999 ? 4 : 6) + " %",
    count: (v) => (Number.isInteger(v) ? v.toLocaleString("en") : significant(v, 4)),
  };
  const format = (unit) => formats[unit] || formats.count;
  const moment = (s) => {
    const m = Math.floor(s / 60), rest = s - 60 * m;
    return m + ":" + (rest < 9.95 ? "0" : "") + (Number.isInteger(rest) ? rest : rest.toFixed(1));
  };

  // Phases are shaded by turns, alerts and faults wherever they were; goals are lines across.
  const shade = (plot, from, to, fill) => {
    const left = Math.max(plot.valToPos(from, "x", true), plot.bbox.left);
    const right = Math.min(plot.valToPos(to, "x", true), plot.bbox.left + plot.bbox.width);
    if (right <= left) return;
    plot.ctx.fillStyle = fill;
    plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
  };
  const behind = (plot) => {
    let phases = 0;
    plot.ctx.save();
    for (const span of data.spans) {
      if (span.kind === "phase") { if (phases++ % 2) shade(plot, span.start, span.end, colour("--shade")); }
      else shade(plot, span.start, span.end, colour(span.kind === "alert" ? "--alert" : "--fault"));
    }
    plot.ctx.restore();
  };
  const crossing = (goals) => (plot) => {
    const { ctx, bbox } = plot, ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.strokeStyle = ctx.fillStyle = colour("--fail");
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    for (const goal of goals) {
      const y = plot.valToPos(goal.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.fillText(goal.name, bbox.left + bbox.width - 4 * ratio, y - 2 * ratio);
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

  const axis = (text) => ({
    stroke: () => colour("--quiet"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { stroke: () => colour("--line"), width: 1 },
    ...text,
  });
  const line = (one, number, show) => ({
    label: one.name,
    stroke: () => colour("--c" + (number % 14)),
    width: 1.5,
    dash: one.dashed ? [5, 4] : undefined,
    spanGaps: true,
    points: { show: one.values.length < 3 },
    value: (_plot, value) => (value == null ? "–" : show(value)),
  });
  // A line across is worth seeing as long as it does not press the data flat.
  const reach = (chart) => (_plot, low, high) => {
    if (low == null) return [0, 1];
    const goals = chart.goals.map((goal) => goal.value).filter((value) => value <= high * 3);
    return [Math.min(low, 0), Math.max(high, ...goals) * 1.05 || 1];
  };

  let zooming = false;
  const zoom = (from, to) => {
    if (zooming) return;
    zooming = true;
    for (const { plot } of charts) plot.setScale("x", { min: from, max: to });
    zooming = false;
  };
  const whole = () => zoom(0, data.end);

  const keys = (host, plot) => (event) => {
    const { min, max } = plot.scales.x, width = max - min, middle = (min + max) / 2;
    const at = plot.cursor.idx == null ? 0 : plot.cursor.idx;
    const move = (step) => {
      const next = Math.min(Math.max(at + step, 0), plot.data[0].length - 1);
      const last = plot.data.slice(1).find((values) => values[next] != null);
      plot.setCursor({ left: plot.valToPos(plot.data[0][next], "x"), top: last ? plot.valToPos(last[next], "y") : 0 });
    };
    const actions = {
      ArrowLeft: () => move(-1), ArrowRight: () => move(1),
      "+": () => zoom(middle - width / 4, middle + width / 4),
      "-": () => zoom(Math.max(middle - width, 0), Math.min(middle + width, data.end)),
      Escape: whole,
    };
    if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  };

  const draw = (host, chart) => {
    const show = format(chart.unit), timed = chart.unit === "us";
    const options = {
      width: host.clientWidth, height: 210,
      cursor: { sync: { key: "run" }, drag: { x: true, y: false }, focus: { prox: 24 } },
      scales: {
        x: { time: false, min: 0, max: data.end },
        y: timed && logarithmic ? { distr: 3 } : { range: reach(chart) },
      },
      axes: [
        axis({ values: (_plot, values) => values.map(moment), size: 28 }),
        axis({ values: (_plot, values) => values.map((v) => (v == null ? "" : show(v))), size: 72 }),
      ],
      series: [{ label: "at", value: (_plot, v) => (v == null ? "–" : moment(v)) }, ...chart.lines.map((one, n) => line(one, n, show))],
      hooks: {
        drawClear: [behind],
        draw: [before(chart)],
        setScale: [(plot, key) => { if (key === "x") zoom(plot.scales.x.min, plot.scales.x.max); }],
      },
    };
    const plot = new uPlot(options, [chart.at, ...chart.lines.map((one) => one.values)], host);
    host.addEventListener("keydown", keys(host, plot));
    host.dataset.drawn = "yes";
    return plot;
  };

  const percent = (x) => {
    const nines = 100 * (1 - 1 / x);
    return (x < 2 ? nines.toFixed(0) : String(Number(nines.toFixed(Math.max(0, Math.floor(Math.log10(x)) - 1))))) + " %";
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
      width: host.clientWidth, height: 340,
      cursor: { drag: { x: true, y: false }, focus: { prox: 24 } },
      scales: { x: axisOf.scale, y: timed && logarithmic ? { distr: 3 } : { range: reach({ goals: curve.goals || [] }) } },
      axes: [
        axis({ values: (_plot, values) => values.map(axisOf.tick), size: 28 }),
        axis({ values: (_plot, values) => values.map((v) => (v == null ? "" : show(v))), size: 72 }),
      ],
      series: [
        { label: axisOf.label, value: (_plot, v) => (v == null ? "–" : axisOf.text(v)) },
        ...curve.lines.map((one, n) => ({
          ...line(one, n, show),
          ...(axisOf.paths ? { paths: axisOf.paths, points: { show: true, size: 7 } } : {}),
        })),
      ],
      hooks: {
        drawClear: [(plot) => { for (const band of curve.bands || []) shade(plot, band.from, band.to, colour("--fault")); }],
        draw: [crossing(curve.goals || [])],
      },
    };
    const plot = new uPlot(options, [curve.at, ...curve.lines.map((one) => one.values)], host);
    host.dataset.drawn = "yes";
    return plot;
  };

  let byId = new Map(data.charts.map((chart) => [chart.id, chart]));
  const curves = []; // {plot, host}
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

  const sortable = (table) => {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      const key = (row) => {
        const cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
      };
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending" && column > 0 || head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
          return down ? -order : order;
        });
        body.append(...rows);
      });
    });
  };

  const equip = (within) => {
    within.querySelectorAll("table[data-sortable]").forEach(sortable);
    for (const input of within.querySelectorAll("[data-filter]")) {
      input.addEventListener("input", () => {
        const wanted = input.value.toLowerCase();
        for (const row of document.getElementById(input.dataset.filter).tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      });
    }
    for (const link of within.querySelectorAll("a[data-from]")) {
      link.addEventListener("click", () => {
        const from = Number(link.dataset.from), to = Number(link.dataset.to), room = Math.max((to - from) / 2, 2);
        zoom(Math.max(from - room, 0), Math.min(to + room, data.end));
      });
    }
    within.querySelector("[data-reset]")?.addEventListener("click", whole);
    within.querySelector("[data-log]")?.addEventListener("change", (event) => { logarithmic = event.target.checked; rebuild(); });
    for (const details of within.querySelectorAll("details")) details.addEventListener("toggle", build);
  };

  // While the run goes on: the page is fetched anew, and what has no state of the reader's is
  // taken over. Charts keep their zoom; one that is new waits for the end.
  const follow = () => {
    const events = new EventSource("/events");
    let fetching = null;
    const take = async (over) => {
      const fresh = new DOMParser().parseFromString(await (await fetch(over ? "/?last" : "/")).text(), "text/html");
      data = JSON.parse(fresh.getElementById("data").textContent);
      byId = new Map(data.charts.map((chart) => [chart.id, chart]));
      document.title = fresh.title;
      const parts = over ? ["header", "main"] : ["header", "#verdict", "#validity"];
      for (const part of parts) {
        const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
        if (!old || !next) continue;
        old.replaceWith(document.adoptNode(next));
        equip(document.querySelector(part));
      }
      if (over || charts.length === 0) {
        if (!over) { const next = fresh.querySelector("main"); document.querySelector("main").replaceWith(document.adoptNode(next)); equip(document.querySelector("main")); }
        return rebuild();
      }
      for (const one of charts) {
        const chart = byId.get(one.chart.id);
        if (!chart || chart.lines.length !== one.chart.lines.length) continue;
        one.chart = chart;
        const { min, max } = one.plot.scales.x, followed = max >= one.end - 0.001;
        one.end = data.end;
        zooming = true;
        one.plot.setData([chart.at, ...chart.lines.map((line) => line.values)], false);
        one.plot.setScale("x", { min, max: followed ? data.end : max });
        zooming = false;
      }
    };
    const update = (over) => {
      fetching = (fetching || Promise.resolve()).then(() => take(over)).catch(() => events.close());
      return fetching;
    };
    events.addEventListener("changed", () => update(false));
    events.addEventListener("over", () => { events.close(); update(true); });
  };

  equip(document);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
  addEventListener("resize", resize);
  build();
  if ("live" in document.body.dataset) follow();
})();
