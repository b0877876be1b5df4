"""Files: how long a briefing takes as HTML, slides and paper."""

import time
from dataclasses import replace
from datetime import datetime

from geo.output.export import make_files
from geo.output.facts import Export
from geo.output.language import LANGUAGES, translator
from geo.output.release import Release
from geo.store import open_store
from geo.study import open_study
from geo.study.answering import Answering
from geo.study.briefing import ready_briefing
from tests.bench.measure import say

LIMIT_S = {"html": 3.0, "pptx": 15.0, "pdf": 15.0}
SCENES = 8


def run() -> None:
    """The sample county's briefing, lengthened to 8 scenes: answered once, then made in each format."""
    study = open_study(open_store(), "xishui")
    ready = ready_briefing(study, {language: translator(language) for language in LANGUAGES})
    briefing = replace(ready, scenes=(*ready.scenes, *ready.scenes[2:])[:SCENES])
    begin = time.perf_counter()
    answers = list(Answering(lambda name, version: (study, 1)).answers(briefing))
    say(f"answer {SCENES} scenes of the sample county", time.perf_counter() - begin, "s")
    for form, limit_s in LIMIT_S.items():
        export = Export("zh", Release(), datetime.now().astimezone(), form, "ready")
        begin = time.perf_counter()
        made = make_files(answers, briefing, export)
        spent = time.perf_counter() - begin
        say(f"{form} of {SCENES} scenes", spent, "s", at_most=limit_s)
        if form == "html":
            say("… its size", len(made["html"]) / 1e6, "MB", at_most=5.0)
