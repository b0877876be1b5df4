"""Made-up health services of a sample county: facilities, people, coverage. Beside the rooms; imports only the model.

Real are names of the lead hospitals, village names and codes and the county's population; the rest is illustrative and
every row says so in `flags`, `position_quality` and `source`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.model.roads import Floats
from geo.synthetic.places import Places, Recipe

MADE_UP = "illustrative: made by geo/synthetic"
ALL_CAPABILITIES = "emergency;surgery;ct;imaging;ultrasound;ecg;laboratory;chest_pain;stroke;trauma;maternal;newborn"
OTHER_MODES = ("joint_clinic", "dispatched_doctor", "mobile_round", "none")
CLINIC_MODE = "own_clinic"
Row = dict[str, object]


@dataclass(frozen=True)
class Village:
    """A village that has a service point of its own; `community` is 0 or 1."""

    code: str
    name: str
    township: str
    town: bool
    people: int
    community: int


def make_demand(recipe: Recipe, places: Places) -> pd.DataFrame:
    """One row a village; populations are whole and sum to the count in the recipe exactly."""
    rng = np.random.default_rng([recipe.seed, 3])
    villages = places.villages
    lonlat = places.projection.degrees(villages[["x", "y"]].to_numpy())
    people = _shares(recipe.population.count, _sizes(recipe, places, rng))
    old = np.where(villages["town"], 0.10, 0.17) * rng.uniform(0.8, 1.25, len(villages))
    return pd.DataFrame({
        "demand_id": villages["code"], "name": villages["name"], "unit_code": villages["township"],
        "lon": lonlat[:, 0].round(5), "lat": lonlat[:, 1].round(5),
        "population": people, "population_65_plus": np.rint(people * old).astype(np.int64),
        "population_type": recipe.population.type, "year": recipe.year,
        "coverage_mode": coverage_modes(recipe, places), "position_quality": "illustrative",
        "source": MADE_UP + "; the county's sum is real",
    })  # fmt: skip


def _sizes(recipe: Recipe, places: Places, rng: np.random.Generator) -> Floats:
    """Relative sizes: villages 1, committees of towns 2, of the county seat 5, with a lognormal spread."""
    codes = places.townships.set_index("name")["code"]
    villages = places.villages
    in_seat = villages["township"] == codes[recipe.county_seat]
    base = np.where(villages["town"], np.where(in_seat, 5.0, 2.0), 1.0)
    return np.asarray(base * rng.lognormal(0.0, 0.35, len(villages)))


def _shares(total: int, sizes: Floats) -> np.ndarray:
    """Whole numbers in proportion to `sizes` that sum to `total` exactly (largest remainder)."""
    exact = sizes / sizes.sum() * total
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(exact - whole, kind="stable")[::-1][: total - whole.sum()]] += 1
    return np.asarray(whole)


def communities(recipe: Recipe, places: Places) -> np.ndarray:
    """0 or 1 for each township: which lead hospital's community it belongs to (illustrative).

    The county seat stays in the first one.
    """
    towns = places.townships
    xy = towns[["x", "y"]].to_numpy()
    wanted = recipe.second_community
    anchor = xy[towns["name"].tolist().index(wanted["anchor"])]
    centres = 1 + towns["name"].isin(recipe.second_centres).to_numpy()
    out, count = np.zeros(len(towns), np.int64), 0
    for i in np.argsort(np.hypot(*(xy - anchor).T), kind="stable"):
        if towns["name"].iloc[i] != recipe.county_seat and count + centres[i] <= wanted["centres"]:
            out[i], count = 1, count + centres[i]
    return out


def coverage_modes(recipe: Recipe, places: Places) -> np.ndarray:
    """How each village is served: as many clinics in each community as the recipe says, the others otherwise."""
    rng = np.random.default_rng([recipe.seed, 4])
    community = communities(recipe, places)[_home(places)]
    modes = np.full(len(places.villages), CLINIC_MODE, dtype=object)
    for number, clinics in enumerate(recipe.clinics):
        mine = rng.permutation(np.flatnonzero((community == number) & ~places.villages["town"].to_numpy()))
        without = mine[: int((community == number).sum()) - clinics]
        modes[without] = rng.choice(OTHER_MODES, len(without), p=[0.5, 0.2, 0.15, 0.15])
    points = rng.permutation(np.flatnonzero(modes == "joint_clinic"))[: recipe.extension_points]
    modes[points] = "extension_point"
    return modes


def _home(places: Places) -> np.ndarray:
    """Row of the township of each village."""
    return np.asarray(places.villages["township"].map(places.townships["code"].tolist().index))


def make_facilities(recipe: Recipe, places: Places, demand: pd.DataFrame) -> pd.DataFrame:
    """Hospitals, township centres, extension points and village clinics with parents and communities."""
    rng = np.random.default_rng([recipe.seed, 5])
    community = communities(recipe, places)
    served = demand.groupby("unit_code")["population"].sum()
    rows = _hospitals(recipe, places, served)
    rows += [r for i in range(len(places.townships)) for r in _centres(recipe, places, i, community[i], served, rng)]
    rows += _points_and_clinics(recipe, places, demand, community, rng)
    table = pd.DataFrame(rows)
    lonlat = places.projection.degrees(np.vstack(table.pop("xy").to_list()))
    table["lon"], table["lat"] = lonlat[:, 0].round(5), lonlat[:, 1].round(5)
    table["parent_id"] = _under_centres(table)
    table["flags"] = ["illustrative" + (f";{f}" if f else "") for f in table["flags"]]
    return table.assign(status="open", source=MADE_UP)[list(COLUMNS)]


def _under_centres(table: pd.DataFrame) -> list[str]:
    """Parents with general township hospitals under the nearest key centre of their community, where there are any."""
    key = table[table["tier"] == "key_township_hospital"]
    columns = ("parent_id", "tier", "community_id", "lon", "lat")
    out = []
    for parent, tier, community, lon, lat in zip(*(table[c].tolist() for c in columns), strict=True):
        near = key[key["community_id"] == community]
        if tier == "township_hospital_general" and len(near):
            apart = np.hypot(near["lon"].to_numpy() - lon, near["lat"].to_numpy() - lat)
            parent = str(near["facility_id"].tolist()[int(apart.argmin())])
        out.append(parent)
    return out


COLUMNS = ("facility_id", "name", "category", "tier", "unit_code", "parent_id", "community_id", "lon", "lat", "beds",
           "physicians", "nurses", "population_served", "ambulances", "is_emergency_base", "capabilities", "flags",
           "status", "position_quality", "source")  # fmt: skip


def _row(kind: str, number: int | str, recipe: Recipe, xy: Floats, community: int, **values: object) -> Row:
    """A row with what every facility has; counts of nothing are 0."""
    base: Row = {"facility_id": f"{recipe.code}{kind}{number}", "xy": xy, "flags": "", "parent_id": ""}
    base |= {"community_id": f"{recipe.code}C{community + 1}", "position_quality": "illustrative"}
    base |= {"beds": 0, "physicians": 1, "nurses": 0, "ambulances": 0, "is_emergency_base": False, "capabilities": ""}
    return base | values


def _hospitals(recipe: Recipe, places: Places, served: "pd.Series[int]") -> list[Row]:
    """The two lead hospitals, about a kilometre from the county seat's centre on either side."""
    town = places.townships.set_index("name").loc[recipe.county_seat]
    seat, thousand = np.array([town["x"], town["y"]], np.float64), int(served.sum()) / 1000
    places_xy = seat + np.array([[520.0, 360.0], [-480.0, -410.0]])
    capabilities = (ALL_CAPABILITIES, ALL_CAPABILITIES.replace(";trauma", ""))
    return [
        _row("H", i + 1, recipe, places_xy[i], i, name=name, category=("A100", "A210")[i], tier="county_hospital",
             unit_code=town["code"], beds=round(thousand * (1.35, 0.75)[i]),
             physicians=round(thousand * (0.52, 0.3)[i]), nurses=round(thousand * (0.78, 0.42)[i]),
             population_served=int(served.sum()),
             ambulances=(8, 4)[i], is_emergency_base=True, capabilities=capabilities[i], flags="name_real;lead")
        for i, name in enumerate(recipe.lead_hospitals)
    ]  # fmt: skip


