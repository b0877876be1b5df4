// Places that are not of the study's own layers: bases and hospitals of an emergency, and who is served from where.
// state.marks: [{kind, id, name, lon, lat, colour, note}], drawn in this order; state.mark_kinds: {kind: {look, label}}.
// state.village_classes: {title, classes: [{label, colour, at}], of: [class of each village, -1: none], lines_label}.
(function (yida) {
  "use strict";

  const { worldX, worldY, inSight, stroke } = yida.paint;
  const { HALO, svg, frame } = yida.symbols;
  const INK = "#1d2b53";
  const RED = "#b3261e";
  const ARMS = [0, 60, 120].map((angle) => (angle * Math.PI) / 180);
  const RADIUS = 9;
  const READ_ONLY = [];

  function read(state) {
    return (state.marks || READ_ONLY).map((mark) => ({ ...mark, x: worldX(mark.lon), y: worldY(mark.lat) }));
  }

  const lookOf = (app, kind) => (Object.hasOwn(app.state.mark_kinds || {}, kind) ? app.state.mark_kinds[kind].look : "base");

  function star(ctx, x, y, r, colour) {
    ctx.beginPath();
    ARMS.forEach((angle) => {
      const dx = Math.sin(angle) * r, dy = Math.cos(angle) * r;
      ctx.moveTo(x - dx, y - dy);
      ctx.lineTo(x + dx, y + dy);
    });
    stroke(ctx, colour, 2.2);
  }

  function disc(ctx, x, y, r, fill, edge, dash) {
    ctx.beginPath();
    ctx.arc(x, y, r + 1.8, 0, 2 * Math.PI);
    ctx.fillStyle = HALO;
    ctx.fill();
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = fill;
    ctx.fill();
    stroke(ctx, edge, 1.4, dash);
  }

  function paintMark(ctx, mark, look, x, y, r) {
    if (look === "hospital") {
      ctx.fillStyle = HALO;
      ctx.fillRect(x - r - 4, y - r - 4, 2 * r + 8, 2 * r + 8);
      ctx.beginPath();
      ctx.rect(x - r - 3, y - r - 3, 2 * r + 6, 2 * r + 6);
      stroke(ctx, RED, 2.4);
      ctx.beginPath();
      [[-0.35, -0.5, -0.35, 0.5], [0.35, -0.5, 0.35, 0.5], [-0.35, 0, 0.35, 0]].forEach(([a, b, c, d]) => {
        ctx.moveTo(x + a * r, y + b * r);
        ctx.lineTo(x + c * r, y + d * r);
      });
      return stroke(ctx, RED, 2);
    }
    const off = look === "off";
    disc(ctx, x, y, r, off ? "#f4f5f6" : mark.colour || INK, off ? "#7d858b" : HALO, off ? [3, 2.5] : null);
    if (look === "added") {
      ctx.beginPath();
      ctx.arc(x, y, r + 3.4, 0, 2 * Math.PI);
      stroke(ctx, INK, 1.4, [3, 2.5]);
    }
    return star(ctx, x, y, r * 0.62, off ? "#7d858b" : HALO);
  }

  const radiusAt = (app, zoom) => RADIUS * Math.min(Math.max(0.85 + 0.1 * (zoom - app.fitZoom), 0.75), 1.5);

  function paint(view, app) {
    app.drawn.marks = app.marks.length;
    const r = radiusAt(app, view.zoom);
    for (const mark of app.marks) {
      if (!inSight(view, mark.x, mark.y)) continue;
      paintMark(view.ctx, mark, lookOf(app, mark.kind), mark.x * view.scale - view.left, mark.y * view.scale - view.top, r);
    }
  }

  // Straight lines from each village to where it is served from: told apart without colour.
  function paintTies(view, app) {
    const told = app.state.village_classes;
    if (!told || !told.lines_label) return;
    const { x, y } = app.data.villages;
    told.classes.forEach((own, k) => {
      if (!own.at) return;
      const bx = worldX(own.at[0]) * view.scale - view.left, by = worldY(own.at[1]) * view.scale - view.top;
      view.ctx.beginPath();
      told.of.forEach((cls, i) => {
        if (cls !== k || !Number.isFinite(x[i])) return;
        view.ctx.moveTo(bx, by);
        view.ctx.lineTo(x[i] * view.scale - view.left, y[i] * view.scale - view.top);
      });
      view.ctx.globalAlpha = 0.55;
      stroke(view.ctx, own.colour, 1.1);
      view.ctx.globalAlpha = 1;
    });
  }

  // The class a village belongs to, null when villages are shown by minutes.
  function classOf(app, i) {
    const told = app.state.village_classes;
    return told ? told.classes[told.of[i]] || null : null;
  }

  function under(app, point, slack) {
    const scale = 256 * 2 ** app.map.getZoom();
    const corner = app.map.getPixelOrigin().subtract(app.map._getMapPanePos()).add(point);
    const r = radiusAt(app, app.map.getZoom()) + 3 + slack;
    let best = null, least = r;
    for (const mark of app.marks) {
      const away = Math.hypot(mark.x * scale - corner.x, mark.y * scale - corner.y);
      if (away <= least) [best, least] = [mark, away]; // of two at one place, the one drawn on top
    }
    return best ? placeOf(app, best) : null;
  }

  function placeOf(app, mark) {
    return { kind: mark.kind, id: mark.id, name: mark.name, x: mark.x, y: mark.y, mark, radius: (zoom) => radiusAt(app, zoom) };
  }

  function find(app, kind, id) {
    const mark = app.marks.find((one) => one.kind === kind && one.id === id);
    return mark ? placeOf(app, mark) : null;
  }

  function tipLines(app, mark) {
    const kinds = app.state.mark_kinds || {};
    return [Object.hasOwn(kinds, mark.kind) ? kinds[mark.kind].label : "", mark.note || ""].filter(Boolean);
  }

  function picture(look, colour) {
    const made = frame(30, 24), r = 7;
    if (look === "hospital") {
      svg("rect", { x: -8, y: -8, width: 16, height: 16, fill: HALO, stroke: RED, "stroke-width": 2 }, made);
      svg("path", { d: "M-2.6-4V4M2.6-4V4M-2.6 0H2.6", stroke: RED, "stroke-width": 1.8 }, made);
      return made;
    }
    const off = look === "off";
    svg("circle", { r, fill: off ? "#f4f5f6" : colour || INK, stroke: off ? "#7d858b" : HALO, "stroke-dasharray": off ? "3 2.5" : "none" }, made);
    if (look === "added") svg("circle", { r: r + 2.6, fill: "none", stroke: INK, "stroke-width": 1.2, "stroke-dasharray": "3 2.5" }, made);
    const arms = ARMS.map((angle) => [Math.sin(angle) * 4.4, Math.cos(angle) * 4.4]);
    svg("path", { d: arms.map(([x, y]) => `M${-x} ${-y}L${x} ${y}`).join(""), stroke: off ? "#7d858b" : HALO, "stroke-width": 1.8 }, made);
    return made;
  }

  const needs = (s) => [s.marks, s.mark_kinds];

  yida.marks = { read, paint, paintTies, classOf, under, find, tipLines, picture, needs };
})((window.yida = window.yida || {}));
