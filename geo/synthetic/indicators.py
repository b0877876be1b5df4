"""Made-up indicator values of a sample county, seeded. Beside the rooms; imports only the model.

Every value is illustrative and says so in `source`, but for the two figures of 土城 that the policy documents give.
Some indicators have no value, as in a real county.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo.synthetic.places import Places, Recipe

MADE_UP = "illustrative: made by geo/synthetic"
YEARS = ("2022", "2023", "2024")
# Township shares: code → first share, change a year, spread between townships, units of the denominator a person.
SHARES = {
    "yida:primary_share": (0.55, 0.035, 0.07, 4.2),
    "yida:signed_share": (0.42, 0.05, 0.08, 1.0),
    "yida:chronic_drug_reimbursement": (0.62, 0.03, 0.05, 21.0),
}
# County ratios: code → denominator, ratio in each year.
RATIOS = {
    "yida:reserved_share": (61_000, (0.14, 0.18, 0.21)),
    "yida:package_share": (480_000_000, (0.953, 0.97, 0.986)),
    "yida:primary_inpatient_reimbursement": (52_000_000, (0.81, 0.84, 0.86)),
    "yida:consult_shared": (88_000, (0.31, 0.44, 0.58)),
    "yida:fee_per_visit": (1_650_000, (171.0, 178.0, 199.0)),
    "yida:fee_per_admission": (74_000, (5_020.0, 4_910.0, 4_760.0)),
    "yida:fund_use": (480_000_000, (0.98, 0.965, 0.957)),
    "yida:debt_ratio": (910_000_000, (0.52, 0.55, 0.57)),
    "yida:operating_margin": (760_000_000, (0.011, 0.006, 0.013)),
    "yida:county_fund_share": (452_000_000, (0.66, 0.64, 0.61)),
}
# From the policy documents behind the project: township, code, period, figure, remark.
TUCHENG = (
    ("yida:income", "2020", 7_200_000, ""),
    ("yida:income", "2023", 18_600_000, ""),
    ("yida:visits_per_day", "2020", 55, "; 50–60 in the source"),
    ("yida:visits_per_day", "2023", 180, "; about 180 in the source"),
)
Value = tuple[str, str, str, float, float | None, str]


def make_indicators(recipe: Recipe, places: Places, demand: pd.DataFrame) -> pd.DataFrame:
    """Table INDICATOR_VALUE for the county and its townships, three years; whole numbers."""
    rng = np.random.default_rng([recipe.seed, 7])  # a stream of its own: the others stay as they are
    people = demand.groupby("unit_code")["population"].sum()
    rows = [*_townships(places, people, rng), *_county(recipe, rng), *_told(recipe, places)]
    columns = ["indicator_code", "unit_code", "period", "numerator", "denominator", "source"]
    return pd.DataFrame(rows, columns=columns)


def _townships(places: Places, people: "pd.Series[int]", rng: np.random.Generator) -> Iterator[Value]:
    for code, (first, change, spread, each) in SHARES.items():
        for town in places.townships["code"].tolist():
            whole = int(people.get(town, 0) * each)
            level = first + rng.normal(0.0, spread)
            for at, year in enumerate(YEARS):
                share = float(np.clip(level + at * change + rng.normal(0.0, 0.01), 0.05, 0.97))
                if whole and rng.random() > 0.02:  # now and then a township has not reported
                    yield code, town, year, int(whole * share), whole, MADE_UP


def _county(recipe: Recipe, rng: np.random.Generator) -> Iterator[Value]:
    size = recipe.population.count / 600_000
    for code, (whole, ratios) in RATIOS.items():
        scale = size * rng.uniform(0.9, 1.1)
        for year, ratio in zip(YEARS, ratios, strict=True):
            denominator = int(whole * scale)
            yield code, recipe.code, year, int(denominator * ratio), denominator, MADE_UP
    yield "yida:communities", recipe.code, YEARS[-1], 2, None, MADE_UP


def _told(recipe: Recipe, places: Places) -> Iterator[Value]:
    """The figures of 土城 in the county that has it."""
    codes = dict(zip(places.townships["name"], places.townships["code"], strict=True))
    if recipe.code == "520330" and "土城镇" in codes:
        for code, period, figure, remark in TUCHENG:
            yield code, codes["土城镇"], period, figure, None, f"policy documents behind the project{remark}"