def _centres(
    recipe: Recipe, places: Places, i: int, community: int, served: "pd.Series[int]", rng: np.random.Generator
) -> list[Row]:
    """The township's centre at its seat, and a second one where the recipe has one."""
    town = places.townships.iloc[i]
    seat = np.array([town["x"], town["y"]], np.float64)
    rows = [_centre(recipe, town, seat, community, int(served[town["code"]]), rng)]
    if town["name"] in recipe.second_centres:
        at = _village_off(places, town["code"], seat)
        second = rows[0] | {"facility_id": f"{recipe.code}T{town['code'][6:]}b", "is_emergency_base": False}
        second |= {"name": f"{town['name']}第二卫生院", "category": "C220", "ambulances": 0, "flags": "second_centre"}
        rows.append(second | {"xy": _beside(at, (100, 250), places.cells[i], rng), "position_quality": "illustrative"})
    return rows


def _village_off(places: Places, township: str, seat: Floats) -> Floats:
    """The township's village that lies most nearly 4 km from the seat."""
    mine = places.villages.loc[places.villages["township"] == township, ["x", "y"]].to_numpy(np.float64)
    return np.asarray(mine[np.abs(np.hypot(*(mine - seat).T) - 4_000).argmin()])


def _centre(recipe: Recipe, town: pd.Series, xy: Floats, community: int, people: int,
            rng: np.random.Generator) -> Row:  # fmt: skip
    key = town["name"] in recipe.key_townships
    street = town["name"].endswith("街道")
    branch = recipe.branches.get(town["name"])
    beds = min(max(round(people / 1000 * (2.4 if key else 1.3) * rng.uniform(0.8, 1.2)), 15), 120)
    return _row(
        "T", town["code"][6:], recipe, xy, community, name=branch or centre_name(town["name"]),
        category="B100" if street else "C210" if key else "C220", tier=_tier(recipe, key), unit_code=town["code"],
        parent_id=f"{recipe.code}H{community + 1}", beds=beds, physicians=round(beds * 0.35),
        nurses=round(beds * 0.45), population_served=people, ambulances=2 if key else int(rng.random() < 0.7),
        is_emergency_base=key, position_quality=town["quality"], flags="branch" if branch else "",
        capabilities="emergency;surgery;imaging;ultrasound;ecg;laboratory" if key else "ultrasound;ecg;laboratory",
    )  # fmt: skip


