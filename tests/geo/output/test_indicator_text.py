"""A figure looks the same on the page and in a sheet's or slide's number format."""

import pandas as pd
import pytest

from geo.model.indicators import Entry
from geo.output.indicator_text import value_form, value_text


def entry_of(kind: str) -> Entry:
    texts = {lang: {"title": "T", "unit": "%" if kind == "share" else ""} for lang in ("zh", "en")}
    return Entry("A-01", "1", "efficiency", kind, "higher", None, "2024", "county", "G", texts)


def as_formatted(form: str, value: float) -> str:
    """What a spreadsheet shows: thousands, the decimals that 0 asks for, and those that # allows."""
    number, _, words = form.partition('"')
    decimals = number.partition(".")[2]
    told = f"{value:,.{len(decimals)}f}"
    for _sign in range(decimals.count("#")):
        told = told.removesuffix("0")
    return told + words.rstrip('"')


@pytest.mark.parametrize("kind", ["share", "count"])
@pytest.mark.parametrize("values", [[30.0, 65.25, 7.5], [1200.0, 8.0]])
def test_a_number_format_shows_what_the_page_says(kind: str, values: list[float]) -> None:
    entry = entry_of(kind)
    form = value_form(entry, pd.Series(values))
    said = [value_text(entry, value, "en") for value in values]
    if kind == "count" and any(value % 1 for value in values):
        said = [text if "." in text else f"{text}.0" for text in said]  # one format for all of a chart
    assert [as_formatted(form, value) for value in values] == said
