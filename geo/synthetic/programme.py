"""A made-up programme of 78 counties, seeded: three of them are the sample counties. Beside the rooms.

Every row says that it is illustrative. Names of the other counties are numbers, so that nobody takes them for real.
"""

from pathlib import Path

import numpy as np
import pandas as pd

COUNTIES = 78
SAMPLES = (("520330", "习水县", "xishui"), ("340621", "濉溪县", "suixi"), ("370783", "寿光市", "shouguang"))
MADE_UP = "illustrative: made by geo/synthetic"
STAGES = ("not_started", "started", "built", "consolidated")
CHANCES = (0.05, 0.22, 0.58, 0.15)
CITIES = 12
YEARS = ("2023", "2024")
HEADER = """# A programme made by geo/synthetic; do not edit by hand.
title.zh = "示例项目（78 个县）"
title.en = "Sample programme (78 counties)"
counties = 78
illustrative = true
notes.zh = "示例数据，不可用于决策。78 个县的数目取自山东的项目材料；\
除三个示例县的名称外，县名、建设阶段和数值均为虚构。"
notes.en = "Illustrative, not for decisions. The number of 78 counties is Shandong's; but for the names of the three \
sample counties, names, stages and figures are made up."

[[attribution]]
what = "stages and figures"
source = "illustrative: made by geo/synthetic"
licence = "Apache-2.0"
date = "not stated"
"""
MILESTONES = (
    ("built_90", "90% 以上的县建成紧密型县域医共体", "At least 90 % of counties have built one", "2025",
     "built", 90, ""),
    ("primary_65", "基层诊疗量占比达到 65%", "Primary share of visits reaches 65 %", "2025", "", None,
     "yida:primary_share"),
    ("consolidated", "巩固提升", "Consolidated", "2027", "consolidated", None, ""),
)  # fmt: skip


def write_programme(folder: Path) -> None:
    """Write the sample programme as a folder of plain files; the same program gives the same bytes."""
    rng = np.random.default_rng(20_250_078)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_bytes(HEADER.encode())
    county = make_counties(rng)
    columns = ["milestone_id", "title", "title_en", "due", "stage", "target_pct", "indicator_code"]
    milestone = pd.DataFrame(MILESTONES, columns=columns).astype({"target_pct": "Int64"})
    tables = {"county": county, "milestone": milestone.assign(document=MADE_UP), "value": make_values(county, rng)}
    for name, table in tables.items():
        (folder / f"{name}.csv").write_bytes(table.to_csv(index=False, lineterminator="\n").encode())


def make_counties(rng: np.random.Generator) -> pd.DataFrame:
    """One row a county: the three samples first, then numbered ones; a few without a stage."""
    numbered = [(f"9900{i:02d}", f"示例县{i:02d}", "") for i in range(1, COUNTIES - len(SAMPLES) + 1)]
    rows = []
    for at, (code, name, study) in enumerate((*SAMPLES, *numbered)):
        stage = str(rng.choice(STAGES, p=CHANCES)) if at < len(SAMPLES) or rng.random() > 0.04 else ""
        city = f"示例市{1 + at % CITIES:02d}"
        since = "" if stage in ("", "not_started") else str(rng.choice(["2022", "2023", "2024"]))
        rows.append((code, name, city, stage, since, study, "true" if rng.random() < 0.1 else "", MADE_UP))
    names = ["county_code", "name", "city", "stage", "since", "study", "is_model", "source"]
    return pd.DataFrame(rows, columns=names)


def make_values(county: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Primary share of visits and number of communities of every county."""
    rows: list[tuple[str, str, str, int, int | None, str]] = []
    for code in county["county_code"]:
        visits, level = int(rng.integers(900_000, 5_000_000)), rng.normal(0.61, 0.06)
        for at, year in enumerate(YEARS):
            share = float(np.clip(level + 0.02 * at + rng.normal(0, 0.005), 0.3, 0.9))
            rows.append(("yida:primary_share", code, year, int(visits * share), visits, MADE_UP))
        rows.append(("yida:communities", code, YEARS[-1], int(rng.choice([1, 2, 2, 3])), None, MADE_UP))
    names = ["indicator_code", "unit_code", "period", "numerator", "denominator", "source"]
    return pd.DataFrame(rows, columns=names).astype({"denominator": "Int64"})
