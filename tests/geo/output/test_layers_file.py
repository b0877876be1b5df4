"""Map layers for other programs: their figures are those of the page, and those worked out by hand."""

from pathlib import Path

import pyogrio

from geo.model.inputs import Study
from geo.output.export import make_files
from geo.output.figures import figure_of
from tests.geo.briefings import TRANSLATORS, answered, export, ready


def test_layers_hold_the_figures_that_are_shown_and_those_worked_out_by_hand(toy: Study, tmp_path: Path) -> None:
    """Of 3,757 people 3,400 are within 10 min (西村, 中村, 东村), 300 beyond (北村), 57 without a way (岛村, 远村)."""
    answer = answered(toy)[2]
    path = tmp_path / "toy.gpkg"
    path.write_bytes(make_files([answer], ready(toy), export("gpkg"))["gpkg"])
    villages, towns, reach = (pyogrio.read_dataframe(path, layer=n) for n in ("villages", "townships", "reach"))
    within = villages[villages["within"].astype(bool)]
    assert sorted(within["name"]) == ["东村", "中村", "西村"] and within["population"].sum() == 3400
    beyond = villages[villages["travel_time_min"] > 10]
    assert (beyond["name"].tolist(), beyond["population"].sum()) == (["北村"], 300)
    assert villages.loc[villages["travel_time_min"].isna(), "population"].sum() == 57
    minutes = villages.set_index("name")["travel_time_min"].dropna().round(1).to_dict()
    assert minutes == {"西村": 7, "中村": 6, "东村": 6, "北村": 12}
    assert towns[["population", "covered", "beyond", "unreachable"]].sum().tolist() == [3757, 3400, 300, 57]
    assert figure_of(answer, "coverage", TRANSLATORS["en"], "en").of == "3,400 of 3,757 people"
    assert 10.0 in reach["to_min"].tolist(), "the threshold ends a band"
