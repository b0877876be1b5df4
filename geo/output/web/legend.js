// The frame around the picture: legend, scale, north, badges, stamp. Built from nodes and textContent only, because
// names and translations are text from elsewhere and must never become markup.
(function (yida) {
  "use strict";

  const symbols = yida.symbols;
  const { words, figure, svg, frame } = symbols;
  const NARROW_PX = 720; // also in map.js
  const NARROW_STAGE_PX = 820; // its type is larger
  const [SCALE_PX, SCALE_STAGE_PX] = [120, 200]; // of the scale bar at most: its words stand inside
  const CLASSES_PX = 430;

  function node(tag, className, text, parent) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function row(parent, picture, text) {
    const line = node("div", "yida-row", "", parent);
    const cell = node("span", "yida-picture", "", line);
    cell.appendChild(picture);
    node("span", "yida-words", text, line);
  }

  function section(parent, title) {
    const part = node("section", "yida-section", "", parent);
    node("h4", "", title, part);
    return part;
  }

  function swatch(colour, opacity) {
    const picture = frame(30, 16);
    svg("rect", { x: -12, y: -6, width: 24, height: 12, rx: 2, fill: colour, "fill-opacity": opacity || 1 }, picture);
    return picture;
  }

  function stripe(strokes) {
    const picture = frame(30, 12);
    strokes.forEach((look) => svg("line", { x1: -13, y1: 0, x2: 13, y2: 0, ...look }, picture));
    return picture;
  }

  function circle(fill, edge, r, ring) {
    const picture = frame(30, Math.max(18, 2 * r + 8));
    if (ring) svg("circle", { r: r + 2.4, fill: symbols.HALO, stroke: ring, "stroke-width": 1.3 }, picture);
    svg("circle", { r, fill, stroke: edge, "stroke-width": 1 }, picture);
    return picture;
  }

  function unreachedPicture() {
    const picture = circle("#ffffff", symbols.UNREACHED, 5);
    svg("path", { d: "M-2.6-2.6L2.6 2.6M2.6-2.6L-2.6 2.6", stroke: symbols.UNREACHED, "stroke-width": 1.1 }, picture);
    return picture;
  }

  const say = (app, key, values) => words(app.state, key, values);

  function facilityRows(app, body) {
    if (!app.state.layers.facilities) return;
    const present = app.data.tiers.filter((tier) => app.tiersOn.has(tier.id) && app.data.byTier.has(tier.id));
    if (!present.length) return;
    const part = section(body, say(app, "layer.facilities"));
    const counted = app.state.tiers_counted || [];
    present.forEach((tier) => {
      const pale = counted.length && !counted.includes(tier.id) ? say(app, "not_counted") : "";
      const picture = symbols.svgSymbol(tier.symbol, symbols.tierColour(tier, app.state), Math.min(tier.size_px, 9));
      row(part, picture, say(app, `tier.${tier.id}`) + pale);
    });
  }

  function choroplethRows(app, body) {
    const shown = app.state.choropleth;
    if (!shown) return;
    const part = section(body, shown.title);
    [...shown.classes].reverse().forEach(({ colour, text }) => row(part, swatch(colour), text));
    if (yida.choropleth.lacking(app)) row(part, hatched(), shown.none);
  }

  function hatched() {
    const picture = swatch(yida.choropleth.GROUND);
    svg("path", { d: "M-12 1L-7-6M-9 6L0-6M-2 6L7-6M5 6L12-3", stroke: yida.choropleth.LINES, "stroke-width": 1.4 }, picture);
    return picture;
  }

  const bandText = (app, { from, to }) => say(app, "band", { from, to });
  const beyondText = (app) => say(app, "beyond", { n: app.state.threshold_min });

  // Villages and reach share their colours, so one set of rows serves both.
  function timeRows(app, body) {
    const { layers } = app.state;
    const dots = layers.villages && !app.state.village_classes && app.state.minutes && app.state.minutes.length;
    const areas = layers.bands && app.bands.length;
    if (!dots && !areas) return;
    const part = section(body, say(app, "legend.minutes"));
    const steps = symbols.classes(app.state);
    steps.forEach((step) => row(part, areas ? swatch(step.colour, 0.75) : circle(step.colour, "#5c7381", 5.5), bandText(app, step)));
    if (areas) beyondAreas(app, part);
  }

  function classRows(app, body) {
    const told = app.state.village_classes;
    if (!told || !app.state.layers.villages) return;
    const part = section(body, told.title);
    const used = new Set(told.of);
    told.classes.forEach((own, k) => used.has(k) && row(part, circle(own.colour, "#5c7381", 5.5), own.label));
    if (told.lines_label) row(part, stripe([{ stroke: "#5c7381", "stroke-width": 1.2 }]), told.lines_label);
  }

  function markRows(app, body) {
    const kinds = app.state.mark_kinds || {};
    const present = Object.keys(kinds).filter((kind) => app.marks.some((mark) => mark.kind === kind));
    if (!present.length) return;
    const part = section(body, app.state.marks_title || "");
    present.forEach((kind) => row(part, yida.marks.picture(kinds[kind].look), kinds[kind].label));
  }

  function beyondAreas(app, part) {
    app.bands.forEach((band, i) => {
      if (band.to <= app.state.threshold_min) return;
      row(part, swatch(symbols.bandColour(band, i, app.bands, app.state), 0.75), bandText(app, band));
    });
  }

  function villageRows(app, body) {
    const { villages, uncovered } = app.state.layers;
    if (!villages && !uncovered) return;
    const part = section(body, say(app, villages ? "layer.villages" : "layer.uncovered"));
    const found = app.standings();
    const ring = uncovered ? symbols.BEYOND_RING : "";
    const late = app.state.village_classes ? symbols.HALO : symbols.BEYOND;
    if (found.has("beyond")) row(part, circle(late, "#5c7381", 5, ring), beyondText(app));
    if (found.has("unreached")) row(part, unreachedPicture(), say(app, "unreachable"));
    if (villages) sizeRow(app, part);
  }

  function niceSizes(typical) {
    const power = 10 ** Math.floor(Math.log10(Math.max(typical, 1)));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= typical * 0.75) * power;
    return [step / 2, step * 2, step * 6].filter((people) => people >= 1);
  }

  function sizeRow(app, part) {
    const line = node("div", "yida-sizes", "", part);
    niceSizes(app.data.typicalPopulation).forEach((people) => {
      const r = yida.layers.radiusOf(app, app.map.getZoom(), people);
      const cell = node("span", "yida-size", "", line);
      const picture = frame(2 * r + 4, 2 * r + 4);
      svg("circle", { r, fill: "none", stroke: "#5b6770", "stroke-width": 1.2 }, picture);
      cell.appendChild(picture);
      node("span", "", figure(app.state, people), cell);
    });
    node("div", "yida-note", say(app, "legend.sizes"), part);
  }

  function lineRows(app, body) {
    const { roads, units } = app.state.layers;
    if (!roads && !units) return;
    const part = section(body, say(app, "legend.lines"));
    if (roads) roadRows(app, part);
    if (units) boundaryRows(app, part);
  }

  function roadRows(app, part) {
    const shown = new Set(yida.layers.roadsAt(app, app.map.getZoom()).map(([name]) => name));
    const major = ["motorway", "trunk", "primary", "secondary"].some((name) => shown.has(name));
    const ferry = shown.delete("ferry");
    const minor = [...shown].some((name) => !["motorway", "trunk", "primary", "secondary"].includes(name));
    if (major) row(part, stripe([{ stroke: "#8f8c84", "stroke-width": 4.4 }, { stroke: "#fff", "stroke-width": 2.6 }]), say(app, "road.major"));
    if (minor) row(part, stripe([{ stroke: "#918e84", "stroke-width": 1.4 }]), say(app, "road.minor"));
    if (ferry) row(part, stripe([{ stroke: "#6d93ad", "stroke-width": 1.6, "stroke-dasharray": "5 4" }]), say(app, "road.ferry"));
  }

  function boundaryRows(app, part) {
    const towns = app.data.units.filter((unit) => unit.level !== "county").map((unit) => unit.kind || "");
    const solid = stripe([{ stroke: "#39444c", "stroke-width": 2.4 }]);
    const outline = app.data.outlineKind === "extent" ? "boundary.extent" : "boundary.county";
    row(part, solid, say(app, outline) + approximate(app, [app.data.outlineKind]));
    if (!towns.length) return;
    const dashed = stripe([{ stroke: "#7d858b", "stroke-width": 1.3, "stroke-dasharray": "5 3.5" }]);
    row(part, dashed, say(app, "boundary.township") + approximate(app, towns));
  }

  const approximate = (app, kinds) => (kinds.some((kind) => kind.startsWith("approximate")) ? say(app, "boundary.approximate") : "");

  function routeRows(app, body) {
    const kinds = new Set(app.routes.map((route) => route.kind || "road"));
    if (!kinds.size) return;
    const part = section(body, say(app, "legend.route"));
    const dotted = { stroke: "#1d2b53", "stroke-width": 3.4, "stroke-linecap": "round", "stroke-dasharray": "0.1 6.4" };
    const named = new Map(app.routes.filter((route) => route.label).map((route) => [route.label, route.colour]));
    named.forEach((colour, label) => row(part, stripe([{ stroke: colour, "stroke-width": 3.6 }]), label));
    if (kinds.has("road") && !named.size) row(part, stripe([{ stroke: "#1d2b53", "stroke-width": 3.6 }]), say(app, "route.road"));
    if (kinds.has("offroad")) row(part, stripe([dotted]), say(app, "route.offroad"));
    if (kinds.has("was")) row(part, stripe([{ stroke: "#6b7780", "stroke-width": 2.6, "stroke-dasharray": "3 3" }]), say(app, "route.was"));
    if (kinds.has("worst")) row(part, stripe([{ stroke: "#a3195b", "stroke-width": 4 }]), say(app, "route.worst"));
    if (kinds.has("segment")) row(part, stripe([{ stroke: "#111827", "stroke-width": 4 }]), say(app, "route.segment"));
    if (kinds.has("closed")) row(part, stripe([{ stroke: "#a3195b", "stroke-width": 4, "stroke-dasharray": "7 4" }]), say(app, "route.closed"));
  }

  function fill(app) {
    const { box } = app.chrome;
    const enough = app.state.stage ? NARROW_STAGE_PX : app.state.choropleth ? CLASSES_PX : NARROW_PX; // few classes, what the map is about
    const open = box.firstChild ? box.firstChild.open : app.map.getSize().x >= enough;
    const details = node("details", "yida-legend");
    details.open = open;
    node("summary", "", say(app, "legend"), details);
    const body = node("div", "yida-legend-body", "", details);
    body.tabIndex = 0; // it scrolls, also from the keyboard
    body.setAttribute("role", "group");
    body.setAttribute("aria-label", say(app, "legend"));
    const lines = app.state.stage ? [] : [lineRows]; // on stage there is room for what is talked about
    const parts = [markRows, choroplethRows, facilityRows, timeRows, classRows, villageRows, ...lines, routeRows];
    parts.forEach((rows) => rows(app, body));
    yida.links.legend(app, body, { section, row, stripe });
    const scroll = box.querySelector(".yida-legend-body");
    const top = scroll ? scroll.scrollTop : 0;
    box.replaceChildren(details);
    body.scrollTop = top;
  }

  function control(map, position, className) {
    const made = new (L.Control.extend({ onAdd: () => node("div", className) }))({ position });
    made.addTo(map);
    const container = made.getContainer();
    L.DomEvent.disableClickPropagation(container);
    L.DomEvent.disableScrollPropagation(container);
    return container;
  }

  function resetButton(app) {
    const holder = control(app.map, "topleft", "leaflet-bar yida-reset");
    const button = node("button", "", "", holder);
    button.type = "button";
    const picture = svg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" }, button);
    svg("path", { d: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", fill: "none", stroke: "currentColor", "stroke-width": 1.8 }, picture);
    button.addEventListener("click", () => yida.reset());
    return button;
  }

  function northArrow(app) {
    const holder = control(app.map, "bottomright", "yida-north");
    const picture = svg("svg", { width: 18, height: 24, viewBox: "-9 -12 18 24", "aria-hidden": "true" }, holder);
    svg("path", { d: "M0-11L7 10L0 5Z", fill: "#39444c" }, picture);
    svg("path", { d: "M0-11L-7 10L0 5Z", fill: "#fff", stroke: "#39444c", "stroke-width": 1 }, picture);
    return node("span", "", "", holder);
  }

  // Bottom corners stack upwards in Leaflet, so what is added first stands lowest.
  function build(app) {
    const zoom = L.control.zoom({ position: "topleft" }).addTo(app.map);
    const credit = L.control.attribution({ position: "bottomright", prefix: false }).addTo(app.map);
    const chrome = { zoom: zoom.getContainer(), credit: credit.getContainer(), reset: resetButton(app) };
    chrome.stamp = control(app.map, "bottomright", "yida-stamp");
    chrome.scale = L.control.scale({ position: "bottomright", imperial: false, maxWidth: SCALE_PX }).addTo(app.map);
    chrome.north = northArrow(app);
    chrome.badges = control(app.map, "topright", "yida-badges");
    chrome.box = control(app.map, "bottomleft", "yida-legend-box");
    return chrome;
  }

  function label(element, text) {
    element.title = text;
    element.setAttribute("aria-label", text);
  }

  function refresh(app) {
    const { chrome } = app;
    const [plus, minus] = chrome.zoom.querySelectorAll("a");
    label(plus, say(app, "zoom_in"));
    label(minus, say(app, "zoom_out"));
    label(chrome.reset, say(app, "reset_view"));
    chrome.north.textContent = say(app, "north");
    chrome.stamp.textContent = app.state.stamp || "";
    chrome.credit.textContent = say(app, "attribution");
    [chrome.stamp, chrome.credit].forEach((part) => (part.hidden = !part.textContent));
    app.map.getContainer().setAttribute("aria-label", say(app, "map"));
    chrome.scale.options.maxWidth = app.state.stage ? SCALE_STAGE_PX : SCALE_PX;
    chrome.scale._update();
    const badges = (app.state.badges || []).map((text) => node("span", "yida-badge", text));
    chrome.badges.replaceChildren(...badges);
    fill(app);
  }

  yida.legend = { build, refresh, fill, node };
})((window.yida = window.yida || {}));
