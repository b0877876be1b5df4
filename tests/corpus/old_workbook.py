"""A minimal XLS: one sheet of BIFF8 records in the only stream of a compound file ([MS-XLS], [MS-CFB])."""

import struct

_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST = 4096  # shorter streams would live in a second, smaller file system


def xls(rows: list[list[str]], stream: str = "Workbook") -> bytes:
    """The rows as text cells of sheet "Sheet1"."""
    return _compound(_workbook(rows), stream)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _workbook(rows: list[list[str]]) -> bytes:
    name = struct.pack("<BB", 6, 0) + b"Sheet1"
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    page = _record(0x0042, struct.pack("<H", 1200))
    length = len(begin) + len(page) + 4 + 6 + len(name) + 4
    sheet_at = _record(0x0085, struct.pack("<IBB", length, 0, 0) + name)
    return begin + page + sheet_at + _record(0x000A, b"") + _sheet(rows)


def _sheet(rows: list[list[str]]) -> bytes:
    width = max(len(row) for row in rows)
    out = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))]
    out.append(_record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for y, row in enumerate(rows):
        out += [_record(0x0204, struct.pack("<HHH", y, x, 0) + _text(cell)) for x, cell in enumerate(row)]
    return b"".join([*out, _record(0x000A, b"")])


def _compound(content: bytes, stream: str) -> bytes:
    content = content.ljust(_SMALLEST, b"\0")
    content += b"\0" * (-len(content) % _SECTOR)
    sectors = len(content) // _SECTOR
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry(stream, 2, 2, len(content)) + _entry("", 0, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    return header + fat + directory + content


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    label = (name.encode("utf-16-le") + b"\0\0") if name else b""
    out = label.ljust(64, b"\0") + struct.pack("<HBBIII", len(label), kind, 1, _FREE, _FREE, child)
    return out + b"\0" * 36 + struct.pack("<IQ", start, size)
