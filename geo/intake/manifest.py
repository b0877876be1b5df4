"""Where a study's files are: a sample's study.toml, or what was named in the terminal. Second floor: intake."""

import hashlib
import tomllib
from pathlib import Path

from geo.model.errors import FileMissing, FileUnreadable
from geo.model.inputs import Sources
from geo.model.schemes import DATA

SAMPLE_FOLDER = DATA / "sample"


def sample_names() -> list[str]:
    """The samples that ship with the program; xishui, the default, first."""
    names = sorted(p.parent.name for p in SAMPLE_FOLDER.glob("*/study.toml"))
    return sorted(names, key=lambda name: (name != "xishui", name))


def read_manifest(folder: Path) -> Sources:
    """The sources that a folder's study.toml names. Raises FileMissing, FileUnreadable."""
    path = folder / "study.toml"
    if not path.is_file():
        raise FileMissing(path=path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        files = {key: folder / name for key, name in raw["files"].items()}
        return Sources(
            name=raw["id"],
            title=raw["title"],
            scheme_id=raw["scheme"],
            roads=files.get("osm") or files["roads"],
            boundary=files.get("boundary"),
            facilities=files.get("facilities"),
            demand=files.get("demand"),
            units=files.get("units"),
            heights=tuple(path for key, path in files.items() if key.startswith("heights")),
            links=files.get("links"),
            indicators=files.get("indicators"),
            crs=raw.get("crs"),
            terrain=raw.get("terrain", "plain"),
            illustrative=raw.get("illustrative", False),
            notes=raw.get("notes", {}),
            population=raw.get("population", {}),
            attribution=tuple(raw.get("attribution", [])),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise FileUnreadable(path=path, expected="study.toml", detail=error) from error


def fingerprint(sources: Sources) -> str:
    """A name for the content of all files of some sources and what is said about them."""
    digest = hashlib.sha256(repr(sorted(sources.header().items())).encode())
    if sources.answers:
        digest.update(repr(sorted((kind, sorted(own.items())) for kind, own in sources.answers.items())).encode())
    lists = (sources.facilities, sources.demand, sources.units, sources.links, sources.indicators, *sources.heights)
    for path in (sources.boundary, sources.roads, *lists):
        if path is not None and path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()
