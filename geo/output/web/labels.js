// Township names on the map: placed at their seats, hidden where they would cover each other.
(function (yida) {
  "use strict";

  const LIFT_PX = 15; // above the seat, where the township hospital's own symbol usually stands
  const LINE_PX = 17;

  function make(app, unit) {
    const element = yida.legend.node("span", "yida-label", unit.name);
    const icon = L.divIcon({ className: "yida-label-anchor", html: element, iconSize: [0, 0] });
    const marker = L.marker([unit.seat[1], unit.seat[0]], { icon, pane: "yida-labels", keyboard: false });
    marker.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      yida.choose("unit", unit.id);
    });
    marker.on("mouseover", () => yida.tip.hide(app));
    return { marker, element, unit, width: 0 };
  }

  function build(app) {
    const named = app.data.units.filter((unit) => unit.level !== "county" && unit.name && unit.seat);
    return named.map((unit) => make(app, unit));
  }

  function box(app, label) {
    const at = app.map.latLngToLayerPoint(label.marker.getLatLng());
    label.width = label.width || label.element.offsetWidth;
    return [at.x - label.width / 2 - 3, at.y - LIFT_PX - LINE_PX, at.x + label.width / 2 + 3, at.y - LIFT_PX + 4];
  }

  const clash = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // The highlighted township keeps its name whatever happens; the others come in the table's order.
  function arrange(app) {
    const kept = [];
    const first = (label) => (label.unit.id === app.state.highlight_unit ? 0 : 1);
    const sorted = [...app.labels].sort((a, b) => first(a) - first(b));
    for (const label of sorted) {
      const space = box(app, label);
      const free = !kept.some((other) => clash(space, other));
      label.element.classList.toggle("yida-covered", !free);
      label.element.classList.toggle("yida-chosen", first(label) === 0);
      if (free) kept.push(space);
    }
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
