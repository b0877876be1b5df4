"""Shapefiles out of zip archives or beside their parts, into a private folder. Second floor: intake.

A reader is only ever pointed at this folder: it holds nothing but the parts of one format under plain names, so no
sibling file, odd name or virtual path can lead it elsewhere.
"""

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from geo.model.errors import N_, FileUnreadable, broken
from geo.model.phrases import Phrase, megabytes, phrase

MAX_MEMBERS, MAX_RATIO, MAX_BYTES = 200, 200, 2 * 1024**3
_EXPECTED = N_("a zipped Shapefile")
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_RATIO_COUNTS_FROM = 1 << 20  # small files of one repeated byte are harmless at any ratio
_CHUNK = 1 << 20
_SHAPE_HEADER = 100  # bytes


@contextmanager
def shapefiles_in_zip(path: Path) -> Iterator[dict[str, Path]]:
    """The Shapefiles of a zip archive, name → staged .shp, while the context lasts.

    Raises FileUnreadable as `checked_members` and `inflated` do.
    """
    try:
        with TemporaryDirectory(prefix="yida-") as folder, zipfile.ZipFile(path) as archive:
            members = checked_members(path, archive, _EXPECTED, MAX_BYTES)
            yield _stage_members(path, members, Path(folder))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, struct.error) as error:
        raise refuse(path, broken(error)) from error


@contextmanager
def shapefile_beside_parts(path: Path) -> Iterator[dict[str, Path]]:
    """A bare .shp and the parts of the same name beside it, staged by links."""
    with TemporaryDirectory(prefix="yida-") as folder:
        beside = {p.suffix.lower(): p for p in sorted(path.parent.iterdir()) if p.stem == path.stem and p.is_file()}
        beside[".shp"] = path
        for suffix in PARTS:
            if suffix in beside:
                (Path(folder) / f"layer{suffix}").symlink_to(beside[suffix].resolve())
        if ".shx" not in beside:
            _write_index(Path(folder) / "layer.shp")
        yield {path.stem: Path(folder) / "layer.shp"}


@contextmanager
def single_file(path: Path, name: str) -> Iterator[Path]:
    """One file under a plain name of our own, copied: SQLite puts files of its own beside what it opens."""
    with TemporaryDirectory(prefix="yida-") as folder:
        staged = Path(folder) / name
        shutil.copyfile(path, staged)
        yield staged


def refuse(path: Path, detail: str | Phrase, expected: str = _EXPECTED) -> FileUnreadable:
    return FileUnreadable(path=path, expected=expected, detail=detail)


def checked_members(path: Path, archive: zipfile.ZipFile, expected: str, max_bytes: int) -> list[zipfile.ZipInfo]:
    """The files of an archive that is what it says.

    Raises FileUnreadable for too many members, too high a compression ratio, more than `max_bytes` by their own
    account, encrypted, overlapping or linked members, an odd compression, and names that are nested archives, absolute
    or climb with `..`.
    """
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise refuse(
            path, phrase(N_("{count} files inside; {most} are allowed"), count=len(members), most=MAX_MEMBERS), expected
        )
    if sum(m.file_size for m in members) > max_bytes:
        raise refuse(path, megabytes(N_("more than {size} MB when unpacked"), max_bytes), expected)
    for member in members:
        fault = _fault(member)
        if fault:
            raise refuse(path, fault, expected)
    _check_overlap(path, members, expected)
    return members


def inflated(path: Path, member: zipfile.ZipInfo, expected: str) -> Iterator[bytes]:
    """The bytes of a member in chunks, counted while they come: what its header says of its size is not believed.

    Raises FileUnreadable when it is longer or shorter than it says, or damaged.
    """
    length, crc = 0, 0
    try:
        for chunk in _raw_chunks(path, member):
            length, crc = length + len(chunk), zlib.crc32(chunk, crc)
            if length > member.file_size:
                raise refuse(path, phrase(N_("{name} holds more than it says"), name=_name(member)), expected)
            yield chunk
    except zlib.error as error:
        raise refuse(
            path, phrase(N_("{name} is damaged ({error})"), name=_name(member), error=error), expected
        ) from error
    if length != member.file_size or crc != member.CRC:
        raise refuse(path, phrase(N_("{name} is damaged"), name=_name(member)), expected)


