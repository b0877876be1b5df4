"""Which column of a file is which column of ours. Second floor: intake, files → clean tables.

What the user said counts first, then what was said for a file of the same shape, then the headers (desk.headers),
then the content. Where two columns fit equally and do not say the same, the user is asked. Telephones, persons' names
and identity numbers are recognised and never read.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from geo.intake.desk.headers import ALIASES, plain_header
from geo.intake.files.raw import OVERFLOW
from geo.model.desk import COLUMNS, Answers, Choice, Kind, Question, Raw
from geo.model.problems import Problem

Mapped = dict[str, str]  # schema column → header
TABLE_OF: dict[Kind, str] = {
    "facilities": "facility",
    "demand": "demand",
    "units": "unit",
    "boundary": "unit",
    "roads": "road",
    "indicators": "indicator",
    "links": "link",
    "catalogue": "catalogue",
    "counties": "county",
    "milestones": "milestone",
    "pairings": "pairing",
}
NEEDED: dict[Kind, tuple[str, ...]] = {
    "facilities": ("name",),
    "demand": ("name", "population"),
    "units": ("name",),
    "boundary": (),
    "roads": (),
    "indicators": ("indicator_code", "unit_code", "period", "numerator"),
    "links": ("kind",),
    "catalogue": ("indicator_code", "title"),
    "counties": ("county_code", "name"),
    "milestones": ("milestone_id", "title"),
    "pairings": ("hospital", "county_code"),
}
SAMPLE = 400  # cells of a column that are looked at
MOSTLY = 0.8  # part of them that must agree
PREVIEW = 5
_NOT_HEADERS = {"geometry", OVERFLOW}  # the shape, and cells beyond the header

_EXACT, _ALIAS, _BARE, _WEAK, _WORD, _CONTENT = 6.0, 5.0, 4.0, 3.0, 2.0, 1.0
_RANKED = {"facility_id", "demand_id", "unit_code", "indicator_code"}  # any code will do: the better alias is taken
_METRES = {"x", "y", "x坐标", "y坐标"}  # give way to 经度 and 纬度
_WORDS: dict[str, str] = {  # header says it among other words
    "lon": r"经度|longitude|^lng|lng$",
    "lat": r"纬度|latitude|^lat|lat$",
    "position": r"经纬度|坐标",
    "beds": r"床位",
    "physicians": r"医师|医生",
    "nurses": r"护士",
    "ambulances": r"救护车|急救车",
    "population_served": r"(服务|覆盖|辖区).*人口",
    "population_65_plus": r"65",
    "population": r"人口|人数|population",
    "name": r"(机构|单位|医院|村|社区|乡镇).*名称?$",
}
_PERSONAL = re.compile(
    r"电话|手机|联系方式|传真|身份证|邮箱|微信|^qq|姓名|联系人|负责人|法定代表人|法人代表|^法人$|院长|经办人|填报人|填表人|审核人|村医$"
    r"|phone|^tel|mobile|^fax|email|contact|^person|idcard"
)
_NOT_PERSONAL = re.compile(r"人数|机构名称|单位名称|数量?$")
_MOBILE = re.compile(r"(\+?86[- ]?)?1[3-9]\d([- ]?\d{4}){2}|0\d{2,3}[- ]\d{7,8}")
_IDENTITY_NUMBER = re.compile(r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]")

Fit = tuple[float, str]  # how well, which header


def match_columns(
    raw: Raw, kind: Kind, answers: Answers, remembered: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Mapped, list[Question]]:
    """Schema column → header of the file, and what only the user can tell.

    `remembered` is shape_id → mapping. An answer "columns" is a JSON object schema column → header, "" for a column
    the file does not have; an answer "columns:lon" tells one column. Headers the file does not have are not believed.
    """
    columns = _columns(raw)
    table = TABLE_OF[kind]
    told = _told(raw, answers, remembered or {}, set(columns), table)
    found = {c: h for c, h in told.columns.items() if h}
    questions: list[Question] = []
    if not told.whole:
        found, questions = _matched(raw.rows, columns, table, told.columns)
    questions += [
        _question("column_missing", c, _left(columns, found), columns)
        for c in NEEDED[kind]
        if c not in found and c not in told.columns and f"columns:{c}" not in {q.question_id for q in questions}
    ]
    return found, [q for q in questions if q.choices]


def personal_columns(raw: Raw) -> list[str]:
    """Headers of telephones, persons' names and identity numbers: never read, never stored."""
    return [str(h) for h in raw.rows.columns if str(h) not in _NOT_HEADERS and _is_personal(raw.rows, str(h))]


def readable_headers(raw: Raw) -> tuple[str, ...]:
    """Headers that may be read, in the order of the file."""
    personal = {*personal_columns(raw), *_NOT_HEADERS}
    return tuple(str(h) for h in raw.rows.columns if str(h) not in personal)


