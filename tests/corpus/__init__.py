"""Bad and odd files with what must come of each: `python -m tests.corpus FOLDER` writes them and a manifest."""

import json
import random
from pathlib import Path

from tests.corpus import layers, packed, tables, workbooks
from tests.corpus.case import CANARY, SECRET, Case

__all__ = ["CANARY", "SECRET", "SEED", "Case", "all_cases", "write"]

SEED = 20240601


def all_cases(seed: int = SEED) -> list[Case]:
    """Every case, in a fixed order; the same bytes for the same seed."""
    random_ = random.Random(seed)
    return [case for part in (tables, workbooks, packed, layers) for case in part.cases(random_)]


def write(folder: Path, seed: int = SEED) -> list[Case]:
    """Writes the files and manifest.json into `folder`, and returns the cases."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = all_cases(seed)
    for case in cases:
        (folder / case.name).write_bytes(case.content)
    told = [{k: v for k, v in vars(case).items() if k != "content"} | {"kind": "facilities"} for case in cases]
    (folder / "manifest.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return cases
