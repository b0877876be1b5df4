"""One file of the corpus and what must come of it; the list that most of them carry."""

import random
from dataclasses import dataclass

WEST, SOUTH, SIDE = 117.0, 33.6, 0.4  # degrees: the county that the lists are about
TOWNSHIPS = ("双堆镇", "南坪镇", "韩村镇", "孙疃镇")
_VILLAGES = ("罗集", "芦沟", "陈楼", "桃园", "大营", "周圩", "孟寨", "杜庙", "钱铺", "谢湾", "韦桥", "范桥", "葛塘")
HEADER = ("机构名称", "机构类别", "所属乡镇", "经度", "纬度", "床位数", "机构代码")
CANARY = "/tmp/yida-corpus-canary/secret.csv"  # what hostile files point to
SECRET = "4f1d-never-to-be-seen"  # what that file holds: no reading may bring it out


@dataclass(frozen=True)
class Case:
    """A file: what reading makes of it (`rows` or `asks` or `refused`), and the verdict of the whole check.

    `rows` counts the rows read, `asks` names the question (of the check, where there are rows), `refused` is an error's
    code. Of the check of facilities:
    `rows_ok`, `row_errors` (rows that cannot be used) and `codes` that must be among its problems; None where the check
    is not reached.
    """

    name: str
    content: bytes
    verdict: str
    rows: int | None = None
    asks: str = ""
    refused: str = ""
    rows_ok: int | None = None
    row_errors: int = 0
    codes: tuple[str, ...] = ()
    seconds: float = 2.0


def facilities(random_: random.Random, count: int) -> list[list[str]]:
    """A township hospital in each township (a quarter of the county), then village clinics: nothing wrong with any."""
    rows = []
    for number in range(count):
        place = number % len(TOWNSHIPS)
        township = TOWNSHIPS[place]
        own = number < len(TOWNSHIPS)
        name = f"{township}卫生院" if own else f"{_VILLAGES[number % len(_VILLAGES)]}村卫生室"
        lon = WEST + SIDE / 2 * (place % 2 + 0.1 + 0.8 * random_.random())
        lat = SOUTH + SIDE / 2 * (place // 2 + 0.1 + 0.8 * random_.random())
        kind = "乡镇卫生院" if own else "村卫生室"
        rows.append([name, kind, township, f"{lon:.6f}", f"{lat:.6f}", str(number % 30 + 1), f"F{number:04}"])
    return rows


def delimited(rows: list[list[str]], mark: str = ",", header: tuple[str, ...] = HEADER) -> str:
    """Lines of text, one a row, without quotation marks."""
    return "".join(mark.join(row) + "\n" for row in [list(header), *rows])


def read(name: str, content: bytes, rows: int, verdict: str = "", **more: object) -> Case:
    """A file that is read to `rows` rows; warnings are expected where codes or errors are."""
    told = verdict or ("accepted_with_warnings" if {"codes", "row_errors"} & more.keys() else "accepted")
    ok = rows - int(str(more.get("row_errors", 0)))
    return Case(name, content, told, rows=rows, **{"rows_ok": ok} | more)  # type: ignore[arg-type]


def asks(name: str, content: bytes, question: str) -> Case:
    """A file about which something must be asked first."""
    return Case(name, content, "needs_answer", asks=question)


def refused(name: str, content: bytes, code: str = "file_unreadable", **more: object) -> Case:
    """A file that is not read."""
    return Case(name, content, "rejected", refused=code, **more)  # type: ignore[arg-type]
