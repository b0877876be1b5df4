"""Scenes of networks between institutions on the toy county, by hand.

县人民医院 reads the ECGs of 北村's clinic, the only one, and not those of the health centre; that clinic's doctor is
the family doctor of 北村, one of six villages.
"""

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing, Scene
from geo.model.errors import BriefingInvalid
from geo.model.inputs import Study
from geo.model.scene_json import from_json, to_json
from geo.model.schema import LINK, conform
from geo.output.export import make_files
from geo.output.facts import facts
from geo.output.figures import figure_of, scene_sentence, scene_title
from geo.output.picture import map_svg
from geo.output.release import Release
from geo.output.scene_map import is_timed
from geo.study import assumptions_for
from geo.study.answering import Answering
from geo.study.build import with_tables
from geo.study.page_scenes import structure_scene
from tests.geo.briefings import TRANSLATORS, export

EN = TRANSLATORS["en"]
LINKS = [("reads_ecg_for", "F1", "F3"), ("family_doctor", "F3", "V3"), ("refers_to", "F3", "F2")]


@pytest.fixture(scope="module")
def county(toy: Study) -> Study:
    rows = [{"link_id": f"L{i}", "kind": k, "from_id": a, "to_id": b} for i, (k, a, b) in enumerate(LINKS)]
    table = pd.DataFrame(rows).reindex(columns=list(LINK)).astype(object).fillna("")
    return with_tables(toy, {"link": conform(table, LINK, path="", name="link")})


def scene_of(study: Study, *networks: str, lines: bool = False) -> Scene:
    return structure_scene(
        study, "car", assumptions_for(study), lines=lines, villages=False, translators=TRANSLATORS, networks=networks
    )


def data_of(body: str) -> Any:
    """What the single file holds."""
    return json.loads(re.findall(r'<script type="application/json" id="yida-data">(.*?)</script>', body, re.S)[0])


def answered(study: Study, scene: Scene) -> Answer:
    return Answering(lambda name, version: (study, 3)).answer(scene)


def test_the_figure_counts_the_places_that_a_network_should_reach(county: Study) -> None:
    answer = answered(county, scene_of(county, "reads_ecg_for"))
    figure = figure_of(answer, "networks", EN, "en")
    assert figure.table[["Should be connected", "Connected", "All"]].values.tolist() == [
        ["village clinics", 1, 1], ["township hospitals", 0, 1],
    ]  # fmt: skip
    assert (figure.value, figure.of.split(" ")[:2]) == ("1", ["of", "2"])
    assert figure.chart.values == (100.0, 0.0) and figure.chart.said == ("1 of 1", "0 of 1")
    doctors = figure_of(answered(county, scene_of(county, "family_doctor")), "networks", EN, "en")
    assert (doctors.value, doctors.of) == ("16.7 %", "1 of 6 villages")


def test_without_a_network_drawn_it_counts_all_and_without_links_none(county: Study, toy: Study) -> None:
    every = figure_of(answered(county, scene_of(county)), "networks", EN, "en")
    assert set(every.table["Network"]) == {"Two-way referral", "ECG network", "Family-doctor teams"}
    none = figure_of(answered(toy, scene_of(toy)), "networks", EN, "en")
    assert (none.value, len(none.table)) == ("0", 0)


def test_title_and_sentence_name_the_networks_and_whom_they_connect(county: Study) -> None:
    answer = answered(county, scene_of(county, "reads_ecg_for", "family_doctor"))
    assert scene_title(answer, EN, "en") == "Whom it connects: ECG network, Family-doctor teams"
    assert scene_sentence(answer, EN, "en") == (
        "Connected — ECG network: 1 of 1 village clinics; ECG network: 0 of 1 township hospitals; "
        "Family-doctor teams: 1 of 6 villages."
    )
    said = scene_title(answer, TRANSLATORS["zh"], "zh") + scene_sentence(answer, TRANSLATORS["zh"], "zh")
    assert "心电网络" in said and not re.search(r"[A-Za-z{}]", said)
    assert dict(facts(answer, export("pdf", "en"), EN))["Networks"] == "ECG network, Family-doctor teams"


def test_the_printed_map_draws_a_line_for_each_link_and_names_the_network(county: Study) -> None:
    drawn = map_svg(answered(county, scene_of(county, "reads_ecg_for")), export("png", "en"), EN)
    lines = re.findall(r'<g opacity="0.55"><path d="([^"]+)"[^>]*stroke="#C2185B"', drawn)
    assert [d.count("M") for d in lines] == [1] and "ECG network" in drawn
    plain = map_svg(answered(county, scene_of(county)), export("png", "en"), EN)
    assert "#C2185B" not in plain and "ECG network" not in plain


@pytest.mark.parametrize(("lines", "networks"), [(True, ("reads_ecg_for",)), (False, ("family_doctor",)), (True, ())])
def test_a_file_that_opens_anywhere_draws_the_same_lines(county: Study, lines: bool, networks: tuple[str, ...]) -> None:
    scene = scene_of(county, *networks, lines=lines)
    body = make_files([answered(county, scene)], Briefing({}, (scene,)), export("html", "en"))["html"].decode()
    data = data_of(body)
    assert data["scenes"][0]["state"]["links"] == {"url": "links0", "tree": lines, "kinds": list(networks)}
    drawn = {network["kind"]: network["rows"] for network in data["given"]["links0"]["networks"]}
    assert drawn["reads_ecg_for"] == [["f2", "f0"]], "who is served, who serves"


def test_a_public_file_names_no_owner_and_rounds_the_places_outside(county: Study) -> None:
    told = [("grid_owner", "{'name': '王五 13800001234', 'lon': 106.1234567, 'lat': 28.7654321}")]
    told += [("pairs_with", "{'name': '市医院 13800001234', 'lon': 106.9876543, 'lat': 28.7654321, 'by': '王五'}")]
    rows = [
        {"link_id": kind, "kind": kind, "from_id": f"outside:{kind}", "to_id": to, "since": "", "properties": text}
        for (kind, quoted), to in zip(told, ("V1", "F1"), strict=True)
        for text in [quoted.replace("'", '"')]
    ]
    study = with_tables(county, {"link": conform(pd.DataFrame(rows), LINK, path="", name="link")})
    scene = scene_of(study, "grid_owner", "reads_ecg_for", lines=True)
    bodies = [
        make_files(
            [answered(study, scene)], Briefing({}, (scene,)), export("html", "zh", release=Release(public=public))
        )
        for public in (False, True)
    ]
    internal, public = (json.dumps(data_of(body["html"].decode()), ensure_ascii=False) for body in bodies)
    assert all(word in internal for word in ("王五", "13800001234", "106.98765"))
    assert not [word for word in ("王五", "13800001234", "106.98765", "106.12346") if word in public]
    assert "市医院" in public and "106.9877" in public


def test_a_map_of_lines_shows_no_minutes(county: Study) -> None:
    assert not is_timed(scene_of(county, "reads_ecg_for"))


def test_networks_travel_as_json_and_an_unknown_one_is_refused(county: Study) -> None:
    briefing = Briefing({}, (scene_of(county, "reads_ecg_for", lines=True),))
    assert from_json(to_json(briefing)) == briefing
    for wrong in (("magic",), ("family_doctor",) * 100_000):  # a small file that would be drawn for hours
        with pytest.raises(BriefingInvalid, match=wrong[0]):
            replace(briefing.scenes[0], networks=wrong)
    for name, value in (("layers", "links"), ("tiers", "village_clinic"), ("shown", "village_clinic")):
        with pytest.raises(BriefingInvalid):
            replace(briefing.scenes[0], **{name: (value,) * 100_000})
