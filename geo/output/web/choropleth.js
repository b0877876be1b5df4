// Areas coloured by a figure: classes, colours and words come with the state, so that page, legend and map agree.
// Areas without a figure are hatched, never white and never the lowest class.
(function (yida) {
  "use strict";

  const { traceRings, stroke } = yida.paint;
  const GROUND = "#f1f2f2";
  const LINES = "#b4babf";
  const EDGE = "rgba(255, 255, 255, 0.9)";
  const STEP_PX = 7;

  const areas = (app) => app.data.units.filter((unit) => unit.level !== "county");
  const classOf = (app, unit) => app.state.choropleth.classes[app.state.choropleth.of[unit.id]];

  function hatch(ctx) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = STEP_PX;
    const pen = tile.getContext("2d");
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, STEP_PX, STEP_PX);
    pen.strokeStyle = LINES;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const shift of [-STEP_PX, 0, STEP_PX]) {
      pen.moveTo(shift, STEP_PX);
      pen.lineTo(shift + STEP_PX, 0);
    }
    pen.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  function paint(view, app) {
    app.drawn.choropleth = 0;
    if (!app.state.choropleth) return;
    const none = hatch(view.ctx);
    for (const unit of areas(app)) {
      const own = classOf(app, unit);
      traceRings(view, unit.lines);
      view.ctx.fillStyle = own ? own.colour : none;
      view.ctx.fill("evenodd");
      stroke(view.ctx, EDGE, 1);
      app.drawn.choropleth += own ? 1 : 0;
    }
  }

  const lines = (app, id) => (app.state.choropleth && app.state.choropleth.tips[id]) || [];
  const lacking = (app) => areas(app).some((unit) => !classOf(app, unit));

  yida.choropleth = { paint, lines, lacking, GROUND, LINES };
})((window.yida = window.yida || {}));
