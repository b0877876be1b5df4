"""Made-up links of a sample county: networks, referral, pairing, owners. Beside the rooms; imports only the model.

All of it is illustrative and every row says so. The lead hospital of the county reads and supplies; which places are
connected is drawn from streams of its own, so that facilities and villages stay as they are.
"""

import json
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from geo.model.links import link_kind
from geo.model.schema import LINK
from geo.synthetic.places import Recipe
from geo.synthetic.services import short_name

EIGHT = ("planning", "information", "data", "workflow", "service", "quality", "appraisal", "operation")
INSURED = ("insurance_designated", "insurance_integrated", "insurance_instant")
PAIRED_AWAY_DEG = (0.42, -0.31)  # where the paired city hospital is drawn, from the lead hospital; about 50 km
SINCE = "2023"
CITY_HOSPITAL = "市级三级医院（示例）"
Pair = tuple[str, str]


def with_marks(recipe: Recipe, facilities: pd.DataFrame) -> pd.DataFrame:
    """The facilities with marks of the programmes the sample stands for: 八统一 and insurance in Shouguang."""
    if recipe.code != "370783":
        return facilities
    rng = np.random.default_rng([recipe.seed, 8])
    tier = facilities["tier"]
    flags = facilities["flags"].tolist()
    for row in np.flatnonzero(tier == "township_hospital").tolist():
        flags[row] += "".join(f";unified_{word}" for word in EIGHT if rng.random() < 0.85)
    for row in np.flatnonzero(tier == "village_clinic").tolist():
        flags[row] += ";external_department" + "".join(
            f";{word}" for word, share in zip(INSURED, (0.95, 0.87, 0.8), strict=True) if rng.random() < share
        )
    chronic = facilities["capabilities"].where(
        tier != "township_hospital", facilities["capabilities"] + ";chronic_disease"
    )
    return facilities.assign(flags=flags, capabilities=chronic)


def make_links(recipe: Recipe, facilities: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Table LINK of the county, ordered by id."""
    rng = np.random.default_rng([recipe.seed, 7])
    care = _Care(facilities)
    rows = [*_care_rows(recipe, facilities, care)]
    for kind, pairs in _network_pairs(recipe, facilities, care, rng).items():
        rows += [_link(kind, a, b) for a, b in pairs]
    overlap = rng.integers(62, 96, len(facilities))
    rows += [
        _link("supplies_drugs_to", care.lead, served, formulary_overlap_pct=int(share))
        for served, share in zip([*care.towns, *_some(rng, care.clinics, 0.82)], overlap, strict=False)
    ]
    rows += _people_rows(recipe, facilities, demand, rng)
    table = pd.DataFrame(rows, columns=list(LINK))
    return table.drop_duplicates("link_id").sort_values("link_id", kind="stable", ignore_index=True)


class _Care:
    """The county's institutions by level."""

    def __init__(self, facilities: pd.DataFrame) -> None:
        tier, ids = facilities["tier"], facilities["facility_id"]
        self.leads = ids[tier == "county_hospital"].tolist()
        self.lead = self.leads[0]
        self.towns = ids[tier.str.contains("township_hospital")].tolist()
        self.clinics = ids[tier == "village_clinic"].tolist()
        self.points = ids[tier == "extension_point"].tolist()
        self.parent = dict(zip(ids, facilities["parent_id"], strict=True))


def _link(kind: str, start: str, end: str, **properties: object) -> list[str]:
    told = json.dumps({"illustrative": True, **properties}, ensure_ascii=False, sort_keys=True)
    return [f"{kind}:{start}:{end}", kind, start, end, SINCE, told]


def _some(rng: np.random.Generator, ids: Iterable[str], share: float) -> list[str]:
    return [i for i in ids if rng.random() < share]


def _care_rows(recipe: Recipe, facilities: pd.DataFrame, care: _Care) -> list[list[str]]:
    """Referral to the parent, branches of the lead hospital they belong to, pairing with a city hospital."""
    rows = [_link("refers_to", child, parent) for child, parent in care.parent.items() if parent]
    marked = facilities["flags"].str.split(";").apply(lambda words: "branch" in words)
    rows += [_link("branch_of", i, care.parent[i]) for i in facilities.loc[marked, "facility_id"]]
    lead = facilities[facilities["facility_id"] == care.lead].iloc[0]
    place = {"name": CITY_HOSPITAL, "lon": round(lead["lon"] + PAIRED_AWAY_DEG[0], 5)}
    place["lat"] = round(lead["lat"] + PAIRED_AWAY_DEG[1], 5)
    rows.append(_link("pairs_with", f"outside:{recipe.code}", care.lead, **place))
    return rows


def _network_pairs(
    recipe: Recipe, facilities: pd.DataFrame, care: _Care, rng: np.random.Generator
) -> dict[str, list[Pair]]:
    """Serving → served ends of the networks among institutions."""
    has_ecg = facilities["capabilities"].str.split(";").apply(lambda words: "ecg" in words)
    ecg = facilities.loc[has_ecg & ~facilities["facility_id"].isin(care.leads), "facility_id"].tolist()
    star: Callable[[float], list[Pair]] = lambda share: [(care.lead, t) for t in _some(rng, care.towns, share)]  # noqa: E731
    pairs = {
        "reads_ecg_for": [(care.lead, i) for i in ecg],
        "reads_imaging_for": star(0.9),
        "reads_ultrasound_for": star(0.8),
        "tests_for": star(1.0) + [(care.parent[c], c) for c in _some(rng, care.clinics, 0.6)],
        "reads_pathology_for": star(0.55),
        "sterilises_for": star(0.7),
        "insurance": [(care.parent[c], c) for c in _some(rng, care.clinics, 0.78)],
    }
    if recipe.code == "340621":  # Suixi: a consultation centre, and experts posted to towns
        pairs |= {"consults_for": star(1.0), "posts_expert_to": star(0.5)}
    return {kind: [(a, b) for a, b in found if a and b] for kind, found in pairs.items() if link_kind(kind)}


def _people_rows(
    recipe: Recipe, facilities: pd.DataFrame, demand: pd.DataFrame, rng: np.random.Generator
) -> list[list[str]]:
    """Family doctors and grid owners of the villages: their own clinic, else the township's hospital."""
    town = facilities[facilities["tier"].str.contains("township_hospital")].groupby("unit_code")["facility_id"].first()
    known = set(facilities["facility_id"])
    lead = dict(zip(facilities["facility_id"], facilities["community_id"], strict=True))
    hospital = {c: i for i, c in lead.items() if i.startswith(f"{recipe.code}H")}
    rows = []
    for code, name, unit in zip(demand["demand_id"], demand["name"], demand["unit_code"], strict=True):
        own = f"{recipe.code}V{code[6:]}"
        clinic = own if own in known else town[unit]
        if own in known or rng.random() < 0.8:
            rows.append(_link("family_doctor", clinic, code, team=f"{short_name(name)}家庭医生团队"))
        owners = [("village", clinic)]
        if recipe.code == "340621":  # Suixi: owners of county, town and village
            owners += [("town", town[unit]), ("county", hospital[lead[town[unit]]])]
        rows += [_link("grid_owner", owner, code, level=level) for level, owner in owners]
    return rows