def centre_name(town: str) -> str:
    """Streets and zones have a community health service centre, towns and townships a health centre."""
    return f"{town}卫生院" if town.endswith(("镇", "乡")) else f"{town}社区卫生服务中心"


def _tier(recipe: Recipe, key: bool) -> str:
    if recipe.scheme != "xishui":
        return "township_hospital"
    return "key_township_hospital" if key else "township_hospital_general"


def _points_and_clinics(
    recipe: Recipe, places: Places, demand: pd.DataFrame, community: np.ndarray, rng: np.random.Generator
) -> list[Row]:
    """An extension point or a clinic 50–300 m beside each village that has one."""
    rows = []
    code, name, township, town = (places.villages[c].tolist() for c in ("code", "name", "township", "town"))
    at = places.villages[["x", "y"]].to_numpy(np.float64)
    for i, home in enumerate(_home(places)):
        mode = demand["coverage_mode"].iloc[i]
        if mode in (CLINIC_MODE, "extension_point"):
            village = Village(
                code[i], name[i], township[i], town[i], int(demand["population"].iloc[i]), int(community[home])
            )
            xy = _beside(at[i], (50, 300), places.cells[home], rng)
            make = _point if mode == "extension_point" else _clinic
            rows.append(make(recipe, village, xy, rng))
    return rows


def _clinic(recipe: Recipe, village: Village, xy: Floats, rng: np.random.Generator) -> Row:
    kind = "社区卫生服务站" if village.town else "卫生室"
    people = village.people
    return _row(
        "V", village.code[6:], recipe, xy, village.community, name=f"{short_name(village.name)}{kind}",
        category="B200" if village.town else "D600", tier="village_clinic", unit_code=village.township,
        parent_id=f"{recipe.code}T{village.township[6:]}", physicians=1 + int(people > 2_500) + int(people > 5_000),
        nurses=int(people > 2_000), population_served=people, capabilities="ecg" if rng.random() < 0.4 else "",
    )  # fmt: skip


def _point(recipe: Recipe, village: Village, xy: Floats, rng: np.random.Generator) -> Row:
    return _row(
        "E", village.code[6:], recipe, xy, village.community, name=f"{short_name(village.name)}延伸服务点", category="",
        tier="extension_point", unit_code=village.township, parent_id=f"{recipe.code}T{village.township[6:]}",
        beds=int(rng.integers(2, 6)), physicians=2, nurses=1, population_served=village.people,
        capabilities="ecg;laboratory", flags="staffed" if rng.random() < 0.7 else "staffed_part_time",
    )  # fmt: skip


def short_name(village: str) -> str:
    """A village's name without the word for its committee, which real lists misspell too."""
    for ending in ("村民委员会", "社区居民委员会", "社区居民委会员会", "居民委员会", "社区居委会", "村委会", "居委会"):
        if village.endswith(ending) and len(village) > len(ending):
            stem = village.removesuffix(ending)
            return stem + "村" if ending.startswith("村") and not stem.endswith("村") else stem
    return village


def _beside(at: Floats, reach_m: tuple[float, float], ground: shapely.Geometry, rng: np.random.Generator) -> Floats:
    """A point at a random distance and direction, on the ground given; the place itself when none is found."""
    for _ in range(40):
        distance, angle = rng.uniform(*reach_m), rng.uniform(0, 2 * np.pi)
        xy = at + distance * np.array([np.cos(angle), np.sin(angle)])
        if shapely.contains_xy(ground, *xy):
            return np.asarray(xy)
    return at
