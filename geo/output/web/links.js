// Lines between institutions: who manages whom, and the networks over it. Children of one parent that lie the same way
// leave it as one trunk, so that 1,500 clinics stay readable; the leaves show for the lit branch, or all on demand.
(function (yida) {
  "use strict";

  const { worldX, worldY, inSight } = yida.paint;
  const { words, figure, HALO } = yida.symbols;
  const SECTORS = 7; // directions in which children share a trunk
  const TRUNK = 0.55; // how far towards its children a trunk goes
  const EDGE_PX = 26; // arrows to places outside keep this far from the map's edge
  const FOOT_PX = 72; // and clear of the stamp and the credits at its foot
  const APART_PX = 10; // between an arrow or its words and what stands at the lower right
  const MARK = "#c2410c";
  const NO_COMMUNITY = "#6b7278";

  // ---- what arrives ------------------------------------------------------------------------------------------

  // Ends are "f12" (facility), "v3" (village) or "u4" (unit) by position; anything else has no place on the map.
  function placeOf(app, end) {
    const [kind, index] = [end[0], Number(end.slice(1))];
    if (kind === "u") {
      const unit = app.data.units[index];
      return unit && unit.seat ? { x: worldX(unit.seat[0]), y: worldY(unit.seat[1]) } : null;
    }
    const table = kind === "f" ? app.data.facilities : kind === "v" ? app.data.villages : null;
    return table && Number.isFinite(table.x[index]) ? { x: table.x[index], y: table.y[index] } : null;
  }

  // A curve from child to parent bends towards the middle of the children that lie in the same direction.
  function bundle(pairs) {
    const groups = new Map();
    pairs.forEach((pair) => {
      const angle = Math.atan2(pair.from.y - pair.to.y, pair.from.x - pair.to.x);
      const key = `${pair.to.x}|${pair.to.y}|${Math.round(((angle + Math.PI) / (2 * Math.PI)) * SECTORS) % SECTORS}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(pair);
    });
    for (const group of groups.values()) {
      const middle = (axis) => group.reduce((sum, { from }) => sum + from[axis], 0) / group.length;
      const [x, y] = [middle("x"), middle("y")];
      group.forEach((pair) => (pair.bend = { x: pair.to.x + TRUNK * (x - pair.to.x), y: pair.to.y + TRUNK * (y - pair.to.y) }));
    }
    return pairs;
  }

  function treePairs(app, raw) {
    const pairs = raw.parent.flatMap((parent, child) => {
      const [from, to] = [placeOf(app, `f${child}`), parent >= 0 && placeOf(app, `f${parent}`)];
      return from && to ? [{ from, to, child, parent, colour: colourOf(raw, child) }] : [];
    });
    return bundle(pairs);
  }

  function colourOf(raw, child) {
    const community = raw.communities[raw.community[child]];
    return community ? community.colour : NO_COMMUNITY;
  }

  function networkPairs(app, network) {
    const pairs = network.rows.flatMap(([served, serving]) => {
      const [from, to] = [placeOf(app, served), placeOf(app, serving)];
      return from && to ? [{ from, to, served, serving }] : [];
    });
    return bundle(pairs);
  }

  function below(parent) {
    const under = parent.map(() => []);
    parent.forEach((up, child) => up >= 0 && under[up].push(child));
    return under;
  }

  function read(app, raw) {
    const networks = new Map(raw.networks.map((network) => [network.kind, { ...network, pairs: networkPairs(app, network) }]));
    return { ...raw, pairs: treePairs(app, raw), under: below(raw.parent), networks };
  }

  // ---- what is lit -------------------------------------------------------------------------------------------

  function branchOf(links, start) {
    const lit = new Set();
    for (let up = start; up >= 0 && !lit.has(up); up = links.parent[up]) lit.add(up);
    const open = [start];
    while (open.length) {
      const here = open.pop();
      lit.add(here);
      links.under[here].forEach((child) => lit.has(child) || open.push(child));
    }
    return lit;
  }

  // A facility lights all above and below it, a village the chain its clinic stands in.
  function lightOf(app, place) {
    const links = app.linkData;
    if (!links || !place) return null;
    if (place.kind === "facility") return { end: `f${place.index}`, lit: branchOf(links, place.index) };
    if (place.kind !== "village") return null;
    const lit = new Set();
    for (let up = links.entry[place.index]; up >= 0 && !lit.has(up); up = links.parent[up]) lit.add(up);
    return { end: `v${place.index}`, lit };
  }

  function chosenPlace(app) {
    const chosen = app.state.selected;
    return chosen ? yida.placeOf(app, chosen.kind, chosen.id) : null;
  }

  function hover(app, place) {
    const key = place && place.kind !== "unit" ? `${place.kind}:${place.id}` : "";
    if (!app.linkData || key === (app.linkHover || "")) return;
    app.linkHover = key;
    app.linkPlace = key ? place : null;
    repaint(app);
  }

  function repaint(app) {
    app.layers[yida.layers.LAYERS.findIndex(({ name }) => name === "links")].repaint();
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  function curve(view, { from, to, bend }) {
    const px = ({ x, y }) => [x * view.scale - view.left, y * view.scale - view.top];
    const [[x0, y0], [cx, cy], [x1, y1]] = [px(from), px(bend), px(to)];
    view.ctx.moveTo(x0, y0);
    view.ctx.quadraticCurveTo(cx, cy, x1, y1);
  }

  // One stroke for all lines of a look; a line with neither end nor bend in sight cannot be seen.
  function draw(view, pairs, colour, width, alpha, dash) {
    view.ctx.save();
    view.ctx.globalAlpha = alpha;
    view.ctx.beginPath();
    pairs.filter((p) => [p.from, p.to, p.bend].some(({ x, y }) => inSight(view, x, y))).forEach((pair) => curve(view, pair));
    yida.paint.stroke(view.ctx, colour, width, dash);
    view.ctx.restore();
  }

  function grouped(pairs, key) {
    const groups = new Map();
    pairs.forEach((pair) => {
      if (!groups.has(key(pair))) groups.set(key(pair), []);
      groups.get(key(pair)).push(pair);
    });
    return groups;
  }

  function paintTree(view, app, light) {
    const { pairs, leaf } = app.linkData;
    const { whole } = app.state.links;
    const isLit = ({ child, parent }) => Boolean(light && light.lit.has(child) && light.lit.has(parent));
    const shown = pairs.filter((pair) => whole || !leaf[pair.child] || isLit(pair));
    app.drawn.links = shown.length;
    app.drawn.lit = shown.filter(isLit).length;
    for (const [colour, group] of grouped(shown, (pair) => pair.colour)) {
      const quiet = group.filter((pair) => !isLit(pair));
      draw(view, quiet.filter(({ child }) => leaf[child]), colour, 0.7, light ? 0.12 : 0.4);
      draw(view, quiet.filter(({ child }) => !leaf[child]), colour, 2, light ? 0.2 : 0.85);
      const lit = group.filter(isLit);
      draw(view, lit, HALO, 5, 0.9);
      draw(view, lit.filter(({ child }) => leaf[child]), colour, 1.5, 1);
      draw(view, lit.filter(({ child }) => !leaf[child]), colour, 3.2, 1);
    }
  }

  function paintNetworks(view, app, light) {
    app.drawn.networks = 0;
    for (const kind of app.state.links.kinds || []) {
      const network = app.linkData.networks.get(kind);
      if (!network) continue;
      const touches = ({ served, serving }) => Boolean(light && (served === light.end || serving === light.end));
      app.drawn.networks += network.pairs.length;
      draw(view, network.pairs.filter((pair) => !touches(pair)), network.colour, 0.9, light ? 0.15 : 0.5);
      const lit = network.pairs.filter(touches);
      draw(view, lit, HALO, 4, 0.9);
      draw(view, lit, network.colour, 2, 1);
    }
  }

  // The part of the map that is really seen, in pixels of the canvas, a little inside its edge.
  function sight(view, app) {
    const { min, max } = app.map.getPixelBounds();
    const inner = [min.x - view.left + EDGE_PX, min.y - view.top + EDGE_PX, max.x - view.left - EDGE_PX, max.y - view.top - FOOT_PX];
    const shift = [min.x - view.left, min.y - view.top]; // from the map's corner to the canvas's
    return { west: inner[0], north: inner[1], east: inner[2], south: inner[3], shift, taken: taken(app, shift) };
  }

  // What scale, stamp and credit cover at the lower right, with some air: [west, north, east, south] of each.
  function taken(app, shift) {
    const whole = app.map.getContainer().getBoundingClientRect();
    const [x, y] = [shift[0] - whole.left, shift[1] - whole.top];
    const boxes = [...document.querySelectorAll(".leaflet-bottom.leaflet-right > *")].map((part) => part.getBoundingClientRect());
    return boxes.map((box) => [box.left + x - APART_PX, box.top + y - APART_PX, box.right + x + APART_PX, box.bottom + y + APART_PX]);
  }

  // Where the line from (x0, y0), which is inside, leaves the sight on its way to (x1, y1); null when it does not.
  function leaves(box, x0, y0, x1, y1) {
    const share = (from, to, low, high) => (to > high ? (high - from) / (to - from) : to < low ? (low - from) / (to - from) : 1);
    const end = Math.min(share(x0, x1, box.west, box.east), share(y0, y1, box.north, box.south));
    const t = Math.min(end, ...box.taken.map((part) => enters(part, x0, y0, x1, y1)));
    return t < 1 ? [x0 + t * (x1 - x0), y0 + t * (y1 - y0)] : null;
  }

  // The share of the line at which it enters a box it begins outside of; 1 when it does not.
  function enters([west, north, east, south], x0, y0, x1, y1) {
    const span = (from, to, low, high) => [low, high].map((at) => (at - from) / (to - from || 1e-9)).sort((a, b) => a - b);
    const [[x, pastX], [y, pastY]] = [span(x0, x1, west, east), span(y0, y1, north, south)];
    const [first, last] = [Math.max(x, y), Math.min(pastX, pastY)];
    return first < last && first > 0 ? Math.min(first, 1) : 1;
  }

  function paintOutside(view, app) {
    const box = sight(view, app);
    app.drawn.outside = [];
    const wanted = new Set(app.state.links.kinds || []);
    app.linkData.outside.forEach((away) => {
      if (away.kind !== "pairs_with" && !wanted.has(away.kind)) return;
      const here = placeOf(app, away.at);
      if (!here || !Number.isFinite(away.lon) || !Number.isFinite(away.lat)) return;
      const [x0, y0] = [here.x * view.scale - view.left, here.y * view.scale - view.top];
      if (x0 < box.west || x0 > box.east || y0 < box.north || y0 > box.south) return;
      const [x1, y1] = [worldX(away.lon) * view.scale - view.left, worldY(away.lat) * view.scale - view.top];
      const edge = leaves(box, x0, y0, x1, y1);
      const written = paintArrow(view, app, away, x0, y0, edge ? edge[0] : x1, edge ? edge[1] : y1, box);
      app.drawn.outside.push({ name: away.name, atEdge: Boolean(edge), written });
    });
  }

  function paintArrow(view, app, away, x0, y0, x1, y1, box) {
    const { ctx } = view;
    const angle = Math.atan2(y1 - y0, x1 - x0);
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    yida.paint.stroke(ctx, HALO, 5);
    yida.paint.stroke(ctx, away.colour, 2, [7, 4]);
    ctx.beginPath();
    ctx.moveTo(x1 + 9 * Math.cos(angle), y1 + 9 * Math.sin(angle));
    ctx.lineTo(x1 + 8 * Math.cos(angle + 2.4), y1 + 8 * Math.sin(angle + 2.4));
    ctx.lineTo(x1 + 8 * Math.cos(angle - 2.4), y1 + 8 * Math.sin(angle - 2.4));
    ctx.closePath();
    ctx.fillStyle = away.colour;
    ctx.fill();
    const far = typeof away.km === "number" ? ` · ${words(app.state, "links.away", { n: figure(app.state, away.km) })}` : "";
    return label(ctx, away.name + far, x1, y1, box, app.state.stage);
  }

  function label(ctx, text, x, y, box, stage) {
    const clipped = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    const size = stage ? 24 : 12.5;
    ctx.font = `600 ${size}px "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif`;
    const width = ctx.measureText(clipped).width;
    const base = y < (box.north + box.south) / 2 ? y + 26 : y - 14;
    const beside = box.taken.filter(([, north, , south]) => base > north && base - size < south);
    const east = Math.min(box.east + 18, ...beside.map(([west]) => west));
    const left = Math.min(Math.max(x - width / 2, box.west - 18), east - width);
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = HALO;
    ctx.strokeText(clipped, left, base);
    ctx.fillStyle = "#1f2a33";
    ctx.fillText(clipped, left, base);
    const [x0, y0] = [left - box.shift[0], base - box.shift[1]];
    return [x0, y0 - size, x0 + width, y0]; // in pixels of the map
  }

  // What a check has found: a ring about each place, an edge about each township.
  function paintMarks(view, app) {
    const marks = app.state.links.marks || [];
    app.drawn.marks = 0;
    for (const { kind, id } of marks) {
      const unit = kind === "unit" ? app.data.unit.get(id) : null;
      if (unit) {
        yida.paint.traceLines(view, unit.lines);
        yida.paint.stroke(view.ctx, MARK, 2.6);
        app.drawn.marks += 1;
        continue;
      }
      const place = yida.placeOf(app, kind, id);
      if (!place || !Number.isFinite(place.x)) continue;
      app.drawn.marks += 1;
      view.ctx.beginPath();
      view.ctx.arc(place.x * view.scale - view.left, place.y * view.scale - view.top, Math.max(place.radius(view.zoom), 3) + 4, 0, 2 * Math.PI);
      view.ctx.fillStyle = "rgba(255, 237, 213, 0.75)";
      view.ctx.fill();
      yida.paint.stroke(view.ctx, MARK, 2);
    }
  }

  function paint(view, app) {
    if (!app.state.links) return;
    if (app.linkData) {
      const light = lightOf(app, app.linkPlace || chosenPlace(app));
      if (app.state.links.tree) paintTree(view, app, light);
      paintNetworks(view, app, light);
      paintOutside(view, app);
    }
    paintMarks(view, app);
  }

  // ---- joining the map ---------------------------------------------------------------------------------------

  function follow(app, state) {
    const wanted = (state.links && state.links.url) || null;
    if (wanted === (app.linksWanted || null)) return;
    app.linksWanted = wanted;
    app.linkData = null;
    if (!wanted) return repaint(app);
    const show = (raw) => {
      if (wanted !== app.linksWanted) return;
      app.linkData = raw && read(app, raw);
      repaint(app);
      yida.legend.fill(app);
      yida.refit();
      document.body.dataset.yidaLinks = "1";
    };
    delete document.body.dataset.yidaLinks;
    yida.fetchJson(wanted).then(show, (reason) => (console.error("yida: the links did not arrive", reason), show(null)));
  }

  function legend(app, body, { section, row, stripe }) {
    const { links } = app.state;
    if (!links || !app.linkData) return;
    const say = (key) => words(app.state, key);
    const line = (colour, width, dash) => stripe([{ stroke: colour, "stroke-width": width, ...(dash ? { "stroke-dasharray": dash } : {}) }]);
    if (links.tree && app.linkData.communities.length) {
      const part = section(body, say("links.manages"));
      app.linkData.communities.forEach(({ name, colour }) => row(part, line(colour, 3), name));
    }
    const networks = (links.kinds || []).map((kind) => app.linkData.networks.get(kind)).filter(Boolean);
    if (networks.length) {
      const part = section(body, say("links.networks"));
      networks.forEach(({ kind, colour }) => row(part, line(colour, 2), say(`link.${kind}`)));
    }
    if (app.linkData.outside.length) {
      const part = section(body, say("links.outside"));
      row(part, line(app.linkData.outside[0].colour, 2, "7 4"), say("links.arrow"));
    }
  }

  yida.links = { paint, hover, follow, legend };
})((window.yida = window.yida || {}));