def left_out(raw: Raw, kind: Kind) -> list[Problem]:
    """A remark for each personal column."""
    return [
        Problem("column_personal", "warning", TABLE_OF[kind], None, header, {"column": header})
        for header in personal_columns(raw)
    ]


def lacking(kind: Kind, mapping: Mapping[str, str]) -> list[Problem]:
    """An error for each column that must be there and is not."""
    return [
        Problem("column_missing", "error", TABLE_OF[kind], None, column, {"column": column})
        for column in NEEDED[kind]
        if column not in mapping
    ]


def own_columns(raw: Raw, mapping: Mapping[str, str]) -> pd.DataFrame:
    """A copy of the rows under our names, in the order of their row numbers, all text and stripped."""
    out = {column: raw.rows[header].astype("str").str.strip() for column, header in mapping.items()}
    return pd.DataFrame(out, index=raw.rows.index, dtype="str").sort_index(kind="stable")


# ---- what was said ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    columns: Mapped  # "" where the file does not have the column
    whole: bool  # nothing else is to be matched


def _told(
    raw: Raw, answers: Answers, remembered: Mapping[str, Mapping[str, str]], headers: set[str], table: str
) -> _Told:
    stored = dict(remembered.get(raw.shape_id, {})) if raw.shape_id else {}
    whole = bool(stored) and all(h in headers for h in stored.values() if h)
    told = stored if whole else {}
    told |= _json_object(answers.get(COLUMNS, ""))
    for key, value in answers.items():
        name, _, column = key.partition(":")
        if name in ("columns", "column_missing") and column:
            told[column] = value
    return _Told({c: h for c, h in told.items() if c in ALIASES[table] and (not h or h in headers)}, whole)


def _json_object(text: str) -> Mapped:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(k): str(v or "") for k, v in found.items()} if isinstance(found, dict) else {}


# ---- headers and content ---------------------------------------------------------------------------------------


def _columns(raw: Raw) -> dict[str, list[str]]:
    """Every header that may be read, with a sample of its filled cells."""
    return {name: _sample(raw.rows[name]) for name in readable_headers(raw)}


