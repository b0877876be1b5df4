// The briefing as one file: scenes, figures and tables beside the map, in both languages, without asking anybody.
(function (yida) {
  "use strict";

  const data = JSON.parse(document.getElementById("yida-data").textContent);
  const byId = (id) => document.getElementById(id);
  const node = (tag, className, text, parent) => yida.legend.node(tag, className, text, parent);
  const wide = window.matchMedia("(min-width: 861px)");
  let map = null;
  let mapShown = -1;
  let views = 0; // grows when the view is to be taken anew
  let at = 0;
  let language = data.first;
  let chosen = null;
  let staged = false;

  const words = () => data.languages[language];
  const told = () => data.scenes[at][language];
  const ground = () => data.maps[data.scenes[at].map];

  function state() {
    const scene = data.scenes[at];
    const { view } = scene;
    const { text, ...beside } = told().map; // bases, closed roads, coloured townships, in the words of the language
    return {
      ...scene.state, ...ground()[language], ...beside, text: { ...ground()[language].text, ...text }, stage: staged && wide.matches, lang: language, stamp: words().stamp, selected: chosen,
      fly: view ? { seq: views, lon: view[0], lat: view[1], zoom: view[2] } : { seq: views, bounds: ground().bounds },
    };
  }

  // A map draws one version of one study; a scene of another one brings its own.
  function spread() {
    const number = data.scenes[at].map;
    if (number === mapShown) return;
    if (map) map.remove();
    mapShown = number;
    delete document.body.dataset.yidaReady;
    map = L.map("map", {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, maxBoundsViscosity: 0.6,
    });
    yida.init(map, { static: ground().static, bounds: ground().bounds, view: null, given: data.given });
  }

  function figure(parent, made) {
    const box = node("section", "yida-figure", "", parent);
    node("h3", made.title === told().title ? "yida-same" : "", made.title, box);
    const line = node("p", "yida-value", "", box);
    node("strong", "", made.value, line);
    node("span", "", made.of, line);
    if (made.marks) node("p", "yida-marks", made.marks, box);
    box.appendChild(document.importNode(new DOMParser().parseFromString(made.svg, "image/svg+xml").documentElement, true));
    table(box, made);
  }

  function table(parent, { head, rows, numbers, left_out: leftOut }) {
    const holder = node("details", "", "", parent);
    node("summary", "", words().table, holder);
    const made = node("table", "", "", holder);
    const top = node("tr", "", "", node("thead", "", "", made));
    head.forEach((text) => node("th", "", text, top));
    const body = node("tbody", "", "", made);
    rows.forEach((cells) => {
      const row = node("tr", "", "", body);
      cells.forEach((text, i) => node("td", numbers.includes(i) ? "yida-number" : "", text, row));
    });
    if (leftOut) node("p", "yida-marks", leftOut, holder);
  }

  function place() {
    const box = byId("place");
    box.hidden = !chosen;
    if (!chosen) return;
    const { villages, facilities, units } = ground().static;
    const table = { village: villages, facility: facilities }[chosen.kind];
    const i = table ? table.id.indexOf(chosen.id) : -1;
    const unit = (id) => (units.find((u) => u.id === id) || { name: "" }).name;
    const lines = [];
    if (chosen.kind === "village" && i >= 0) lines.push(...villageLines(i, unit));
    if (chosen.kind === "facility" && i >= 0) lines.push(ground()[language].text[`tier.${facilities.tier[i]}`]);
    const name = chosen.kind === "unit" ? unit(chosen.id) : i >= 0 ? table.name[i] : "";
    box.replaceChildren(node("h3", "", name), ...lines.map((line) => node("p", "", line)));
  }

  function villageLines(i, unit) {
    const { villages, facilities } = ground().static;
    const { state: shown, nearest } = data.scenes[at];
    const minutes = shown.minutes[i];
    const { text } = state();
    const say = (key, n) => text[key].replace("{n}", n);
    return [
      unit(villages.unit[i]), say("population", Number(villages.population[i] || 0).toLocaleString(language)),
      minutes === undefined ? "" : minutes === null ? text.unreachable : say("minutes", minutes.toFixed(1)),
      nearest[i] >= 0 && minutes !== undefined ? `${told().nearest}: ${facilities.name[nearest[i]]}` : "",
    ].filter(Boolean);
  }

  function panel() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = words().title;
    byId("study").textContent = words().title;
    byId("count").textContent = `${at + 1} / ${data.scenes.length}`;
    byId("title").textContent = told().title;
    byId("sentence").textContent = told().sentence;
    byId("missing").textContent = told().missing;
    byId("figures").replaceChildren();
    told().figures.forEach((made) => figure(byId("figures"), made));
    byId("facts-name").textContent = words().facts;
    byId("facts").replaceChildren(...told().facts.flatMap(([label, text]) => [node("dt", "", label), node("dd", "", text)]));
    byId("audience").textContent = words().audience;
    document.querySelectorAll("[data-language]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.language === language)));
    [["back", words().back, at === 0], ["next", words().next, at === data.scenes.length - 1]].forEach(([id, name, off]) => {
      byId(id).setAttribute("aria-label", name);
      byId(id).disabled = off;
    });
    byId("present").textContent = words().present;
    byId("leave").textContent = words().leave;
    byId("scenes").setAttribute("aria-label", words().scenes);
    byId("scenes").replaceChildren(...data.scenes.map((scene, i) => option(scene[language].title, i)));
    place();
  }

  function option(title, i) {
    const made = node("option", "", `${i + 1}. ${title}`);
    made.value = String(i);
    made.selected = i === at;
    return made;
  }

  function show() {
    spread();
    panel();
    yida.update(state());
  }

  function go(to) {
    if (to < 0 || to >= data.scenes.length || to === at) return;
    at = to;
    chosen = null;
    views += 1;
    byId("panel").scrollTop = 0;
    if (staged) fill();
    remember();
    show();
  }

  // The address keeps the scene and the stage, so that a reload or a link comes back to them.
  function remember() {
    history.replaceState(null, "", `#${staged ? "stage" : "scene"}=${at + 1}`);
  }

  function asked() {
    const [, mode, number] = /^#(stage|scene)=(\d+)$/.exec(location.hash) || [];
    at = Math.min(Math.max(Number(number || 1) - 1, 0), data.scenes.length - 1);
    staged = mode === "stage";
  }

  // In a meeting: large type, the whole screen, nothing but next and back.
  function stage(on) {
    staged = on;
    document.body.classList.toggle("on-stage", on);
    if (on) fill();
    else if (document.fullscreenElement) document.exitFullscreen();
    remember();
    refit();
  }

  // A browser fills the screen only for a key or a click, so a link to the stage does at its first step.
  function fill() {
    if (document.fullscreenEnabled && !document.fullscreenElement) document.documentElement.requestFullscreen().catch(() => {});
  }

  let waiting = 0;
  function refit() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      views += 1;
      show();
    }, 80);
  }

  yida.tell = (clicked) => {
    chosen = clicked.id ? { kind: clicked.kind, id: clicked.id } : null;
    show();
  };

  byId("back").addEventListener("click", () => go(at - 1));
  byId("next").addEventListener("click", () => go(at + 1));
  byId("scenes").addEventListener("change", (event) => go(Number(event.target.value)));
  document.querySelectorAll("[data-language]").forEach((button) => {
    button.addEventListener("click", () => {
      language = button.dataset.language;
      show();
    });
  });
  byId("present").addEventListener("click", () => stage(true));
  byId("leave").addEventListener("click", () => stage(false));
  // Keys of a keyboard or a clicker. Off stage the map and the controls keep their keys.
  const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
  const STAGE_STEPS = { ...STEPS, ArrowDown: 1, " ": 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  document.addEventListener("keydown", (event) => {
    if (staged && event.key === "Escape") return stage(false);
    const step = (staged ? STAGE_STEPS : STEPS)[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return undefined;
    if (event.target.closest(staged ? "select" : "select, summary, #map")) return undefined;
    event.preventDefault();
    event.stopPropagation(); // before Leaflet takes it for the map
    return go(Math.min(Math.max(at + step, 0), data.scenes.length - 1));
  }, true);
  document.addEventListener("fullscreenchange", () => (staged && !document.fullscreenElement ? stage(false) : refit()));
  window.addEventListener("resize", () => staged && refit());
  window.addEventListener("hashchange", () => {
    asked();
    stage(staged);
  });
  // A finger drawn across the panel turns the page; across the map it moves the map.
  let touched = null;
  byId("panel").addEventListener("touchstart", (event) => { touched = event.changedTouches[0]; }, { passive: true });
  byId("panel").addEventListener("touchend", (event) => {
    const [to, from] = [event.changedTouches[0], touched];
    touched = null;
    if (!from) return;
    const across = to.clientX - from.clientX;
    if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(to.clientY - from.clientY)) go(at - Math.sign(across));
  }, { passive: true });
  asked();
  document.body.classList.toggle("on-stage", staged);
  show();
})((window.yida = window.yida || {}));