def _raw_chunks(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = member.compress_size
    inflater = None if member.compress_type == zipfile.ZIP_STORED else zlib.decompressobj(-zlib.MAX_WBITS)
    with path.open("rb") as file:
        file.seek(_data_offset(path, member))
        while left > 0 and (raw := file.read(min(_CHUNK, left))):
            left -= len(raw)
            if inflater is None:
                yield raw
                continue
            while raw and not inflater.eof:
                yield inflater.decompress(raw, _CHUNK)
                raw = inflater.unconsumed_tail


def _data_offset(path: Path, member: zipfile.ZipInfo) -> int:
    with path.open("rb") as file:
        file.seek(member.header_offset)
        name, extra = struct.unpack("<26xHH", file.read(30))
    return int(member.header_offset + 30 + name + extra)


def _check_overlap(path: Path, members: list[zipfile.ZipInfo], expected: str) -> None:
    """Members that share bytes multiply a small archive into a huge one."""
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < end:
            raise refuse(path, phrase(N_("{name} lies over another file in the archive"), name=_name(member)), expected)
        end = _data_offset(path, member) + member.compress_size


def _fault(member: zipfile.ZipInfo) -> Phrase | None:
    """What speaks against a member; None when nothing does."""
    name = _name(member)
    if member.flag_bits & 0x1:
        return phrase(N_("it is encrypted"))
    if stat.S_ISLNK(member.external_attr >> 16):
        return phrase(N_("{name} is a link"), name=name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return phrase(N_("{name} is compressed in an uncommon way"), name=name)
    if member.file_size > max(_RATIO_COUNTS_FROM, MAX_RATIO * member.compress_size):
        return phrase(N_("{name} is compressed more than {ratio} times"), name=name, ratio=MAX_RATIO)
    return _name_fault(name)


def _name_fault(name: str) -> Phrase | None:
    climbing = ".." in PurePosixPath(name).parts
    if climbing or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return phrase(N_("the name {name} leads out of the archive"), name=name)
    if name.lower().endswith((".zip", ".gz", ".bz2", ".7z", ".rar", ".tar", ".tgz", ".xz", ".kmz")):
        return phrase(N_("{name} is an archive inside the archive"), name=name)
    return None


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows store it in GBK without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return name.replace("\\", "/")


def _stage_members(path: Path, members: list[zipfile.ZipInfo], folder: Path) -> dict[str, Path]:
    groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for member in members:
        name = PurePosixPath(_name(member))
        if name.suffix.lower() in PARTS and not name.name.startswith("._"):
            groups.setdefault(str(name.with_suffix("")), {})[name.suffix.lower()] = member
    staged: dict[str, Path] = {}
    for number, (stem, parts) in enumerate(sorted(groups.items())):
        if ".shp" not in parts:
            continue
        for suffix, member in parts.items():
            with (folder / f"layer{number}{suffix}").open("wb") as sink:
                sink.writelines(inflated(path, member, _EXPECTED))
        if ".shx" not in parts:
            _write_index(folder / f"layer{number}.shp")
        label = PurePosixPath(stem).name
        staged[stem if label in staged else label] = folder / f"layer{number}.shp"
    return staged


def _write_index(shapefile: Path) -> None:
    """The .shx of a .shp, which is often forgotten: where each record begins and how long it is, in 16-bit words."""
    size, at, entries = shapefile.stat().st_size, _SHAPE_HEADER, bytearray()
    with shapefile.open("rb") as file:
        header = file.read(_SHAPE_HEADER)
        while at + 8 <= size:
            file.seek(at + 4)
            (words,) = struct.unpack(">i", file.read(4))
            if words < 2 or at + 8 + words * 2 > size:
                break
            entries += struct.pack(">ii", at // 2, words)
            at += 8 + words * 2
    length = struct.pack(">i", (_SHAPE_HEADER + len(entries)) // 2)
    shapefile.with_suffix(".shx").write_bytes(header[:24] + length + header[28:] + entries)
