// The map in the browser: fetches the study once, then takes states from the page and redraws only what they change.
// Entry points are yida.init (base map) and yida.update (every run); the view belongs to the person at the map.
(function (yida) {
  "use strict";

  const { lineOf, linesOf, pointsOf, worldX, worldY, inside, defineLayer } = yida.paint;
  const { LAYERS, radiusOf, sizeOf, standing, villageShown, facilityShown } = yida.layers;
  const EMPTY = { lang: "zh", text: {}, layers: {}, minutes: [], tiers_on: [], routes: [], threshold_min: 15 };
  const WIDE_PX = 720; // also in legend.js
  const FIRST_ZOOM = 9; // until the county is fitted
  const HOVER_PX = 5;
  const FINGER_PX = 14;
  const STALE_BANDS_MS = 400;
  const EQUATOR_M = 40075016.7;
  let app = null;

  function read(raw) {
    const units = raw.units.map((unit) => ({ ...unit, lines: linesOf(unit.rings) }));
    const villages = pointsOf(raw.villages);
    const facilities = pointsOf(raw.facilities);
    const roads = new Map(raw.roads.map(({ cls, lines }) => [cls, lines.map(lineOf)]));
    const borders = raw.borders ? raw.borders.map(lineOf) : units.filter((u) => u.level !== "county").flatMap((u) => u.lines);
    const byTier = Map.groupBy ? Map.groupBy(facilities.id.keys(), (i) => facilities.tier[i]) : grouped(facilities);
    return {
      bounds: raw.bounds, outline: linesOf(raw.outline), outlineKind: raw.outline_kind || "", units, unit: new Map(units.map((u) => [u.id, u])), borders, roads,
      villages, facilities, tiers: raw.tiers, tier: new Map(raw.tiers.map((t) => [t.id, t])), byTier,
      ...peopleOf(villages),
    };
  }

  function grouped(facilities) {
    const groups = new Map();
    facilities.tier.forEach((tier, i) => groups.set(tier, [...(groups.get(tier) || []), i]));
    return groups;
  }

  // Small villages are drawn over large ones, so that none is lost under a neighbour.
  function peopleOf({ population, count }) {
    const known = population.filter((people) => people > 0).sort((a, b) => a - b);
    const largestFirst = Array.from({ length: count }, (_, i) => i);
    largestFirst.sort((a, b) => (population[b] || 0) - (population[a] || 0));
    return { largestFirst, typicalPopulation: known.length ? known[Math.floor(known.length / 2)] : 1 };
  }

  yida.init = function (map, options) {
    app = {
      map, options, data: null, state: EMPTY, pending: null, bands: [], bandsWanted: null, bandsShown: null, routes: [], marks: [], tiersOn: new Set(),
      drawn: {}, labels: [], layers: [], signs: new Map(), lastFly: null, lastUpdateMs: null, begun: false, ready: false, moved: false, resizing: false,
      sent: 0, chrome: null, tip: null, standings: () => new Set(), fitZoom: map.getZoom(), villageRadius: 3, symbolScale: 1,
    };
    prepare();
    const arrived = options.static ? Promise.resolve(options.static) : fetchJson(options.static_url);
    arrived.then(start, failed);
  };

  yida.fetchJson = fetchJson;

  async function fetchJson(url) {
    if (app.options.given && Object.hasOwn(app.options.given, url)) return app.options.given[url]; // a file asks nobody
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.json();
  }

  function failed(reason) {
    console.error("yida: the study's map data did not arrive", reason);
    document.body.dataset.yidaReady = "error";
    app.broken = true;
    if (app.pending) app.chrome.badges.textContent = yida.symbols.words(app.pending, "load_failed");
  }

  function prepare() {
    const { map } = app;
    document.body.classList.add("yida-body");
    const box = map.getContainer();
    box.setAttribute("role", "region");
    // Leaflet focuses the map at a click; the page around it must not scroll under the pointer meanwhile.
    box.focus = () => HTMLElement.prototype.focus.call(box, { preventScroll: true });
    map.setMaxZoom(18);
    const PaintLayer = defineLayer();
    LAYERS.forEach(({ name, paint }, i) => {
      map.createPane(`yida-${name}`).style.zIndex = 310 + 10 * i;
      const guarded = (view) => app.data && app.state !== EMPTY && paint(view, app);
      app.layers.push(new PaintLayer(guarded, { pane: `yida-${name}`, padding: 0.15 }));
    });
    map.createPane("yida-labels").style.zIndex = 500;
    app.chrome = yida.legend.build(app);
    app.tip = yida.tip.build(app);
    listen();
  }

  function listen() {
    const { map } = app;
    map.on("click", onClick);
    map.on("mousemove", onHover);
    map.on("mouseout movestart zoomstart", () => (yida.tip.hide(app), yida.links.hover(app, null)));
    map.on("moveend", onMoved);
    map.on("zoomend", () => app.begun && (yida.labels.refresh(app), yida.legend.fill(app)));
    new ResizeObserver(onResize).observe(map.getContainer());
    if (window.parent !== window) document.addEventListener("keydown", passOn);
  }

  // On stage a clicker works wherever the focus is: the page hears the keys that the map has no use for.
  function passOn({ key, code }) {
    if (!app.state.stage || !["PageUp", "PageDown", "Escape"].includes(key)) return;
    try {
      window.parent.document.body.dispatchEvent(new window.parent.KeyboardEvent("keydown", { key, code, bubbles: true }));
    } catch {
      // A page of another origin has keys of its own.
    }
  }

  function start(raw) {
    app.data = read(raw);
    app.extent = app.options.bounds || app.data.bounds;
    app.labels = yida.labels.build(app);
    if (app.pending) begin(app.pending);
  }

  // The legend comes first: the county is fitted into what it leaves free.
  function begin(state) {
    if (app.map.getZoom() === undefined) app.map.setView(leafletBounds(app.extent).getCenter(), FIRST_ZOOM, { animate: false });
    app.fitZoom = app.map.getZoom();
    adopt(state);
    yida.legend.refresh(app);
    firstView();
    app.layers.forEach((layer) => layer.addTo(app.map));
    app.begun = true;
    apply(state);
    whenStyled(() => (yida.refit(), yida.labels.refresh(app)));
  }

  // Streamlit's frame does not wait for style sheets: before they are here, the legend has another size.
  function whenStyled(then, patience = 100) {
    const { box } = app.chrome;
    const unstyled = getComputedStyle(box.firstChild).maxWidth === "none" || getComputedStyle(box).float === "none";
    if (unstyled && patience) setTimeout(() => whenStyled(then, patience - 1), 50);
    else if (patience < 100) then();
  }

  const leafletBounds = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

  // The open legend covers the lower left: keep the county clear of it, unless it would leave too little.
  function padding() {
    const { x: width, y: height } = app.map.getSize();
    const wide = width >= WIDE_PX;
    const { open, offsetWidth: covered } = app.chrome.box.firstChild;
    const left = open && covered < 0.6 * width ? covered + 26 : 14;
    const [top, bottom] = app.state.stage ? [56, 84] : [26, wide ? 26 : 64]; // badge above, stamp and credit below
    const [edge, foot] = [Math.min(top, height / 6), Math.min(bottom, height / 5)];
    return { paddingTopLeft: [left, edge], paddingBottomRight: [wide ? 60 : 14, foot] };
  }

  function firstView() {
    const size = app.map.getSize();
    app.unseen = size.x < 20 || size.y < 20; // a tab not opened yet: there is nothing to fit into
    const bounds = leafletBounds(app.extent);
    if (app.unseen) return app.map.setView(bounds.getCenter(), 9, { animate: false });
    scaleTo(bounds);
    const view = app.options.view;
    // Set anew, not panned to: a pan goes by whole pixels, and the address would change by itself.
    if (view) app.map.setView([view[1], view[0]], view[2], { animate: false, reset: true });
    else app.map.fitBounds(bounds, { ...padding(), animate: false });
  }

  function scaleTo(bounds) {
    app.map.options.minZoom = 0; // the least zoom of a frame that was still small must not hold this one back
    app.fitZoom = app.map.getBoundsZoom(bounds, false, L.point(padding().paddingTopLeft).add(padding().paddingBottomRight));
    // Leaflet would fly up to a minimum above its present zoom, and arrive there after the county was fitted.
    if (app.map.getZoom() < app.fitZoom) app.map.setView(bounds.getCenter(), app.fitZoom, { animate: false });
    app.map.setMinZoom(Math.max(app.fitZoom - 2.5, 3));
    const corner = app.map.project(bounds.getNorthEast(), app.fitZoom).subtract(app.map.project(bounds.getSouthWest(), app.fitZoom));
    const { x, y } = app.map.getSize();
    // Holds a drag back, but never the county beside the legend; setMaxBounds would also pan by itself, later.
    app.map.options.maxBounds = bounds.pad(Math.max(1.5, x / Math.abs(corner.x), y / Math.abs(corner.y)));
    const side = Math.sqrt(Math.abs(corner.x * corner.y));
    const room = side / Math.sqrt(Math.max(app.data.villages.count, 1));
    app.symbolScale = Math.min(Math.max(side / 700, 0.7), 1);
    app.villageRadius = Math.min(Math.max(room * 0.11, 1.6), 4.5);
  }

  function onResize() {
    app.resizing = true; // what moves now was moved by nobody
    // A view that somebody chose keeps its centre; the county at large is fitted anew below.
    app.map.invalidateSize({ pan: app.moved || Boolean(app.options.view), animate: false });
    const size = app.map.getSize();
    if (app.begun && size.x >= 20 && size.y >= 20 && (app.unseen || !chosen())) firstView();
    app.resizing = false;
  }

  const chosen = () => app.moved || app.options.view || app.lastFly !== null;

  // For a legend that has become wider.
  yida.refit = function () {
    if (!app.begun || app.unseen || chosen()) return;
    app.resizing = true;
    firstView();
    app.resizing = false;
  };

  yida.reset = function () {
    app.map.fitBounds(leafletBounds(app.extent), padding());
  };

  yida.update = function (state) {
    if (app.broken) app.chrome.badges.textContent = yida.symbols.words(state, "load_failed");
    app.pending = { ...EMPTY, ...state };
    if (app.data) (app.begun ? apply : begin)(app.pending);
  };

  function adopt(state) {
    app.state = state;
    document.body.classList.toggle("yida-stage", Boolean(state.stage)); // in a meeting, to be read from afar
    document.documentElement.lang = state.lang === "zh" ? "zh-CN" : state.lang;
    app.tiersOn = new Set(state.tiers_on);
    app.routes = (state.routes || []).map((route) => ({ ...route, line: lineOf(route.lines) }));
    app.marks = yida.marks.read(state);
    app.map.getContainer().classList.toggle("yida-picking", Boolean(state.pick));
    app.standings = remembered(() => new Set(app.data.villages.id.map((_, i) => standing(app, i))));
  }

  function apply(state) {
    const began = performance.now();
    adopt(state);
    LAYERS.forEach(({ name, needs }, i) => changed(name, needs(state)) && app.layers[i].repaint());
    if (changed("labels", [state.layers.labels, state.highlight_unit, state.stage])) yida.labels.refresh(app);
    if (changed("chrome", chromeNeeds(state))) yida.legend.refresh(app);
    yida.tip.hide(app);
    yida.links.follow(app, state);
    fly(state.fly);
    writeAddress();
    tellView(state.ask_view);
    app.lastUpdateMs = performance.now() - began;
    followBands(state);
  }

  // Asked for once by the page: the view lives here. A map that nobody has moved shows the whole county.
  function tellView(asked) {
    if (!asked || asked === app.viewTold) return;
    app.viewTold = asked;
    const { lng, lat } = app.map.getCenter();
    const chosen = app.moved || app.options.view ? { lon: +lng.toFixed(5), lat: +lat.toFixed(5), zoom: app.map.getZoom() } : {};
    yida.tell({ kind: "view", asked, ...chosen });
  }

  function remembered(make) {
    let made = null;
    return () => (made = made || make());
  }

  const chromeNeeds = (s) => [
    s.lang, s.text, s.layers, s.threshold_min, s.breaks, s.tiers_on, s.tiers_counted, s.badges, s.stamp, s.routes, s.minutes, s.stage,
    s.marks, s.mark_kinds, s.village_classes, s.choropleth, s.links,
  ];

  function changed(name, needs) {
    const sign = JSON.stringify(needs);
    if (app.signs.get(name) === sign) return false;
    app.signs.set(name, sign);
    return true;
  }

  // The old reach stays for a moment, so that a slider does not flicker, but never long enough to be believed.
  function followBands(state) {
    const urls = [state.bands_url || []].flat();
    const wanted = urls.join(" ");
    if (wanted === app.bandsWanted) return wanted === app.bandsShown ? finish() : undefined;
    app.bandsWanted = wanted;
    if (wanted) setTimeout(() => app.bandsWanted === wanted && app.bandsShown !== wanted && drawBands([]), STALE_BANDS_MS);
    return Promise.all(urls.map((url) => fetchJson(url))).then(
      (answers) => showBands(wanted, readBands(answers)),
      (reason) => (console.error("yida: the reach did not arrive", reason), showBands(wanted, [])),
    );
  }

  // Areas that all start at 0 contain one another; each is shown as the minutes after the one before.
  function readBands(answers) {
    const bands = answers.flatMap((answer) => answer.bands).sort((a, b) => a.to - b.to);
    return bands.map((band, i) => ({
      from: Math.max(band.from, i ? bands[i - 1].to : 0), to: band.to, lines: linesOf(band.geometry),
    }));
  }

  function showBands(wanted, bands) {
    if (wanted !== app.bandsWanted) return;
    app.bandsShown = wanted;
    drawBands(bands);
    finish();
  }

  function drawBands(bands) {
    if (!bands.length && !app.bands.length) return;
    app.bands = bands;
    app.layers[LAYERS.findIndex(({ name }) => name === "bands")].repaint();
    yida.legend.fill(app);
  }

  function finish() {
    app.ready = true;
    document.body.dataset.yidaReady = "1";
  }

  function fly(target) {
    if (!target || target.seq === app.lastFly) return;
    app.lastFly = target.seq;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const how = calm ? { animate: false } : { duration: 0.8 };
    if (target.bounds) app.map.flyToBounds(leafletBounds(target.bounds), { ...padding(), ...how, maxZoom: 15 });
    else app.map.flyTo([target.lat, target.lon], target.zoom, how);
  }

  // The view is kept in the page's address, not sent to the server: panning must not cost a run.
  function onMoved() {
    if (!app.ready || app.unseen || app.resizing) return;
    app.moved = true;
    writeAddress();
  }

  function writeAddress() {
    try {
      const page = window.parent;
      const url = new URL(page.location.href);
      const wanted = { ...app.state.address, ...(app.moved || app.options.view ? viewOf(app.map) : {}) };
      ["c", "z", ...Object.keys(wanted)].forEach((key) => url.searchParams.delete(key));
      const told = Object.entries(wanted).filter(([, value]) => value !== ""); // empty: not in the address
      const added = told.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
      url.search = [url.searchParams.toString(), ...added].filter(Boolean).join("&");
      if (url.href !== page.location.href) page.history.replaceState(page.history.state, "", url.href);
    } catch {
      // A page of another origin, or a file on disk, keeps its address to itself.
    }
  }

  function viewOf(map) {
    const { lng, lat } = map.getCenter();
    return { c: `${lng.toFixed(5)},${lat.toFixed(5)}`, z: String(+map.getZoom().toFixed(2)) };
  }

  // What stands at an id: its place in the world and how large it is drawn.
  yida.placeOf = function (context, kind, id) {
    const { villages, facilities, unit, tier } = context.data;
    if (kind === "unit") return unitPlace(unit.get(id));
    const table = { village: villages, facility: facilities }[kind];
    const index = table ? table.at.get(id) : undefined;
    if (index === undefined) return yida.marks.find(context, kind, id);
    const own = kind === "facility" ? tier.get(facilities.tier[index]) : null;
    const radius = (zoom) => (own ? sizeOf(context, zoom, own) : kind === "village" ? radiusOf(context, zoom, villages.population[index]) : 0);
    if (kind === "facility" && !own) return null;
    return { kind, id, index, name: table.name[index], x: table.x[index], y: table.y[index], tier: own, radius };
  };

  function unitPlace(unit) {
    if (!unit || !unit.seat) return null;
    return { kind: "unit", id: unit.id, name: unit.name, x: worldX(unit.seat[0]), y: worldY(unit.seat[1]), radius: () => 8 };
  }

  function pixelOf(x, y) {
    const scale = 256 * 2 ** app.map.getZoom();
    return L.point(x * scale, y * scale).subtract(app.map.getPixelOrigin()).add(app.map._getMapPanePos());
  }

  // The nearest thing under the pointer; symbols of a higher tier win over what they cover.
  function under(point, slack) {
    const { facilities, villages } = app.data;
    const mark = yida.marks.under(app, point, slack);
    if (mark) return mark;
    const found = nearest("facility", facilities, point, slack, (i) => facilityShown(app, i));
    return found || nearest("village", villages, point, slack, (i) => villageShown(app, i));
  }

  function nearest(kind, table, point, slack, shown) {
    const scale = 256 * 2 ** app.map.getZoom();
    const corner = app.map.getPixelOrigin().subtract(app.map._getMapPanePos()).add(point);
    let best = null, least = Infinity;
    for (let i = 0; i < table.count; i++) {
      const away = Math.hypot(table.x[i] * scale - corner.x, table.y[i] * scale - corner.y);
      if (!(away < 40 + slack) || !shown(i)) continue;
      const place = yida.placeOf(app, kind, table.id[i]);
      const beyondEdge = away - place.radius(app.map.getZoom());
      if (beyondEdge <= slack && beyondEdge < least) [best, least] = [place, beyondEdge];
    }
    return best;
  }

  function unitAt(latlng) {
    const [x, y] = [worldX(latlng.lng), worldY(latlng.lat)];
    const hits = app.data.units.filter((unit) => inside(unit.lines, x, y));
    return hits.find((unit) => unit.level !== "county") || hits[0];
  }

  // A place with the ground a pixel covers there and the classes of road drawn: the page judges what was pointed at.
  function placeAt({ lng, lat }) {
    const metres = (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** app.map.getZoom());
    return { kind: "place", lon: lng, lat, m_per_px: metres, roads: app.drawn.roads || [] };
  }

  function colouredAt(latlng) {
    const unit = app.state.choropleth ? unitAt(latlng) : null;
    return unit ? unitPlace(unit) : null;
  }

  function onClick(event) {
    if (!app.ready || !event.originalEvent || event.originalEvent.detail > 1) return; // second half of a double click
    if (app.state.pick) return yida.tell(placeAt(event.latlng));
    const slack = event.originalEvent.pointerType === "touch" ? FINGER_PX : HOVER_PX;
    const place = under(event.containerPoint, slack);
    if (place) {
      yida.tip.show(app, place, event.containerPoint);
      return yida.choose(place.kind, place.id);
    }
    const unit = unitAt(event.latlng);
    if (unit && app.state.choropleth) yida.tip.show(app, unitPlace(unit), event.containerPoint);
    if (unit) yida.choose("unit", unit.id);
  }

  function onHover(event) {
    if (!app.ready) return;
    const overControl = event.originalEvent.target.closest(".leaflet-control");
    const place = overControl ? null : under(event.containerPoint, HOVER_PX - 2) || colouredAt(event.latlng);
    app.map.getContainer().classList.toggle("yida-pointing", Boolean(place));
    yida.links.hover(app, place);
    if (place) yida.tip.show(app, place, event.containerPoint);
    else yida.tip.hide(app);
  }

  // The clock keeps n rising even when the frame is built anew, so the page never takes a new click for an old one.
  yida.tell = function (clicked) {
    app.sent = Math.max(app.sent + 1, Date.now());
    if (window.Streamlit) window.Streamlit.setComponentValue({ clicked: { ...clicked, n: app.sent } });
  };

  yida.choose = (kind, id) => yida.tell({ kind, id });

  yida.pixel = function (kind, id) {
    const place = app.data && yida.placeOf(app, kind, id);
    if (!place) return null;
    const at = pixelOf(place.x, place.y);
    const frame = app.map.getContainer().getBoundingClientRect();
    return { x: at.x + frame.left, y: at.y + frame.top };
  };

  yida.debug = function () {
    const { lng, lat } = app.map.getCenter();
    const legend = [...document.querySelectorAll(".yida-legend-body .yida-words, .yida-legend-body h4")];
    return {
      ready: app.ready, view: { lon: lng, lat, zoom: app.map.getZoom() }, fitZoom: app.fitZoom, lastUpdateMs: app.lastUpdateMs,
      drawn: { ...app.drawn, units: app.data ? app.data.units.length : 0, bands: app.bands.length, bandsUrl: app.bandsShown },
      selected: app.state.selected || null, legend: legend.map((part) => part.textContent),
    };
  };
})((window.yida = window.yida || {}));
