"""The data desk: how long a check takes, and how much memory the server needs for it."""

import csv
import tempfile
import time
from pathlib import Path

import numpy as np

from geo.model.errors import YidaError
from geo.store import open_store
from geo.study import desk, open_study
from tests.bench.measure import peak_mb, say


def run() -> None:
    """Lists of 2,000, 100,000 and 1,000,000 clinics in the sample county; run it in a process of its own."""
    context = desk.context_of(open_study(open_store(), "xishui"))
    begin_mb = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        for rows, limit_s, limit_mb in ((2_000, 3.0, 300.0), (100_000, 20.0, 1000.0), (1_000_000, None, 2000.0)):
            path = Path(folder) / f"{rows}.csv"
            write_list(path, rows)
            begin = time.perf_counter()
            try:
                check = desk.check_file(path, "facilities", context, {"crs": "EPSG:4326"})
                told = f"{check.rows_ok:,} rows can be used"
            except YidaError as error:
                told = f"refused: {error.code}"
            name = f"check a list of {rows:,} rows ({told})"
            say(name, time.perf_counter() - begin, "s", at_most=limit_s)
            say("… the server grew by", peak_mb() - begin_mb, "MB", at_most=limit_mb)


def write_list(path: Path, rows: int) -> None:
    """A list of clinics spread over the county, with names and codes of their own."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(105.95, 106.6, rows).round(6), rng.uniform(28.1, 28.5, rows).round(6)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["机构编码", "机构名称", "级别", "经度", "纬度", "床位数"])
        for i in range(rows):
            writer.writerow([f"52033000{i:010d}", f"第{i}村卫生室", "村卫生室", lon[i], lat[i], i % 9])
