// Shapes, colours and words shared by canvas, legend and tooltips: one symbol and one colour a tier, everywhere.
(function (yida) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const HALO = "#ffffff";

  // Corners for a symbol of half-width 1, y downwards, chosen so that all shapes look equally heavy.
  const CORNERS = {
    square: [[-0.95, -0.95], [0.95, -0.95], [0.95, 0.95], [-0.95, 0.95]],
    cross: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
    diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    triangle: [[0, -1.2], [1.2, 0.95], [-1.2, 0.95]],
  };
  const PLUS = [
    [-0.22, -0.66], [0.22, -0.66], [0.22, -0.22], [0.66, -0.22], [0.66, 0.22], [0.22, 0.22],
    [0.22, 0.66], [-0.22, 0.66], [-0.22, 0.22], [-0.66, 0.22], [-0.66, -0.22], [-0.22, -0.22],
  ];

  function corners(ctx, points, x, y, r) {
    points.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx * r, y + dy * r) : ctx.moveTo(x + dx * r, y + dy * r)));
    ctx.closePath();
  }

  function outlineOf(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (CORNERS[shape]) corners(ctx, CORNERS[shape], x, y, r);
    else ctx.arc(x, y, r, 0, 2 * Math.PI);
  }

  function drawSymbol(ctx, shape, colour, x, y, r) {
    outlineOf(ctx, shape, x, y, r);
    ctx.lineJoin = "round";
    ctx.strokeStyle = HALO;
    ctx.lineWidth = r > 5 ? 3 : 1.6;
    ctx.stroke();
    ctx.fillStyle = colour;
    ctx.fill();
    if (shape !== "cross") return;
    ctx.beginPath();
    corners(ctx, PLUS, x, y, r);
    ctx.fillStyle = HALO;
    ctx.fill();
  }

  function svg(name, attributes, parent) {
    const node = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    if (parent) parent.appendChild(node);
    return node;
  }

  function frame(width, height) {
    return svg("svg", { width, height, viewBox: `${-width / 2} ${-height / 2} ${width} ${height}`, "aria-hidden": "true" });
  }

  function svgSymbol(shape, colour, r) {
    const picture = frame(30, 26);
    const points = (list) => list.map(([x, y]) => `${x * r},${y * r}`).join(" ");
    if (CORNERS[shape]) svg("polygon", { points: points(CORNERS[shape]), fill: colour }, picture);
    else svg("circle", { r, fill: colour }, picture);
    if (shape === "cross") svg("polygon", { points: points(PLUS), fill: HALO }, picture);
    return picture;
  }

  // Near is dark, far is light, beyond the threshold is warm: told apart by colour-blind eyes and, by lightness
  // within the threshold plus the ring beyond it, in greyscale.
  const WITHIN = ["#174f7c", "#2a7ba8", "#54a3c0", "#88c5d0", "#b9dfdb"];
  const BEYOND_BANDS = ["#fbe6c8", "#f1c48c", "#dd9a4e"];
  const BEYOND = "#d55e00";
  const BEYOND_RING = "#7a2f00";
  const UNREACHED = "#6b7278";
  const NEUTRAL = "#7f97a8";
  const BREAKS = [5, 10, 15, 30, 60, 90, 120];

  function spread(count) {
    if (count === 1) return [WITHIN[1]];
    return Array.from({ length: count }, (_, i) => WITHIN[Math.round((i * (WITHIN.length - 1)) / (count - 1))]);
  }

  // The minutes classes within the threshold; the threshold itself always closes the last one.
  function classes(state) {
    const limit = state.threshold_min;
    const ends = (state.breaks || BREAKS).filter((minutes) => minutes < limit).slice(-(WITHIN.length - 1)).concat(limit);
    const colours = spread(ends.length);
    return ends.map((to, i) => ({ from: i ? ends[i - 1] : 0, to, colour: colours[i] }));
  }

  function minutesColour(minutes, steps) {
    const step = steps.find(({ to }) => minutes <= to);
    return step ? step.colour : BEYOND;
  }

  function bandColour(band, index, bands, state) {
    if (band.to <= state.threshold_min) return minutesColour(band.to, classes(state));
    const first = bands.findIndex(({ to }) => to > state.threshold_min);
    return BEYOND_BANDS[Math.min(index - first, BEYOND_BANDS.length - 1)];
  }

  function mix(colour, share) {
    const part = (i) => parseInt(colour.slice(i, i + 2), 16);
    const lift = (value) => Math.round(value + (255 - value) * share).toString(16).padStart(2, "0");
    return `#${[1, 3, 5].map((i) => lift(part(i))).join("")}`;
  }

  function tierColour(tier, state) {
    const counted = state.tiers_counted || [];
    return counted.length && !counted.includes(tier.id) ? mix(tier.colour, 0.6) : tier.colour;
  }

  function words(state, key, values) {
    const text = Object.hasOwn(state.text || {}, key) ? String(state.text[key]) : "";
    return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
  }

  function figure(state, value, digits) {
    return Number(value).toLocaleString(state.lang, { maximumFractionDigits: digits || 0 });
  }

  yida.symbols = {
    drawSymbol, svg, frame, svgSymbol, classes, minutesColour, bandColour, mix, tierColour, words, figure,
    BEYOND, BEYOND_RING, UNREACHED, NEUTRAL, HALO,
  };
})((window.yida = window.yida || {}));
