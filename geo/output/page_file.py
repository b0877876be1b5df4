"""The briefing as one HTML file that opens from a USB stick: map, scenes, figures, tables, two languages. Fourth floor.

Everything is inside; the content security policy allows no connection at all and only the scripts and styles written
here, by their hashes. Data travels in a block that no browser runs, and reaches the page through textContent.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xstatic.pkg.leaflet

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing, Scene, filled, in_language
from geo.model.inputs import Study
from geo.output.chart_svg import chart_svg
from geo.output.encode import json_text
from geo.output.facts import Export, facts
from geo.output.figures import blanks, scene_sentence, scene_title, shown_figures
from geo.output.language import LANGUAGES, Translate, translator
from geo.output.maps import SCRIPTS, WEB_FOLDER, bands_layer, static_layers
from geo.output.report import missing_sentence, table_rows
from geo.output.scene_map import is_timed, map_minutes, organisation_layer, scene_extras
from geo.output.words import map_text

OWN_FOLDER = Path(__file__).parent / "standalone"
_MOST_ROWS = 300
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Yida 医达</title>
{styles}
</head>
<body>
<div id="map"></div>
<main id="panel">
<header><p id="study"></p><span id="languages"><button type="button" data-language="zh">中文</button>
<button type="button" data-language="en">English</button></span></header>
<nav id="walk"><button type="button" id="back">‹</button><select id="scenes"></select>
<span id="count"></span><button type="button" id="next">›</button>
<button type="button" id="present"></button><button type="button" id="leave"></button></nav>
<h1 id="title"></h1>
<p id="sentence"></p>
<p id="missing"></p>
<section id="place" aria-live="polite" hidden></section>
<div id="figures"></div>
<details id="about"><summary id="facts-name"></summary><dl id="facts"></dl></details>
<p id="audience"></p>
</main>
<script type="application/json" id="yida-data">{data}</script>
{scripts}
</body>
</html>
"""


def page_html(answers: Sequence[Answer], briefing: Briefing, export: Export) -> bytes:
    """The file of released answers, in both languages, opened in the export's.

    Every study, and every version of one, that the scenes show is inside once.
    """
    studies = {answer.study.content_id: answer.study for answer in answers}
    numbers = {content_id: number for number, content_id in enumerate(studies)}
    data = {
        "maps": [_map(study) for study in studies.values()],
        "first": export.language,
        "languages": {lang: _whole(answers[0], briefing, export, lang) for lang in LANGUAGES},
        "given": _given(answers),
        "scenes": [
            _scene(answer, i, export) | {"map": numbers[answer.study.content_id]} for i, answer in enumerate(answers)
        ],
    }
    return _page(data).encode()


def _map(study: Study) -> dict[str, Any]:
    """What does not change between the scenes of a study: its layers, and the words of its map."""
    layers = static_layers(
        study.content_id, study.facility, study.demand, study.unit, study.outline, study.roads, study.scheme
    )
    words = {
        language: {
            "text": map_text(_, language, study.scheme, study),
            "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        }
        for language in LANGUAGES
        for _ in [translator(language)]
    }
    return {"static": json.loads(layers), "bounds": [float(v) for v in study.outline.total_bounds], **words}


def _given(answers: Sequence[Answer]) -> dict[str, Any]:
    """What a page would fetch, by the address that a scene's state asks for."""
    out: dict[str, Any] = {}
    for number, answer in enumerate(answers):
        if _has_bands(answer):
            out[str(number)] = json.loads(bands_layer(answer.areas))
        if answer.scene.links:
            out[f"links{number}"] = json.loads(organisation_layer(answer))
    return out


def _has_bands(answer: Answer) -> bool:
    return "bands" in answer.scene.layers and bool(answer.areas)


def _whole(answer: Answer, briefing: Briefing, export: Export, language: str) -> dict[str, Any]:
    _ = translator(language)
    return {
        "title": filled(in_language(briefing.title, language), blanks(answer, _, language)),
        "stamp": export.release.stamp(_),
        "audience": export.release.audience(_),
        "table": _("The table"),
        "facts": _("What this was made with, and how to repeat it"),
        "back": _("Back"),
        "next": _("Next"),
        "scenes": _("Scenes"),
        "present": _("Meeting mode"),
        "leave": _("Leave meeting mode"),
    }


def _scene(answer: Answer, number: int, export: Export) -> dict[str, Any]:
    scene, found = answer.scene, answer.found
    minutes, threshold_min = map_minutes(answer)
    index = {facility: i for i, facility in enumerate(answer.study.facility["facility_id"])}
    told = {lang: _told(answer, replace(export, language=lang), translator(lang)) for lang in LANGUAGES}
    return told | {
        "state": {
            "layers": dict.fromkeys(scene.layers, True),
            "threshold_min": threshold_min,
            "minutes": [None if np.isnan(m) else round(float(m), 2) for m in minutes] if is_timed(scene) else [],
            "tiers_on": list(scene.shown),
            "tiers_counted": list(scene.tiers),
            "bands_url": str(number) if _has_bands(answer) else None,
            "links": _links(scene, number),
            "highlighted": [[p.kind, p.item_id] for p in scene.highlighted if p not in answer.missing],
        },
        "nearest": [index.get(facility, -1) for facility in found["facility_id"]],
        "view": scene.view and [scene.view.lon, scene.view.lat, scene.view.zoom],
    }


def _links(scene: Scene, number: int) -> dict[str, Any] | None:
    """Which lines between institutions are drawn."""
    if not scene.links:
        return None
    return {"url": f"links{number}", "tree": "links" in scene.layers, "kinds": list(scene.networks)}


def _told(answer: Answer, export: Export, _: Translate) -> dict[str, Any]:
    return {
        "title": scene_title(answer, _, export.language),
        "sentence": scene_sentence(answer, _, export.language),
        "missing": missing_sentence(answer, _),
        "figures": [
            {
                "title": figure.title,
                "value": figure.value,
                "of": figure.of,
                "marks": " · ".join(figure.marks),
                "svg": chart_svg(figure, 300, 280, title=False),
            }
            | table_rows(figure.table, _, _MOST_ROWS)
            for figure in shown_figures(answer, _, export.language)
        ],
        "facts": facts(answer, export, _),
        "nearest": _("First base to arrive") if answer.scene.rescue else _("Nearest facility"),
        "map": scene_extras(answer, _, export.language),
    }


def _page(data: Mapping[str, Any]) -> str:
    leaflet = Path(xstatic.pkg.leaflet.BASE_DIR)
    scripts = [(leaflet if n == "leaflet.js" else WEB_FOLDER) / n for n in SCRIPTS]
    scripts.append(OWN_FOLDER / "standalone.js")
    styles = [leaflet / "leaflet.css", WEB_FOLDER / "map.css", OWN_FOLDER / "standalone.css"]
    code = [_script_text(path) for path in scripts]
    looks = [re.sub(r"url\([^)]*\)", "none", path.read_text(encoding="utf-8")) for path in styles]
    policy = _POLICY.format(scripts=" ".join(map(_hash, code)), styles=" ".join(map(_hash, looks)))
    return _PAGE.format(
        policy=policy,
        styles="\n".join(f"<style>{look}</style>" for look in looks),
        data=_inert(json_text(data)),
        scripts="\n".join(f"<script>{text}</script>" for text in code),
    )


def _script_text(path: Path) -> str:
    """A script's text without a reference to a source map, which a browser's tools would ask for."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text).replace("</script", "<\\/script")


def _inert(text: str) -> str:
    """JSON that cannot end its own block or begin another, whatever names it holds."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
