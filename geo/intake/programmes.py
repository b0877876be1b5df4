"""The programmes that ship with the program: folders of plain files. Second floor: intake, files → clean tables."""

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from geo.model.errors import FileMissing, FileUnreadable
from geo.model.programmes import TABLES
from geo.model.schema import conform, empty
from geo.model.schemes import DATA

PROGRAMME_FOLDER = DATA / "reference" / "programmes"


def shipped_programmes(folder: Path = PROGRAMME_FOLDER) -> list[str]:
    """The ids of the programmes in a folder; the illustrative sample, if it is there, first."""
    names = sorted(p.parent.name for p in folder.glob("*/programme.toml"))
    return sorted(names, key=lambda name: (name != "sample", name))


def read_programme(
    programme_id: str, folder: Path = PROGRAMME_FOLDER
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """What is said of a programme, and its tables (geo.model.programmes.TABLES). Raises FileMissing, FileUnreadable."""
    path = folder / programme_id / "programme.toml"
    if not path.is_file():
        raise FileMissing(path=path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        header = {
            "programme_id": programme_id,
            "title": raw["title"],
            "notes": raw["notes"],
            "illustrative": bool(raw["illustrative"]),
            "counties": int(raw["counties"]),
            "attribution": list(raw["attribution"]),
        }
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise FileUnreadable(path=path, expected="programme.toml", detail=error) from error
    return header, {name: _table(path.parent / f"{name}.csv", name) for name in TABLES}


def _table(path: Path, name: str) -> pd.DataFrame:
    if not path.is_file():
        return empty(TABLES[name])
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    return conform(rows, TABLES[name], path=str(path), name=name)
