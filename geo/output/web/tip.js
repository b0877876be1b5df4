// One tooltip for the whole map, ours rather than Leaflet's: streamlit-folium copies a bound tooltip's text into
// innerHTML at every click, which would run a name that is markup.
(function (yida) {
  "use strict";

  const { words, figure } = yida.symbols;

  function build(app) {
    const box = yida.legend.node("div", "yida-tip", "", app.map.getContainer());
    box.hidden = true;
    return box;
  }

  function villageLines(app, i) {
    const { population } = app.data.villages;
    const lines = [];
    const people = population[i];
    const own = yida.marks.classOf(app, i);
    if (typeof people === "number") lines.push(words(app.state, "population", { n: figure(app.state, people) }));
    const how = yida.layers.standing(app, i);
    if (own && how !== "unreached") lines.push(own.label);
    if (how === "unreached") lines.push(words(app.state, "unreachable"));
    if (how === "within" || how === "beyond") {
      lines.push(words(app.state, "minutes", { n: figure(app.state, app.state.minutes[i], 1) }));
    }
    return lines;
  }

  function facilityLines(app, i) {
    const { tier, illustrative } = app.data.facilities;
    const lines = [words(app.state, `tier.${tier[i]}`)];
    if (illustrative && illustrative[i]) lines.push(words(app.state, "illustrative"));
    return lines;
  }

  function linesOf(app, place) {
    if (place.mark) return yida.marks.tipLines(app, place.mark);
    if (place.kind === "unit") return yida.choropleth.lines(app, place.id);
    return place.kind === "village" ? villageLines(app, place.index) : facilityLines(app, place.index);
  }

  function show(app, place, point) {
    const lines = linesOf(app, place);
    const name = yida.legend.node("strong", "", place.name);
    app.tip.replaceChildren(name, ...lines.map((line) => yida.legend.node("span", "", line)));
    app.tip.hidden = false;
    const size = app.map.getSize();
    const x = Math.min(Math.max(point.x + 14, 4), Math.max(size.x - app.tip.offsetWidth - 6, 4));
    const above = point.y - app.tip.offsetHeight - 10;
    app.tip.style.transform = `translate(${x}px, ${above > 4 ? above : point.y + 16}px)`;
  }

  function hide(app) {
    if (app.tip) app.tip.hidden = true;
  }

  yida.tip = { build, show, hide };
})((window.yida = window.yida || {}));
