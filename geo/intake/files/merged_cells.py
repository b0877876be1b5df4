"""Cells merged over several rows of a list: their text belongs to each of them. Second floor: intake.

A township written once over its villages is filled down. A number so merged (40 beds over two rows, 约40张) is one
figure, and stays in its first row; only codes, which are long, are no figures.
"""

import re
import unicodedata
from collections.abc import Sequence

import pyarrow as pa

from geo.intake.files.cells import ROW, Merge

MOST_MERGES = 20_000  # read of a sheet's body
LEAST_CODE = 6  # digits
_BESIDE_FIGURES = re.compile(r"[\s,约共近余多万千张个人名位辆台床口元%]|左右")  # 约1.2万人


def filled_down(body: pa.Table, merges: Sequence[Merge]) -> tuple[pa.Table, int]:
    """The rows with merged texts in each row they reach, and how many cells that filled.

    Only areas one column wide count. `body` has the column "row" and the text columns "0", "1" …
    """
    at = {row: i for i, row in enumerate(body.column(ROW).to_pylist())}
    count = 0
    columns: dict[str, list[str]] = {}
    for merge in merges:
        name = str(merge.left)
        if merge.left != merge.right or merge.top not in at or name not in body.column_names:
            continue
        cells = columns.setdefault(name, body.column(name).to_pylist())
        text = cells[at[merge.top]]
        below = [at[row] for row in range(merge.top + 1, merge.bottom + 1) if row in at]
        if text and not _is_figure(text):
            count += len([row for row in below if not cells[row]])
            for row in below:
                cells[row] = cells[row] or text
    for name, cells in columns.items():
        body = body.set_column(body.column_names.index(name), name, pa.array(cells, body.column(name).type))
    return body, count


def _is_figure(text: str) -> bool:
    plain = _BESIDE_FIGURES.sub("", unicodedata.normalize("NFKC", text)).replace(".", "", 1)
    return plain.isdecimal() and len(plain) < LEAST_CODE
