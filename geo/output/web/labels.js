// Township names on the map: placed at their seats, hidden where they would cover each other.
(function (yida) {
  "use strict";

  const LIFT_PX = 13; // above the seat, where the township hospital's own symbol usually stands; also in map.css
  const DROP_PX = 9; // under it, where another name stands above; also in map.css
  const APART_PX = 2;

  function make(app, unit) {
    const element = yida.legend.node("span", "yida-label", unit.name);
    const icon = L.divIcon({ className: "yida-label-anchor", html: element, iconSize: [0, 0] });
    const marker = L.marker([unit.seat[1], unit.seat[0]], { icon, pane: "yida-labels", keyboard: false });
    marker.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      yida.choose("unit", unit.id);
    });
    marker.on("mouseover", () => yida.tip.hide(app));
    return { marker, element, unit };
  }

  function build(app) {
    const named = app.data.units.filter((unit) => unit.level !== "county" && unit.name && unit.seat);
    return named.map((unit) => make(app, unit));
  }

  function box(app, label) {
    const at = app.map.latLngToLayerPoint(label.marker.getLatLng());
    const { offsetWidth: width, offsetHeight: height } = label.element; // another size on stage and on a large screen
    const half = width / 2 + APART_PX;
    const [above, below] = [at.y - LIFT_PX - height, at.y + DROP_PX];
    return [above, below].map((top) => [at.x - half, top, at.x + half, top + height]);
  }

  const clash = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // The highlighted township keeps its name whatever happens; the others come in the table's order.
  function arrange(app) {
    const kept = [];
    const first = (label) => (label.unit.id === app.state.highlight_unit ? 0 : 1);
    const sorted = [...app.labels].sort((a, b) => first(a) - first(b));
    sorted.forEach((label) => label.element.classList.toggle("yida-chosen", first(label) === 0));
    const spaces = sorted.map((label) => box(app, label)); // measured together: a change between would cost a layout each
    sorted.forEach((label, i) => {
      const at = spaces[i].findIndex((space) => !kept.some((other) => clash(space, other)));
      label.element.classList.toggle("yida-covered", at < 0);
      label.element.classList.toggle("yida-below", at === 1);
      if (at >= 0) kept.push(spaces[i][at]);
    });
    app.drawn.labels = kept.length;
  }

  function refresh(app) {
    const on = app.state.layers.labels;
    app.drawn.labels = 0;
    app.labels.forEach(({ marker }) => (on ? marker.addTo(app.map) : marker.remove()));
    if (on) arrange(app);
  }

  yida.labels = { build, refresh };
})((window.yida = window.yida || {}));
