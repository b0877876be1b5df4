"""Archives of the corpus: Shapefiles of points written byte by byte, and archives that are not what they say."""

import io
import random
import stat
import struct
import zipfile
from collections.abc import Iterator

from tests.corpus.case import CANARY, Case, asks, facilities, read, refused

ROWS = 12
_WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
_FIELDS = (("名称", 60), ("类别", 30), ("乡镇", 30), ("床位数", 6), ("代码", 12))  # a name has ten bytes at most
Members = dict[str, bytes]


def cases(random_: random.Random) -> Iterator[Case]:
    """About twenty-five files."""
    rows = facilities(random_, ROWS)
    yield from _shapefiles(rows)
    yield from _archives(shapefile(rows))
    yield from _lies(shapefile(rows))


def shapefile(rows: list[list[str]], encoding: str = "utf-8", prj: str = _WGS84) -> Members:
    """The parts of a Shapefile of points named "list"."""
    records = [struct.pack("<idd", 1, float(row[3]), float(row[4])) for row in rows]
    size = 100 + sum(8 + len(r) for r in records)
    shp, shx, at = [_shape_header(size, rows)], [_shape_header(100 + 8 * len(records), rows)], 100
    for number, record in enumerate(records, start=1):
        shp.append(struct.pack(">ii", number, len(record) // 2) + record)
        shx.append(struct.pack(">ii", at // 2, len(record) // 2))
        at += 8 + len(record)
    parts = {"list.shp": b"".join(shp), "list.shx": b"".join(shx), "list.dbf": _dbf(rows, encoding)}
    return parts | ({"list.prj": prj.encode()} if prj else {})


def _shape_header(size: int, rows: list[list[str]]) -> bytes:
    x, y = [float(row[3]) for row in rows], [float(row[4]) for row in rows]
    box = struct.pack("<8d", min(x), min(y), max(x), max(y), 0, 0, 0, 0)
    return struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, size // 2) + struct.pack("<ii", 1000, 1) + box


def _dbf(rows: list[list[str]], encoding: str) -> bytes:
    width = 1 + sum(length for _, length in _FIELDS)
    head = struct.pack("<B3BIHH20x", 3, 124, 1, 1, len(rows), 33 + 32 * len(_FIELDS), width)
    for name, length in _FIELDS:
        head += name.encode(encoding)[:10].ljust(11, b"\0") + struct.pack("<c4xBB14x", b"C", length, 0)
    body = b""
    for row in rows:
        cells = (*row[:3], *row[5:])
        body += b" " + b"".join(c.encode(encoding)[:n].ljust(n) for c, (_, n) in zip(cells, _FIELDS, strict=True))
    return head + b"\r" + body + b"\x1a"


def zipped(members: Members, *, links: tuple[str, ...] = (), method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = ((stat.S_IFLNK if name in links else stat.S_IFREG) | 0o644) << 16
            archive.writestr(info, content, method, 9 if method == zipfile.ZIP_DEFLATED else None)
    return out.getvalue()


def _shapefiles(rows: list[list[str]]) -> Iterator[Case]:
    yield read("points.zip", zipped(shapefile(rows)), ROWS)
    yield read("gbk-without-cpg.zip", zipped(shapefile(rows, "gb18030")), ROWS)
    yield read("without-prj.zip", zipped(shapefile(rows, prj="")), ROWS, verdict="needs_answer")
    datum = f'DATUM["x",SPHEROID["x",6378137,298.3],EXTENSION["PROJ4_GRIDS","{CANARY}"]]'
    odd = f'GEOGCS["x",{datum},PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
    yield read("prj-opens-a-grid.zip", zipped(shapefile(rows, prj=odd)), ROWS, verdict="needs_answer")
    yield read("prj-of-nonsense.zip", zipped(shapefile(rows, prj="nonsense[")), ROWS, verdict="needs_answer")
    two = {f"新/{n}": c for n, c in shapefile(rows).items()}
    two |= {n.replace("list", "old"): c for n, c in shapefile(rows[:5]).items()}
    yield asks("two-shapefiles.zip", zipped(two), "layer")
    parts = shapefile(rows)
    nan = parts["list.shp"][:112] + struct.pack("<dd", float("nan"), float("inf")) + parts["list.shp"][128:]
    yield read("nan-and-infinity.zip", zipped(parts | {"list.shp": nan}), ROWS, row_errors=1)
    yield read("without-index.zip", zipped({n: c for n, c in parts.items() if n != "list.shx"}), ROWS)
    lying = parts["list.shp"][:104] + struct.pack(">i", 0x7FFFFFF) + parts["list.shp"][108:]
    yield read("record-longer-than-the-file.zip", zipped(parts | {"list.shp": lying}), ROWS)
    count = parts["list.dbf"][:4] + struct.pack("<I", 0x7FFFFFFF) + parts["list.dbf"][8:]
    yield read("table-longer-than-it-is.zip", zipped(parts | {"list.dbf": count}), ROWS)


def _archives(parts: Members) -> Iterator[Case]:
    for number, name in enumerate(("../list.shp", "/list.shp", "C:\\list.shp", "a/../../list.shp", "..\\..\\list.shp")):
        yield refused(f"path-that-climbs-{number}.zip", zipped({**parts, name: b"x"}))
    yield refused("link-inside.zip", zipped({**parts, "list.cpg": CANARY.encode()}, links=("list.cpg",)))
    yield refused("archive-inside.zip", zipped({**parts, "more.zip": zipped(parts)}))
    yield refused("bomb.zip", zipped({**parts, "list.dbf": b"\0" * 300_000_000}))
    yield refused("bomb-of-bombs.zip", zipped({"bomb.zip": zipped({"list.shp": b"\0" * 50_000_000})}))
    yield refused("thousand-files.zip", zipped({**parts, **{f"{n}.txt": b"" for n in range(1_000)}}))
    yield refused("uncommon-compression.zip", zipped(parts, method=zipfile.ZIP_LZMA))
    yield refused("without-a-list.zip", zipped({"readme.txt": b"nothing here"}))
    yield refused("virtual-inside.zip", zipped({"list.vrt": f"<OGRVRTDataSource>{CANARY}</OGRVRTDataSource>".encode()}))
    yield refused("cut-off.zip", zipped(parts)[:-60])
    encrypted = bytearray(zipped(parts))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = encrypted.find(signature)
        encrypted[place + at] |= 1
    yield refused("encrypted.zip", bytes(encrypted))


def _lies(parts: Members) -> Iterator[Case]:
    yield refused("overlapping-members.zip", _overlapping(parts))
    bomb = zipped({**parts, "list.dbf": b"\0" * 100_000_000})
    yield refused("size-that-lies.zip", _declared(bomb, "list.dbf", 4_000))
    small = zipped(parts)
    yield refused("size-too-large.zip", _declared(small, "list.dbf", 3_000_000_000))
    broken = bytearray(zipped(parts, method=zipfile.ZIP_STORED))
    broken[broken.find(b"list.dbf") + 60] ^= 0xFF
    yield refused("checksum-that-lies.zip", bytes(broken))


def _declared(archive: bytes, name: str, size: int) -> bytes:
    """The archive with another inflated size written for a member, in both its headers."""
    out = bytearray(archive)
    own = name.encode()
    first, last = out.find(own), out.rfind(own)
    out[first - 8 : first - 4] = struct.pack("<I", size)  # local header: size stands 8 bytes before the name
    out[last - 22 : last - 18] = struct.pack("<I", size)  # central directory: 22 bytes before it
    return bytes(out)


def _overlapping(parts: Members) -> bytes:
    """A good archive in whose directory one member stands twenty times more, under other names, for the same bytes."""
    archive = zipped(parts)
    end = archive.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack("<10xHII2x", archive[end:])
    central = archive[start:end]
    at = central.find(b"list.dbf") - 46  # length of an entry before its name
    entry = central[at : at + 46]
    more = b"".join(entry + b"m%03d.dbf" % number for number in range(20))
    total = count + 20
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, total, total, size + len(more), start, 0)
    return archive[:start] + central + more + tail
