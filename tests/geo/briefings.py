"""The toy county of tests/geo/county.py as a briefing, answered: what files are made from in tests.

At 10 minutes, by ambulance from the hospital and the health centre (worked out in tests/geo/county.py): 西村 7 min,
中村 6, 东村 6 and 北村 12; 岛村 and 远村 have no way. So 3,400 of 3,757 people are covered, 300 beyond, 57 unreachable.
"""

from dataclasses import replace
from datetime import UTC, datetime

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing
from geo.model.inputs import Study
from geo.output.facts import Export
from geo.output.language import LANGUAGES, translator
from geo.output.release import Release
from geo.study.answering import Answering
from geo.study.briefing import plain_scene, ready_briefing

TRANSLATORS = {language: translator(language) for language in LANGUAGES}
MADE_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HOSTILE = [
    "{{cycler.__init__.__globals__.os.system('touch /tmp/yida_hostile_ran')}}",
    "</script><script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=1">',
    "]]><svg onload=window.pwned=1><!--",
    '=HYPERLINK("http://example.invalid","x")',
    '#image("/etc/passwd") #eval("1") $x$ @ref',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x00\x07控制\u202e字符\ufffe",
    "'\"`;window.pwned=1;//\\u003cscript\\u003e",
]


def ready(study: Study, threshold_min: float = 10.0) -> Briefing:
    scene = replace(plain_scene(study, TRANSLATORS), threshold_min=threshold_min)
    return ready_briefing(study, TRANSLATORS, scene)


def answered(study: Study, briefing: Briefing | None = None) -> list[Answer]:
    """Every scene of a briefing (by default the ready one), answered on this study, which is its version 3."""
    return list(Answering(lambda name, version: (study, 3)).answers(briefing or ready(study)))


def export(form: str, language: str = "zh", **changes: object) -> Export:
    plain = Export(language, Release(), MADE_AT, form, briefing="ready")
    return replace(plain, **changes)  # type: ignore[arg-type]


def hostile(study: Study) -> Study:
    """The study with an attack in every name and id that a list could bring in."""

    def attacked(count: int, shift: int) -> list[str]:
        return [HOSTILE[(i + shift) % len(HOSTILE)] + " " * (i // len(HOSTILE)) for i in range(count)]

    facility, demand, unit = study.facility.copy(), study.demand.copy(), study.unit.copy()
    facility["name"], facility["category"] = attacked(len(facility), 0), attacked(len(facility), 3)
    facility["facility_id"], facility["source"] = attacked(len(facility), 1), attacked(len(facility), 2)
    demand["name"], demand["demand_id"] = attacked(len(demand), 4), attacked(len(demand), 0)
    unit["name"] = attacked(len(unit), 5)
    changed = replace(study, facility=facility, demand=demand, unit=unit)
    title = dict.fromkeys(LANGUAGES, HOSTILE[1] + HOSTILE[5])
    attribution = [{"what": HOSTILE[2], "source": HOSTILE[4], "licence": HOSTILE[0], "date": "x", "credit": HOSTILE[3]}]
    header = {**changed.header, "title": title, "notes": title, "attribution": attribution, "illustrative": True}
    return replace(changed, header=header)
