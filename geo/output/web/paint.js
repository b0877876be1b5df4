// Canvas layers drawn from flat arrays. Coordinates are turned once into fractions of the Mercator world, so a redraw
// is a multiplication; tens of thousands of Leaflet objects would cost seconds instead of milliseconds.
(function (yida) {
  "use strict";

  const worldX = (lon) => (lon + 180) / 360;
  function worldY(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  // A line of the map: its vertices and its box, both in world fractions.
  function lineOf(flat) {
    const xy = new Float64Array(flat.length);
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < flat.length; i += 2) {
      xy[i] = worldX(flat[i]);
      xy[i + 1] = worldY(flat[i + 1]);
      box[0] = Math.min(box[0], xy[i]);
      box[1] = Math.min(box[1], xy[i + 1]);
      box[2] = Math.max(box[2], xy[i]);
      box[3] = Math.max(box[3], xy[i + 1]);
    }
    return { xy, box };
  }

  // Every ring or line of a GeoJSON geometry, however deep it is nested.
  function linesOf(geometry) {
    if (!geometry) return [];
    if (geometry.geometries) return geometry.geometries.flatMap(linesOf);
    const walk = (part) => (typeof part[0][0] === "number" ? [lineOf(part.flatMap((p) => [p[0], p[1]]))] : part.flatMap(walk));
    return geometry.coordinates && geometry.coordinates.length ? walk(geometry.coordinates) : [];
  }

  // Points without a position become NaN and fail every comparison: never drawn, never hit.
  function pointsOf(table) {
    const place = (list, project) => Float64Array.from(list, (v) => (typeof v === "number" ? project(v) : NaN));
    const at = new Map(table.id.map((id, i) => [id, i]));
    return { ...table, x: place(table.lon, worldX), y: place(table.lat, worldY), at, count: table.id.length };
  }

  function inside(lines, x, y) {
    let odd = false;
    for (const { xy, box } of lines) {
      if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) continue;
      for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
        const crosses = xy[i + 1] > y !== xy[j + 1] > y;
        if (crosses && x < ((xy[j] - xy[i]) * (y - xy[i + 1])) / (xy[j + 1] - xy[i + 1]) + xy[i]) odd = !odd;
      }
    }
    return odd;
  }

  const apart = (view, box) => box[0] > view.east || box[2] < view.west || box[1] > view.south || box[3] < view.north;
  const inSight = (view, x, y) => x >= view.west && x <= view.east && y >= view.north && y <= view.south;

  function traceRings(view, lines) {
    view.ctx.beginPath();
    for (const { xy, box } of lines) {
      if (apart(view, box)) continue;
      for (let i = 0; i < xy.length; i += 2) {
        const x = xy[i] * view.scale - view.left, y = xy[i + 1] * view.scale - view.top;
        if (i) view.ctx.lineTo(x, y);
        else view.ctx.moveTo(x, y);
      }
      view.ctx.closePath();
    }
  }

  // Only segments that can be seen: dashing a boundary that runs for a million pixels outside the screen is slow.
  function traceLines(view, lines) {
    view.ctx.beginPath();
    for (const { xy, box } of lines) if (!apart(view, box)) traceLine(view, xy);
  }

  function traceLine(view, xy) {
    let pen = false;
    for (let i = 2; i < xy.length; i += 2) {
      const hidden = apart(view, [
        Math.min(xy[i - 2], xy[i]), Math.min(xy[i - 1], xy[i + 1]), Math.max(xy[i - 2], xy[i]), Math.max(xy[i - 1], xy[i + 1]),
      ]);
      if (!hidden && !pen) view.ctx.moveTo(xy[i - 2] * view.scale - view.left, xy[i - 1] * view.scale - view.top);
      if (!hidden) view.ctx.lineTo(xy[i] * view.scale - view.left, xy[i + 1] * view.scale - view.top);
      pen = !hidden;
    }
  }

  function stroke(ctx, colour, width, dash) {
    ctx.lineJoin = "round";
    ctx.lineCap = dash && dash[0] > 1 ? "butt" : "round";
    ctx.setLineDash(dash || []);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  // Leaflet's own renderer does the moving and zooming of the canvas; only the drawing is ours. Clicks are looked up
  // at map level, because stacked canvases would hide each other's events.
  function defineLayer() {
    return L.Renderer.extend({
      initialize(paint, options) {
        L.Renderer.prototype.initialize.call(this, options);
        this._paint = paint;
      },
      _initContainer() {
        this._container = document.createElement("canvas");
        this._container.setAttribute("aria-hidden", "true");
        this._ctx = this._container.getContext("2d");
      },
      _destroyContainer() {
        this._container.remove();
        delete this._container;
      },
      _updatePaths() {},
      _update() {
        if (this._map._animatingZoom && this._bounds) return;
        L.Renderer.prototype._update.call(this);
        this._origin = this._map.getPixelOrigin().add(this._bounds.min);
        this._fit(this._bounds.getSize());
        L.DomUtil.setPosition(this._container, this._bounds.min);
        this.repaint();
      },
      _fit(size) {
        this._ratio = Math.min(window.devicePixelRatio || 1, 2);
        this._container.width = size.x * this._ratio;
        this._container.height = size.y * this._ratio;
        this._container.style.width = `${size.x}px`;
        this._container.style.height = `${size.y}px`;
      },
      repaint() {
        const { width, height } = this._container;
        this._ctx.setTransform(1, 0, 0, 1, 0, 0);
        this._ctx.clearRect(0, 0, width, height);
        this._ctx.scale(this._ratio, this._ratio);
        this._paint(this._view(width / this._ratio, height / this._ratio));
      },
      _view(width, height) {
        const scale = 256 * 2 ** this._zoom;
        const { x: left, y: top } = this._origin;
        const sight = { west: left / scale, east: (left + width) / scale, north: top / scale, south: (top + height) / scale };
        return { ctx: this._ctx, scale, left, top, zoom: this._zoom, ...sight };
      },
    });
  }

  yida.paint = { worldX, worldY, lineOf, linesOf, pointsOf, inside, inSight, traceRings, traceLines, stroke, defineLayer };
})((window.yida = window.yida || {}));
