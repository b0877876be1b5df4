"""Text tables of the corpus: encodings, separators, quotes, titles, footers, and what is no table at all."""

import pickle
import random
from collections.abc import Iterator

from tests.corpus.case import CANARY, HEADER, Case, asks, delimited, facilities, read, refused

ROWS = 12


def cases(random_: random.Random) -> Iterator[Case]:
    """About forty files."""
    rows = facilities(random_, ROWS)
    yield from _encodings(rows)
    yield from _separators(rows)
    yield from _heads_and_feet(rows)
    yield from _broken_rows(rows)
    yield from _odd_values(rows)
    yield from _no_tables(rows)
    yield from _too_much(rows)


def _encodings(rows: list[list[str]]) -> Iterator[Case]:
    text = delimited(rows)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        yield read(f"encoding-{encoding}.csv", text.encode(encoding), ROWS)
    yield read("encoding-utf-16-be.csv", b"\xfe\xff" + text.encode("utf-16-be"), ROWS)
    yield refused("encoding-utf-16-without-mark.csv", text.encode("utf-16-le"))
    halves = text.splitlines(keepends=True)
    mixed = "".join(halves[:8]).encode() + "".join(halves[8:]).encode("gb18030")
    yield read("encoding-two-in-one.csv", mixed, ROWS, codes=("encoding_mixed",))
    cut = text.encode("gb18030").replace(
        "村卫生室,双".encode("gb18030"), "村卫生室".encode("gb18030")[:-1] + ",双".encode("gb18030"), 1
    )
    yield read("encoding-half-a-character.csv", cut, ROWS, codes=("text_broken",))
    yield read("line-ends-of-old-macs.csv", text.replace("\n", "\r").encode(), ROWS)
    yield read("line-ends-of-windows.csv", text.replace("\n", "\r\n").encode("gb18030"), ROWS)