def _sample(cells: "pd.Series[str]") -> list[str]:
    """Up to SAMPLE filled cells, taken evenly from top to bottom."""
    filled = [text for text in cells.tolist() if text]
    return filled[:: max(1, len(filled) // SAMPLE)][:SAMPLE]


def _matched(
    rows: pd.DataFrame, columns: dict[str, list[str]], table: str, told: Mapped
) -> tuple[Mapped, list[Question]]:
    """The best fits first: a header given to one column is not asked about for another."""
    found = {c: h for c, h in told.items() if h}
    questions: list[Question] = []
    fits = {c: _fits(c, table, columns) for c in ALIASES[table] if c not in told}
    asked: set[str] = set()
    for column in sorted(fits, key=lambda c: -max((s for s, _ in fits[c]), default=0.0)):
        if column == "position" and {"lon", "lat"} <= {*found, *asked}:
            continue
        free = [(s, h) for s, h in fits[column] if h not in found.values()]
        best = [h for s, h in free if s == max(s for s, _ in free)]
        if not best:
            continue
        best += [h for h in columns if any(h.startswith(f"{b}_") and h[len(b) + 1 :].isdigit() for b in best)]
        best = [h for h in dict.fromkeys(best) if h not in found.values()]  # of two columns under one name as well
        distinct = _distinct([h for h in best if columns[h]] or best[:1], rows)
        found[column] = distinct[0]
        if len(distinct) > 1:
            asked.add(column)
            questions.append(_question("columns", column, distinct, columns))
    return _paired(found, asked), questions


def _paired(found: Mapped, asked: set[str]) -> Mapped:
    """A longitude without a latitude is none."""
    if len({"lon", "lat"} & {*found, *asked}) == 1:
        return {c: h for c, h in found.items() if c not in ("lon", "lat")}
    if {"lon", "lat"} <= found.keys():
        return {c: h for c, h in found.items() if c != "position"}
    return found


def _distinct(headers: Sequence[str], rows: pd.DataFrame) -> list[str]:
    """Without columns that say the same as one before."""
    if len(headers) == 1:
        return list(headers)
    seen: dict[tuple[str, ...], str] = {}
    for header in headers:
        seen.setdefault(tuple(rows[header].tolist()), header)
    return list(seen.values())


def _fits(column: str, table: str, columns: dict[str, list[str]]) -> list[Fit]:
    scored = [(_fit(column, table, header, cells), header) for header, cells in columns.items()]
    return [(score, header) for score, header in scored if score > 0]


def _fit(column: str, table: str, header: str, cells: list[str]) -> float:
    aliases, whole = _aliases(table)[column], plain_header(header)
    if whole == plain_header(column):
        return _EXACT
    if whole in _METRES and whole in aliases:
        return _WEAK
    for base, plain in ((_ALIAS, whole), (_BARE, _bare(header))):
        if plain in aliases:
            return base - (aliases.index(plain) / 1000 if column in _RANKED else 0)
    if any(whole in others for others in _aliases(table).values()):
        return 0.0  # it is another column's
    return _fit_by_content(column, whole, cells)


@cache
def _aliases(table: str) -> dict[str, list[str]]:
    return {column: [plain_header(a) for a in words.split()] for column, words in ALIASES[table].items()}


def _bare(header: str) -> str:
    """Without units and remarks in brackets, and of merged headers the last: "基本情况/床位数（张）" → 床位数."""
    text = re.sub(r"[(\[【][^)\]】]*[)\]】]", "", unicodedata.normalize("NFKC", header)).strip()
    parts = [p for p in re.split(r"[/|>·\n]|\s+", text) if p.strip()]
    return plain_header(parts[-1]) if parts else ""


def _fit_by_content(column: str, header: str, cells: list[str]) -> float:
    looks = _CONTENT_OF.get(column)
    named = column in _WORDS and re.search(_WORDS[column], header) is not None
    if named and column in _MUST_LOOK and not (looks and looks(cells)):
        return 0.0
    if named:
        return _WORD
    return _CONTENT if looks and column not in _MUST_BE_NAMED and looks(cells) else 0.0


# ---- what a column's cells look like ---------------------------------------------------------------------------


def _mostly(test: Callable[[str], bool], least: int = 3) -> Callable[[list[str]], bool]:
    return lambda cells: len(cells) >= least and sum(map(test, cells)) >= MOSTLY * len(cells)


def _degrees(low: float, high: float) -> Callable[[str], bool]:
    """Decimal degrees, or degrees and minutes: a whole number is a count."""

    def test(text: str) -> bool:
        hit = re.match(r"[东北经纬EeNn\s]*(\d{1,3}(\.\d+)?)(?!\d)", plain := unicodedata.normalize("NFKC", text))
        return hit is not None and low <= float(hit[1]) <= high and any(mark in plain for mark in ".°度º")

    return test


def _whole(low: int, high: int) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        bare = text.replace(",", "").removesuffix(".0")
        return bare.isascii() and bare.isdigit() and len(bare) < 12 and low <= int(bare) <= high

    return test


def _matches(pattern: str) -> Callable[[str], bool]:
    made = re.compile(pattern)
    return lambda text: made.fullmatch(unicodedata.normalize("NFKC", text)) is not None


_CONTENT_OF: dict[str, Callable[[list[str]], bool]] = {
    "lon": _mostly(_degrees(73, 136)),
    "lat": _mostly(_degrees(3, 54)),
    "position": _mostly(_matches(r"[(\[]?\s*-?\d{1,3}\.\d+\s*[,;\s]\s*-?\d{1,3}\.\d+\s*[)\]]?")),
    "facility_id": _mostly(_matches(r"[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}|[0-9A-Z]{9}\d{6}[0-9A-Z]{7}")),
    "demand_id": _mostly(_matches(r"\d{12}(\.0)?")),
    "unit_code": _mostly(_matches(r"\d{9}(000)?(\.0)?")),
    "category": _mostly(_matches(r"[A-Z]\d{3}")),
    "population": _mostly(_whole(0, 100_000)),
    "population_65_plus": _mostly(_whole(0, 100_000)),
    "population_served": _mostly(_whole(0, 10_000_000)),
    "name": _mostly(_matches(r".*(卫生[院室所站]|医院|分院|服务[中站点]心?|延伸点|[村乡镇]|社区|街道|委员会|居委会)")),
}  # fmt: skip
_MUST_BE_NAMED = {"population", "population_65_plus", "population_served"}  # a count may be of anything
_MUST_LOOK = {"population", "population_65_plus", "position"}  # 人口类型 is no count


def _is_personal(rows: pd.DataFrame, header: str) -> bool:
    plain = plain_header(header)
    if _PERSONAL.search(plain) and not _NOT_PERSONAL.search(plain):
        return True
    cells = _sample(rows[header])
    return _mostly(lambda t: bool(_MOBILE.fullmatch(t) or _IDENTITY_NUMBER.fullmatch(t)))(cells)


# ---- questions -------------------------------------------------------------------------------------------------


def _left(columns: dict[str, list[str]], found: Mapped) -> list[str]:
    """Filled columns that are no other's. A village's name may be all that a list of clinics has."""
    taken = {header for column, header in found.items() if column != "village_name"}
    return [h for h, cells in columns.items() if cells and h not in taken]


def _question(code: str, column: str, headers: Sequence[str], columns: dict[str, list[str]]) -> Question:
    """The columns that could be meant, each with its first cells."""
    choices = tuple(Choice(h, h, preview=tuple((cell,) for cell in columns[h][:PREVIEW])) for h in headers)
    guess = headers[0] if code == "columns" else ""
    return Question(f"{code}:{column}", choices, guess, {"column": column})
