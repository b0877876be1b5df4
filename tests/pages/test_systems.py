"""Each health system of the policy (docs: domain, section 3), built from small tables and found on the page."""

from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.model.schemes import load_scheme
from geo.store import open_store
from geo.study import desk
from tests.geo.desk_files import after_of, table
from tests.geo.systems import Place, System, build
from tests.pages.structure_page import KEY_ABLE, XISHUI, on_map, open_tab, opened, shown, text


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


Pairs = set[tuple[str, str]]


def drawn(page: AppTest, name: str) -> dict[str, Pairs]:
    """What the map draws: link kind → (served, serving) of its lines, and under "manages" child and parent."""
    study = open_store().load(name)
    _, lines = on_map(page)
    care = study.facility["facility_id"].tolist()
    ids = {f"f{at}": i for at, i in enumerate(care)} | {f"v{at}": i for at, i in enumerate(study.demand["demand_id"])}
    found = {n["kind"]: {(ids[a], ids[b]) for a, b in n["rows"]} for n in lines["networks"]}
    managed = {(care[child], care[parent]) for child, parent in enumerate(lines["parent"]) if parent >= 0}
    return found | {"manages": managed}


def test_xishui_two_five_n_with_branch_surgery_and_staffing(tmp_path: Path) -> None:
    page = shown(XISHUI, tmp_path, "facility:T101")
    told = text(page)
    assert "2 + 5 + N: 2 of 2, 1 of 5, N = 1 + 1 + 1" in told
    assert drawn(page, "习水试") == {
        "manages": {("T101", "H2"), ("T102", "T101"), ("E1", "T102"), ("V1", "T102")},
        "branch_of": {("T101", "H2")},
        "refers_to": {("V1", "T102")},
    }
    assert "Branch of,县中医医院" in told and "Surgery" in told and "Belongs to **县中医医院**" in told
    point = text(opened(study="习水试", lang="en", at="facility:E1"))
    assert "Staffing: Staffed part-time" in point and "温水镇卫生院" in point


def test_the_income_and_visits_of_tucheng_pass_the_desk_and_stand_on_its_card(tmp_path: Path) -> None:
    header = ("指标代码", "区划代码", "统计期", "分子", "数据来源")
    rows = [("yida:income", "T101", "2020", 7_200_000, "材料"), ("yida:income", "T101", "2023", 18_600_000, "材料"),
            ("yida:visits_per_day", "T101", "2023", 180, "材料")]  # fmt: skip
    study = build(XISHUI, tmp_path)
    check = desk.check_file(table(tmp_path / "i.csv", header, rows), "indicators", desk.context_of(study), {})
    assert (check.verdict, check.rows_ok) == ("accepted", 3)
    open_store().save(after_of(study, check), "files", replace=True)
    told = text(opened(study="习水试", lang="en", at="facility:T101"))
    for line in ("2020,7200000", "2023,18600000", "2023,180"):
        assert f",{line}" in told


def suixi() -> System:
    """县人民医院 leads 12 centres and 133 clinics, 县中医医院 6 and 79."""
    care = [Place(f"H{c}", n, "county_hospital", "", f"C{c}", (0, -250), "", KEY_ABLE, "lead")
            for c, n in ((1, "县人民医院"), (2, "县中医医院"))]  # fmt: skip
    for c, centres, clinics in ((1, 12, 133), (2, 6, 79)):
        care += [Place(f"T{c}-{i}", f"卫生院{c}-{i}", "township_hospital", f"H{c}", f"C{c}", (100.0 * i, 0))
                 for i in range(centres)]  # fmt: skip
        care += [Place(f"V{c}-{i}", f"卫生室{c}-{i}", "village_clinic", f"T{c}-{i % centres}", f"C{c}", (50.0 * i, 0))
                 for i in range(clinics)]  # fmt: skip
    owners = [("网格包保", owner, "V1", "", "", "", "", f'{{"level": "{level}"}}')
              for owner, level in (("H1", "county"), ("T1-0", "town"), ("V1-0", "village"))]  # fmt: skip
    more = [("远程会诊", "H1", "T1-0"), ("专家下沉", "H1", "T1-0", "2022"), ("中心药房", "H1", "V1-0")]
    return System("濉溪试", "three_levels", tuple(care), (*owners, *more))