def _separators(rows: list[list[str]]) -> Iterator[Case]:
    for name, mark in (("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        yield read(f"separator-{name}.csv", delimited(rows, mark).encode(), ROWS)
    decimal = [[*row[:3], row[3].replace(".", ","), row[4].replace(".", ","), *row[5:]] for row in rows]
    yield read("decimal-comma.csv", delimited(decimal, ";").encode(), ROWS)
    yield read("separator-told-by-excel.csv", ("sep=;\n" + delimited(rows, ";")).encode(), ROWS)
    yield refused("one-column.csv", "".join(row[0] + "\n" for row in rows).encode())


def _heads_and_feet(rows: list[list[str]]) -> Iterator[Case]:
    text = delimited(rows)
    titled = "2024年某县医疗卫生机构一览表\n填报单位：某县卫生健康委员会\n\n" + text
    yield read("title-rows.csv", titled.encode("gb18030"), ROWS)
    footed = text + "合计,,,,,78,\n说明：床位为实有床位,,,,,,\n填表人：张三,审核人：李四,,,,,\n"
    yield read("total-and-signature.csv", footed.encode(), ROWS, codes=("footer_left_out",))
    half = delimited(rows[:6]) + "小计,,,,,21,\n" + delimited(rows[6:])
    yield read("header-and-total-inside.csv", half.encode(), ROWS, codes=("footer_left_out", "header_repeated"))
    two_lines = "机构名称,机构类别,所属乡镇,位置,,床位数,机构代码\n,,,经度,纬度,,\n" + text.split("\n", 1)[1]
    yield read("header-of-two-lines.csv", two_lines.encode(), ROWS)
    english = ",".join(("name", "category", "township", "lon", "lat", "beds", "id")) + "\n" + text
    yield asks("two-headers.csv", english.encode(), "header_row")
    yield asks("no-header.csv", text.split("\n", 1)[1].encode(), "header_row")
    yield refused("header-only.csv", (",".join(HEADER) + "\n").encode(), "table_empty")
    twice = text.replace("所属乡镇", "机构名称", 1)
    yield read("header-twice.csv", twice.encode(), ROWS, verdict="needs_answer", asks="columns:name")
    doubled = delimited([[*row, row[0]] for row in rows], header=(*HEADER, HEADER[0]))
    yield read("column-twice.csv", doubled.encode(), ROWS, codes=("header_twice",))


def _broken_rows(rows: list[list[str]]) -> Iterator[Case]:
    lines = delimited(rows).splitlines(keepends=True)
    lines[3] = lines[3].rstrip("\n") + ",多出来的\n"
    lines[5] = ",".join(lines[5].split(",")[:3]) + "\n"
    yield read("ragged-rows.csv", "".join(lines).encode(), ROWS, row_errors=1, codes=("row_too_long",))
    quoted = [[f'"{row[0]}\n(新址)"', *row[1:]] for row in rows]
    yield read("line-breaks-in-names.csv", delimited(quoted).encode(), ROWS)
    open_quote = [list(row) for row in rows]
    open_quote[4][0] = '"' + open_quote[4][0]
    yield read("quote-not-closed.csv", delimited(open_quote).encode(), ROWS, codes=("quote_not_closed",))
    inner = [list(row) for row in rows]
    inner[2][0] = inner[2][0] + ' "老"院'
    yield read("quote-inside-a-name.csv", delimited(inner).encode(), ROWS)
    blank = "\n\n".join(delimited(rows).split("\n")) + ",,,,,,\n" * 20
    yield read("blank-rows.csv", blank.encode(), ROWS)


def _odd_values(rows: list[list[str]]) -> Iterator[Case]:
    yield read(
        "swapped-positions.csv",
        delimited([[*r[:3], r[4], r[3], *r[5:]] for r in rows]).encode(),
        ROWS,
        codes=("columns_swapped",),
    )
    yield read("degrees-minutes-seconds.csv", delimited([_dms(row) for row in rows]).encode(), ROWS)
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    full = [[*row[:3], *(cell.translate(wide) for cell in row[3:6]), row[6]] for row in rows]
    yield read("full-width-digits.csv", delimited(full).encode(), ROWS)
    nothing = [
        [*row[:3], word, word, word, row[6]]
        for row, word in zip(rows, ["NA", "无", "nan", "null", "-", "inf"] * 2, strict=True)
    ]
    yield read("words-for-nothing.csv", delimited(nothing).encode(), ROWS, verdict="rejected", row_errors=ROWS)
    hostile = [
        '=cmd|"/c calc"!A1',
        "<script>alert(1)</script>",
        "{{cycler.__init__.__globals__}}",
        "${7*7}",
        "'; DROP TABLE x",
    ]
    names = [[hostile[n] if n < len(hostile) else row[0], *row[1:]] for n, row in enumerate(rows)]
    names[0][0] = '"' + names[0][0].replace('"', '""') + '"'
    yield read("formulas-and-markup-as-names.csv", delimited(names).encode(), ROWS)
    near = [list(row) for row in rows]
    near[5] = [near[4][0].replace("村", "树"), *near[4][1:6], near[5][6]]
    yield read("near-same-names.csv", delimited(near).encode(), ROWS, verdict="accepted_with_warnings")
    coded = [[*row[:6], f"3.406{n:02}E+11"] for n, row in enumerate(rows)]
    yield read("codes-in-scientific-notation.csv", delimited(coded).encode(), ROWS, codes=("code_scientific",))
    pointed = [["" if n == 4 else row[0], *row[1:]] for n, row in enumerate(rows)]
    yield read("a-name-missing.csv", delimited(pointed).encode(), ROWS, row_errors=1, codes=("name_missing",))
    rude = [[row[0].replace("村", "\x07村"), *row[1:]] for row in rows]
    yield read("control-characters.csv", delimited(rude).encode(), ROWS)


def _dms(row: list[str]) -> list[str]:
    places = []
    for text in row[3:5]:
        degrees, rest = divmod(float(text), 1)
        minutes, rest = divmod(rest * 60, 1)
        places.append(f"{degrees:.0f}°{minutes:.0f}′{rest * 60:.2f}″")
    return [*row[:3], *places, *row[5:]]


def _no_tables(rows: list[list[str]]) -> Iterator[Case]:
    text = delimited(rows)
    yield refused("empty.csv", b"")
    yield refused("blanks.csv", b" \r\n\t \n")
    yield refused("nul-bytes.csv", text.encode().replace(b"\n", b"\0\n", 3))
    yield refused("late-nul.csv", (text * 400).encode() + b"\0\0\0\0")
    yield refused("program-of-linux.csv", b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"a,b,c\n" * 300)
    yield refused("program-of-windows.csv", b"MZ\x90\0\x03\0\0\0" + b"a,b,c\n" * 300)
    yield refused("pickle.csv", pickle.dumps({"a": [1, 2], "b": text}))
    yield refused("pickle-as-text.csv", b"cos\nsystem\n(S'touch " + CANARY.encode() + b"'\ntR.\n")
    yield refused("pdf.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\0<< /a (b,c) >>\n")
    yield refused("page.xls", b"<html><body><table><tr><td>a</td></tr></table></body></html>")
    yield refused("prose.csv", "这是一份说明，不是表格。\nDear colleague,\nno list here\nregards\n".encode())
    yield refused("json-lines.csv", b'[{"a": 1, "b": 2}, {"a": 3, "b": 4}]')


def _too_much(rows: list[list[str]]) -> Iterator[Case]:
    many = ",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n"
    yield refused("ten-thousand-columns.csv", many.encode(), "file_too_demanding")
    huge = [list(row) for row in rows]
    huge[3][0] = "医" * 300_000
    yield refused("one-enormous-cell.csv", delimited(huge).encode(), "file_too_demanding")
    yield refused("one-enormous-line.csv", b"a,b\n" + b"x" * 9_000_000, "file_too_demanding")
    quotes = ",".join(HEADER) + "\n" + '"a,b,c,"d\n' * 3_000
    yield refused("quotes-broken-throughout.csv", quotes.encode())
    yield read("commas-only.csv", (delimited(rows) + "," * 5_000 + "\n").encode(), ROWS)
