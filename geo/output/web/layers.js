// What each canvas shows, from the ground up. A layer names what it depends on, so that only changes are redrawn.
(function (yida) {
  "use strict";

  const { linesOf, lineOf, inSight, traceRings, traceLines, stroke, worldX, worldY } = yida.paint;
  const symbols = yida.symbols;
  const LAND = "#fcfbf7";
  const EDGE = "rgba(16, 42, 60, 0.6)"; // keeps the palest dots visible on land and on their own colour

  const CLOSED = "#a3195b"; // also in legend.js
  const OF_KIND = { was: "#6b7780", segment: "#111827", worst: "#a3195b" };

  // [class, zoom above the overview from which it is drawn, width at the overview, colour, casing]
  const ROADS = [
    ["footway", 4, 0.6, "#c3bfb5"], ["steps", 4, 0.6, "#c3bfb5"], ["path", 4, 0.6, "#c3bfb5"], ["track", 3, 0.6, "#c3bfb5"],
    ["service", 3, 0.6, "#c3bfb5"], ["living_street", 2.5, 0.7, "#b9b5aa"], ["residential", 2, 0.7, "#b9b5aa"],
    ["unclassified", 1, 0.7, "#b9b5aa"], ["ferry", 0, 1, "#6d93ad"], ["tertiary", 0, 0.8, "#918e84"],
    ["secondary", 0, 1.5, "#ffffff", "#8f8c84"], ["primary", 0, 2, "#ffffff", "#7d7a72"],
    ["trunk", 0, 2.4, "#f7dfa4", "#a58d57"], ["motorway", 0, 2.8, "#f0c26e", "#9a7a3c"],
  ];

  function paintGround(view, app) {
    traceRings(view, app.data.outline);
    view.ctx.fillStyle = LAND;
    view.ctx.fill("evenodd");
  }

  // Farthest first and opaque: the areas may contain one another, and the pane as a whole is translucent (map.css).
  function paintBands(view, app) {
    if (!app.state.layers.bands || !app.bands.length) return;
    view.ctx.save();
    traceRings(view, app.data.outline);
    view.ctx.clip("evenodd");
    for (let i = app.bands.length - 1; i >= 0; i--) {
      traceRings(view, app.bands[i].lines);
      view.ctx.fillStyle = symbols.bandColour(app.bands[i], i, app.bands, app.state);
      view.ctx.fill("evenodd");
    }
    view.ctx.restore();
  }

  // Nothing but farm tracks in the study? Then the quiet overview would be empty, so every class shows at once.
  function roadsAt(app, zoom) {
    const above = zoom - app.fitZoom;
    const present = ROADS.filter(([name]) => app.data.roads.has(name));
    const shown = present.filter(([, from]) => above >= from);
    return shown.some(([name]) => name !== "ferry") ? shown : present;
  }

  function paintRoads(view, app) {
    const grow = Math.min(Math.max(1 + 0.22 * (view.zoom - app.fitZoom), 0.7), 3.2);
    const shown = app.state.layers.roads ? roadsAt(app, view.zoom) : [];
    app.drawn.roads = shown.map(([name]) => name);
    for (const [name, , width, , casing] of shown) {
      if (!casing) continue;
      traceLines(view, app.data.roads.get(name));
      stroke(view.ctx, casing, width * grow + 1.3);
    }
    for (const [name, , width, colour] of shown) {
      traceLines(view, app.data.roads.get(name));
      stroke(view.ctx, colour, width * grow, name === "ferry" ? [5, 4] : null);
    }
  }

  function radiusOf(app, zoom, population) {
    const grow = Math.min(Math.max(1 + 0.24 * (zoom - app.fitZoom), 0.7), 3.5);
    const share = Math.sqrt((population > 0 ? population : 0) / app.data.typicalPopulation);
    return Math.min(Math.max(app.villageRadius * share, 1.3), app.villageRadius * 4) * grow;
  }

  // "none": no result yet; "unreached": no road leads there; "beyond"; or "within" the threshold.
  function standing(app, i) {
    const minutes = app.state.minutes;
    if (!minutes || !minutes.length) return "none";
    if (typeof minutes[i] !== "number") return "unreached";
    return minutes[i] <= app.state.threshold_min ? "within" : "beyond";
  }

  function villageShown(app, i) {
    const { villages, uncovered } = app.state.layers;
    return villages || (uncovered && ["beyond", "unreached"].includes(standing(app, i)));
  }

  function paintVillages(view, app) {
    const { villages } = app.data;
    const steps = symbols.classes(app.state);
    app.drawn.villages = 0;
    if (app.state.layers.villages) yida.marks.paintTies(view, app);
    for (const i of app.data.largestFirst) {
      if (!villageShown(app, i) || !Number.isFinite(villages.x[i])) continue;
      app.drawn.villages += 1;
      if (inSight(view, villages.x[i], villages.y[i])) paintVillage(view, app, i, steps);
    }
  }

  function paintVillage(view, app, i, steps) {
    const { x, y, population } = app.data.villages;
    const px = x[i] * view.scale - view.left, py = y[i] * view.scale - view.top;
    const r = radiusOf(app, view.zoom, population[i]);
    const how = standing(app, i);
    if (how === "unreached") return paintUnreached(view.ctx, px, py, Math.max(r, 2.6));
    if (how === "beyond" && app.state.layers.uncovered) dot(view.ctx, px, py, r + 2.4, symbols.HALO, symbols.BEYOND_RING, 1.3);
    const own = yida.marks.classOf(app, i);
    const timed = how === "none" ? symbols.NEUTRAL : symbols.minutesColour(app.state.minutes[i], steps);
    const colour = own ? own.colour : timed;
    dot(view.ctx, px, py, r, colour, r > 1.7 ? EDGE : colour, 0.8);
  }

  function dot(ctx, x, y, r, fill, edge, width) {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = fill;
    ctx.fill();
    ctx.strokeStyle = edge;
    ctx.lineWidth = width;
    ctx.stroke();
  }

  function paintUnreached(ctx, x, y, r) {
    dot(ctx, x, y, r, "rgba(255,255,255,0.85)", symbols.UNREACHED, 1.1);
    const arm = r * 0.55;
    ctx.beginPath();
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
    ctx.stroke();
  }

  // Small symbols (village clinics) stay dots at the overview, where they would hide the villages they stand in.
  function sizeOf(app, zoom, tier) {
    const [base, slope] = tier.size_px < 5 ? [0.55, 0.28] : [0.85, 0.14];
    return tier.size_px * app.symbolScale * Math.min(Math.max(base + slope * (zoom - app.fitZoom), base * 0.8), 1.6);
  }

  const facilityShown = (app, i) =>
    app.state.layers.facilities && app.tiersOn.has(app.data.facilities.tier[i]) && app.data.tier.has(app.data.facilities.tier[i]);

  // Lower tiers first, so that a hospital is never hidden by a clinic.
  function paintFacilities(view, app) {
    app.drawn.facilities = 0;
    for (const tier of [...app.data.tiers].reverse()) {
      for (const i of app.data.byTier.get(tier.id) || []) {
        if (!facilityShown(app, i) || !Number.isFinite(app.data.facilities.x[i])) continue;
        app.drawn.facilities += 1;
        paintFacility(view, app, i, tier);
      }
    }
  }

  function paintFacility(view, app, i, tier) {
    const { x, y } = app.data.facilities;
    if (!inSight(view, x[i], y[i])) return;
    const colour = symbols.tierColour(tier, app.state);
    const [px, py] = [x[i] * view.scale - view.left, y[i] * view.scale - view.top];
    symbols.drawSymbol(view.ctx, tier.symbol, colour, px, py, sizeOf(app, view.zoom, tier));
  }

  function paintBoundaries(view, app) {
    if (!app.state.layers.units) return;
    traceLines(view, app.data.borders);
    stroke(view.ctx, "rgba(255,255,255,0.65)", 2.2);
    stroke(view.ctx, "#7d858b", 1.1, [5, 3.5]);
    traceLines(view, app.data.outline);
    stroke(view.ctx, "rgba(255,255,255,0.8)", 5);
    stroke(view.ctx, "#39444c", 2.2);
  }

  // Under the symbols, so that a route ends at a hospital and not across it.
  function paintRoutes(view, app) {
    pointedAt(app, "unit").concat(app.state.highlight_unit || []).forEach((id) => {
      const unit = app.data.unit.get(id);
      if (!unit) return;
      traceLines(view, unit.lines);
      stroke(view.ctx, "rgba(255,255,255,0.9)", 7);
      stroke(view.ctx, "#1d2b53", 3.4);
    });
    app.routes.forEach((route) => paintRoute(view, app, route));
  }

  // A scene may point at many places at once: [kind, id] of each.
  const pointedAt = (app, kind) => (app.state.highlighted || []).filter(([what]) => what === kind).map(([, id]) => id);

  // A closed road is barred where it is broken; colour alone would be lost in greyscale.
  function paintClosed(view, route) {
    traceLines(view, [route.line]);
    stroke(view.ctx, symbols.HALO, 8);
    stroke(view.ctx, CLOSED, 4, [9, 6]);
    if (!route.at) return;
    const [px, py] = [worldX(route.at[0]) * view.scale - view.left, worldY(route.at[1]) * view.scale - view.top];
    dot(view.ctx, px, py, 9, CLOSED, "#ffffff", 2);
    view.ctx.beginPath();
    view.ctx.moveTo(px - 5, py);
    view.ctx.lineTo(px + 5, py);
    stroke(view.ctx, "#ffffff", 3);
  }

  function paintRoute(view, app, route) {
    if (route.kind === "closed") return paintClosed(view, route);
    const tier = app.data.tier.get(route.tier);
    const colour = route.colour || OF_KIND[route.kind] || (tier ? tier.colour : "#1d2b53");
    traceLines(view, [route.line]);
    if (route.kind === "was") {
      stroke(view.ctx, symbols.HALO, 6);
      return stroke(view.ctx, colour, 2.6, [3, 3]);
    }
    if (route.kind === "offroad") {
      stroke(view.ctx, symbols.HALO, 6, [0.1, 7]);
      return stroke(view.ctx, colour, 3.6, [0.1, 7]);
    }
    const width = route.width || 4;
    if (!route.bare) stroke(view.ctx, symbols.HALO, width + 3.5);
    return stroke(view.ctx, colour, width);
  }

  // The chosen place is drawn once more: a village lies under its own route.
  function paintSelected(view, app) {
    for (const kind of ["facility", "village"]) pointedAt(app, kind).forEach((id) => paintChosen(view, app, kind, id));
    if (app.state.selected) paintChosen(view, app, app.state.selected.kind, app.state.selected.id);
  }

  function paintChosen(view, app, kind, id) {
    const place = yida.placeOf(app, kind, id);
    if (!place || !Number.isFinite(place.x)) return;
    const [px, py] = [place.x * view.scale - view.left, place.y * view.scale - view.top];
    const r = Math.max(place.radius(view.zoom), 4) + 6;
    if (place.kind === "facility") paintFacility(view, app, place.index, place.tier);
    if (place.kind === "village") paintVillage(view, app, place.index, symbols.classes(app.state));
    view.ctx.beginPath();
    view.ctx.arc(px, py, r, 0, 2 * Math.PI);
    stroke(view.ctx, symbols.HALO, 6);
    stroke(view.ctx, "#111827", 2.6);
  }

  const LAYERS = [
    { name: "ground", paint: paintGround, needs: () => [] },
    { name: "choropleth", paint: yida.choropleth.paint, needs: (s) => [s.choropleth] },
    { name: "bands", paint: paintBands, needs: (s) => [s.layers.bands, s.threshold_min, s.breaks] },
    { name: "roads", paint: paintRoads, needs: (s) => [s.layers.roads] },
    { name: "villages", paint: paintVillages, needs: (s) => [s.layers.villages, s.layers.uncovered, s.threshold_min, s.breaks, s.minutes, s.village_classes] },
    { name: "boundaries", paint: paintBoundaries, needs: (s) => [s.layers.units] },
    { name: "links", paint: (view, app) => yida.links.paint(view, app), needs: (s) => [s.links, s.links && s.selected] },
    { name: "routes", paint: paintRoutes, needs: (s) => [s.highlight_unit, s.routes, s.highlighted] },
    { name: "facilities", paint: paintFacilities, needs: (s) => [s.layers.facilities, s.tiers_on, s.tiers_counted] },
    { name: "marks", paint: (view, app) => yida.marks.paint(view, app), needs: (s) => yida.marks.needs(s) },
    {
      name: "selected", paint: paintSelected,
      needs: (s) => [
        s.selected, s.highlighted, s.layers, s.tiers_counted, s.threshold_min, s.breaks,
        (s.selected || s.highlighted) && [s.minutes, s.village_classes, s.marks],
      ],
    },
  ];

  yida.layers = { LAYERS, radiusOf, sizeOf, standing, villageShown, facilityShown, roadsAt, linesOf, lineOf };
})((window.yida = window.yida || {}));