def test_suixi_grid_owners_consultation_posting_drugs_and_the_two_communities(tmp_path: Path) -> None:
    page = shown(suixi(), tmp_path, "village:V1")
    told = text(page)
    owned = [line for line in told.splitlines() if line.startswith("Grid owned by")]
    assert [o.split(",")[1] for o in owned] == ["县人民医院", "卫生院1-0", "卫生室1-0"]
    assert ["county" in owned[0], "township" in owned[1], "village" in owned[2]] == [True] * 3
    lines = drawn(page, "濉溪试")
    assert lines["grid_owner"] == {("V1", "H1"), ("V1", "T1-0"), ("V1", "V1-0")}
    assert lines["supplies_drugs_to"] == {("V1-0", "H1")} and ("T1-0", "H1") in lines["manages"]
    assert len(lines["manages"]) == 12 + 133 + 6 + 79
    town = text(opened(study="濉溪试", lang="en", at="facility:T1-0"))
    assert "Consulted at,县人民医院" in town and "Expert posted from,县人民医院" in town
    assert "Drugs supplied by,县人民医院" in text(opened(study="濉溪试", lang="en", at="facility:V1-0"))
    told = text(open_tab(page, "Communities"))
    table = next(d.value for d in page.dataframe if "Lead hospital" in d.value.columns)
    assert table[["Lead hospital", "Township health centre", "Village clinic"]].to_numpy().tolist() == [
        ["县人民医院", 12, 133], ["县中医医院", 6, 79],
    ]  # fmt: skip


EIGHT = ["planning", "information", "data", "workflow", "service", "quality", "appraisal", "operation"]


def test_shouguang_three_networks_one_centre_and_eight_unified(tmp_path: Path) -> None:
    flags = ";".join([f"unified_{word}" for word in EIGHT[:7]] + ["rebuilt"])
    """Five rebuilt hospitals and six extension points, each under its township hospital."""
    more = [Place(f"R{i}", f"改建卫生院{i}", "township_hospital", "H1", "C1", (900.0 * i, 0), "", "", "rebuilt")
            for i in range(1, 5)]  # fmt: skip
    more += [Place(f"E{i}", f"延伸服务点{i}", "extension_point", "T1", "C1", (6500, 800.0 * i)) for i in range(6)]
    system = System(
        "寿光试", "shouguang",
        (
            *more,
            Place("H1", "市人民医院", "county_hospital", "", "C1", (0, -250), "", KEY_ABLE, "lead"),
            Place("T1", "羊口镇卫生院", "township_hospital", "H1", "C1", (6500, 0), "", "ecg;chronic_disease", flags),
            Place("V1", "中村卫生室", "village_clinic", "T1", "C1", (6400, 0), "", "", "external_department"),
        ),
        (("心电网络", "H1", "T1"), ("影像网络", "H1", "T1"), ("超声网络", "H1", "T1"), ("心电网络", "H1", "V1")),
    )  # fmt: skip
    page = shown(system, tmp_path, "facility:T1", nets="reads_ecg_for,reads_ultrasound_for")
    told = text(page)
    for served in ("ECG read by,市人民医院", "Images read by,市人民医院", "Ultrasound read by,市人民医院"):
        assert served in told
    assert "Eight unified (7 of 8): Planning" in told and "Chronic-disease centre" in told and "Rebuilt" in told
    state, lines = on_map(page)
    assert state["links"]["kinds"] == ["reads_ecg_for", "reads_ultrasound_for"]
    ecg = next(n for n in lines["networks"] if n["kind"] == "reads_ecg_for")
    assert len(ecg["rows"]) == 2
    lines = drawn(page, "寿光试")
    assert lines["reads_ecg_for"] == {("T1", "H1"), ("V1", "H1")}
    assert lines["reads_imaging_for"] == lines["reads_ultrasound_for"] == {("T1", "H1")}
    assert {(f"E{i}", "T1") for i in range(6)} < lines["manages"]
    assert "Extension service point 6" in told and "Township health centre 5" in told
    rebuilt = open_store().load("寿光试").facility["flags"].str.contains("rebuilt")
    assert rebuilt.sum() == 5 and "Rebuilt" in text(opened(study="寿光试", lang="en", at="facility:R1"))
    assert "External department" in text(opened(study="寿光试", lang="en", at="facility:V1"))
    told = text(open_tab(page, "Networks"))
    assert "ECG network,2,1,village clinics,1 of 1,100" in told


