"""Shapefiles out of zip archives or beside their parts, into a private folder. Second floor: intake.

A reader is only ever pointed at this folder: it holds nothing but the parts of one format under plain names, so no
sibling file, odd name or virtual path can lead it elsewhere.
"""

import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from geo.model.errors import FileUnreadable

MAX_MEMBERS, MAX_RATIO, MAX_BYTES = 200, 200, 2 * 1024**3
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_RATIO_COUNTS_FROM = 1 << 20  # small files of one repeated byte are harmless at any ratio
_CHUNK = 1 << 20


@contextmanager
def shapefiles_in_zip(path: Path) -> Iterator[dict[str, Path]]:
    """The Shapefiles of a zip archive, name → staged .shp, while the context lasts.

    Raises FileUnreadable for too many members, too high a compression ratio, too many bytes, encrypted members and
    names that are nested archives, absolute or climb with `..`.
    """
    try:
        with TemporaryDirectory(prefix="yida-") as folder, zipfile.ZipFile(path) as archive:
            yield _stage_members(archive, _checked(path, archive), Path(folder))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise refuse(path, str(error)) from error


@contextmanager
def shapefile_beside_parts(path: Path) -> Iterator[dict[str, Path]]:
    """A bare .shp and the parts of the same name beside it, staged by links."""
    with TemporaryDirectory(prefix="yida-") as folder:
        beside = {p.suffix.lower(): p for p in sorted(path.parent.iterdir()) if p.stem == path.stem and p.is_file()}
        beside[".shp"] = path
        for suffix in PARTS:
            if suffix in beside:
                (Path(folder) / f"layer{suffix}").symlink_to(beside[suffix].resolve())
        yield {path.stem: Path(folder) / "layer.shp"}


@contextmanager
def single_file(path: Path, name: str) -> Iterator[Path]:
    """One file under a plain name of our own, staged by a link."""
    with TemporaryDirectory(prefix="yida-") as folder:
        staged = Path(folder) / name
        staged.symlink_to(path.resolve())
        yield staged


def refuse(path: Path, detail: str) -> FileUnreadable:
    return FileUnreadable(path=path, expected="a zipped Shapefile", detail=detail)


def _checked(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise refuse(path, f"{len(members)} files inside; {MAX_MEMBERS} are allowed")
    if sum(m.file_size for m in members) > MAX_BYTES:
        raise refuse(path, "more than 2 GB when unpacked")
    for member in members:
        _check_name(path, _name(member))
        if member.flag_bits & 0x1:
            raise refuse(path, "it is encrypted")
        if member.file_size > max(_RATIO_COUNTS_FROM, MAX_RATIO * member.compress_size):
            raise refuse(path, f"{_name(member)} is compressed more than {MAX_RATIO} times")
    return members


def _check_name(path: Path, name: str) -> None:
    climbing = ".." in PurePosixPath(name).parts
    if climbing or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise refuse(path, f"the name {name} leads out of the archive")
    if name.lower().endswith((".zip", ".gz", ".bz2", ".7z", ".rar", ".tar", ".tgz", ".xz", ".kmz")):
        raise refuse(path, f"{name} is an archive inside the archive")


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows store it in GBK without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return name.replace("\\", "/")


def _stage_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path) -> dict[str, Path]:
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
            with archive.open(member) as source, (folder / f"layer{number}{suffix}").open("wb") as sink:
                shutil.copyfileobj(source, sink, _CHUNK)  # zipfile never yields more than the declared size
        label = PurePosixPath(stem).name
        staged[stem if label in staged else label] = folder / f"layer{number}.shp"
    return staged
