"""Collects every text of geo/ and pages/ into locale/: `python -m tests.text`. Translations already there are kept."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCED = ("speeds.csv", "intervals.csv", "fleet_rules.csv")
CATALOGUE = ROOT / "locale" / "zh" / "LC_MESSAGES" / "yida.po"


def messages() -> Iterator[tuple[str, str]]:
    """(file, message id) of every text marked with _() or N_(), and of the sources that reference tables name."""
    for name in SOURCED:
        for row in csv.DictReader((ROOT / "data" / "reference" / name).read_text(encoding="utf-8").splitlines()):
            yield f"data/reference/{name}", row["source"]
    for folder in ("geo", "pages"):
        found = extract_from_dir(str(ROOT / folder), method_map=[("**.py", "python")], keywords={"_": None, "N_": None})
        for file, _line, message, _comments, _context in found:
            yield f"{folder}/{file}", str(message)


def catalogue() -> Catalog:
    """The Chinese catalogue as it is stored."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def collect() -> Catalog:
    """The stored catalogue with texts that are new (untranslated) and without those that are gone."""
    stored = catalogue() if CATALOGUE.is_file() else Catalog(locale="zh")
    # A date of its own in every run would make two people's catalogues conflict.
    fresh = Catalog(
        locale="zh", project="Yida", version="1", fuzzy=False, creation_date=datetime(2026, 1, 1, tzinfo=UTC)
    )
    for message in sorted({m for _, m in messages()}):
        old = stored.get(message)
        fresh.add(message, old.string if old else "")
    return fresh


def main() -> None:
    """Rewrite the catalogue and say what is left to translate."""
    fresh = collect()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=0, omit_header=False, sort_output=True, ignore_obsolete=True)
    for message in fresh:
        if message.id and not message.string:
            print(message.id)


if __name__ == "__main__":
    main()