def test_the_insurance_network_has_five_levels_and_clinics_their_marks(tmp_path: Path) -> None:
    """The province's office is 186 km beyond the county's outline, the city's 76 km: both are no slip of the pen."""
    levels = load_scheme("shandong_insurance").tiers
    beyond = {"province_office": (200_000.0, 0.0), "city_office": (90_000.0, 0.0)}
    care = [Place(t.tier_id, t.name["zh"], t.tier_id, levels[i - 1].tier_id if i else "", "",
                  beyond.get(t.tier_id, (100.0 * i, 0.0))) for i, t in enumerate(levels)]  # fmt: skip
    care.append(Place("S2", "中村医保服务站", "village_station", "township_station", "", (6400, 0), "",
                      "", "insurance_designated;insurance_integrated;insurance_instant"))  # fmt: skip
    links = (("医保服务网络", "township_station", "S2", "", "", "", "", '{"agents": 2}'),)
    page = shown(System("医保试", "shandong_insurance", tuple(care), links), tmp_path, "facility:S2")
    told = text(page)
    up = {(below.tier_id, above.tier_id) for above, below in pairwise(levels)}
    assert drawn(page, "医保试") == {
        "manages": up | {("S2", "township_station")}, "insurance": {("S2", "township_station")},
    }  # fmt: skip
    assert "Provincial insurance office 1" in told and "Village service station 2" in told
    assert "Health insurance (3 of 3): Designated, Integrated, Instant settlement" in told
    assert "Insurance served by,乡镇（街道）医保服务站" in told and "Agents 2" in told


def test_the_central_pharmacy_delivers_in_minutes_on_roads_with_its_overlap(tmp_path: Path) -> None:
    """6.5 km of 省道 at 65 km/h are 6 min; the pharmacy stands on the road, the clinic too."""
    system = System(
        "药房试", "three_levels",
        (
            Place("P1", "县中心药房（县人民医院）", "county_hospital", "", "C1", (0, 0)),
            Place("T1", "中村卫生院", "township_hospital", "P1", "C1", (6500, 0)),
            Place("V1", "东村卫生室", "village_clinic", "T1", "C1", (13000, 0)),
        ),
        (("中心药房", "P1", "T1", "2021", "", "", "", '{"formulary_overlap_pct": 16.7}'), ("中心药房", "P1", "V1")),
    )  # fmt: skip
    page = shown(system, tmp_path, "facility:T1")
    row = next(d.value for d in page.dataframe if "Served by" in d.value.columns).iloc[0]
    assert row["Minutes"] == pytest.approx(6, abs=0.1) and row["More"] == "Same drugs in stock, % 16.7"
    assert drawn(page, "药房试")["supplies_drugs_to"] == {("T1", "P1"), ("V1", "P1")}
    told = text(open_tab(page, "Networks"))
    assert "median **9 min**" in told and "longest **12 min**" not in told and "longest 12 min; 2 of 2 links" in told


def test_qinghai_shared_centres_read_above_and_refer_both_ways(tmp_path: Path) -> None:
    system = System(
        "青海试", "three_levels",
        (
            Place("H1", "州人民医院", "county_hospital", "", "C1", (0, -250), "", KEY_ABLE, "lead"),
            Place("T1", "基层卫生院", "township_hospital", "H1", "C1", (6500, 0)),
            Place("V1", "中村卫生室", "village_clinic", "T1", "C1", (6400, 0)),
        ),
        (("影像网络", "H1", "T1"), ("心电网络", "H1", "T1"), ("检验中心", "H1", "T1"), ("双向转诊", "T1", "H1")),
    )  # fmt: skip
    page = shown(system, tmp_path, "facility:T1")
    told, lines = text(page), drawn(page, "青海试")
    for kind in ("reads_imaging_for", "reads_ecg_for", "tests_for", "refers_to"):
        assert lines[kind] == {("T1", "H1")}
    for line in ("Images read by,州人民医院", "ECG read by,州人民医院", "Tested by,州人民医院", "Refers to,州人民医院"):
        assert line in told


PAIRS = (
    ("青大附院西海岸院区", "黄岛区人民医院"), ("海慈医院", "城阳区人民医院"), ("齐鲁医院青岛院区", "即墨区人民医院"),
    ("康复大学青岛中心医院", "胶州市人民医院"), ("青大附院平度院区", "平度市人民医院"), ("市立医院", "莱西市人民医院"),
)  # fmt: skip


def test_qingdao_centres_charter_and_six_pairs_beyond_the_edge(tmp_path: Path) -> None:
    centres = "centre_quality;centre_personnel;centre_finance;centre_insurance;centre_information"
    emergency = "chest_pain;stroke;trauma;maternal;newborn"
    care = [Place(f"H{i}", name, "county_hospital", "", f"C{i}", (1000.0 * i, 0), "", emergency,
                  f"lead;charter;{centres}") for i, (_, name) in enumerate(PAIRS)]  # fmt: skip
    care.append(Place("T0", "镇卫生院", "township_hospital", "H0", "C0", (6500, 0)))
    care.append(Place("V0", "中村卫生室", "village_clinic", "T0", "C0", (6400, 0)))
    links = [("结对帮扶", "", f"H{i}", "2020", city, "107.2", "28.9") for i, (city, _) in enumerate(PAIRS)]
    links += [("病理中心", "H0", "T0"), ("消毒供应中心", "H0", "T0"), ("检验中心", "H0", "T0")]
    page = shown(System("青岛试", "qingdao_four_levels", tuple(care), tuple(links)), tmp_path, "facility:H0")
    told = text(page)
    assert "Paired with,青大附院西海岸院区" in told and "Charter adopted" in told
    assert "Management centres (5 of 5): Quality, Personnel, Finance, Insurance, Information" in told
    assert "Stroke centre" in told and "Critical maternal care" in told
    _, lines = on_map(page)
    assert {(o["name"], o["at"]) for o in lines["outside"]} == {(city, f"f{i}") for i, (city, _) in enumerate(PAIRS)}
    assert all(o["km"] > 10 for o in lines["outside"])
    town = text(opened(study="青岛试", lang="en", at="facility:T0"))
    assert "Pathology read by,黄岛区人民医院" in town and "Sterilised by,黄岛区人民医院" in town
    told = text(open_tab(page, "Communities"))
    assert all(f"{city} (" in told and "km in a straight line" in told for city, _ in PAIRS)
    assert "More than two communities" in told


@pytest.mark.parametrize(
    ("scheme", "leads", "model"),
    [("wudi_group", 1, "one hospital group"), ("wudi_1x", 2, "1+X: a lead hospital and its township hospitals")],
)
def test_wudi_knows_both_organisation_models(scheme: str, leads: int, model: str, tmp_path: Path) -> None:
    care = []
    for c in range(leads):
        care.append(Place(f"H{c}", f"医院{c}", "county_hospital", "", f"C{c}", (0, -250.0), "", KEY_ABLE, "lead"))
        care += [
            Place(f"T{c}{i}", f"卫生院{c}{i}", "township_hospital", f"H{c}", f"C{c}", (900.0 * i, 0)) for i in range(3)
        ]
    care.append(Place("V0", "中村卫生室", "village_clinic", "T00", "C0", (6400, 0)))
    page = shown(System(f"无棣{leads}", scheme, tuple(care)), tmp_path)
    assert f"of {leads} in the scheme" in text(page)
    under = {(f"T{c}{i}", f"H{c}") for c in range(leads) for i in range(3)}
    assert drawn(page, f"无棣{leads}") == {"manages": under | {("V0", "T00")}}
    assert len({c["colour"] for c in on_map(page)[1]["communities"]}) == leads
    open_tab(page, "Communities")
    table = next(d.value for d in page.dataframe if "Organisation" in d.value.columns)
    assert table["Organisation"].tolist() == [model] * leads and table["Township health centre"].tolist() == [3] * leads
