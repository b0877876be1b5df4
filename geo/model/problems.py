"""What is wrong with a row, said so that its owner can mend it. First floor: the words.

An exception (geo.model.errors) stops a file; a Problem never does. An error cost one row, a warning cost nothing but
should be read. Sentences are gettext message ids.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from geo.model.errors import N_

Severity = Literal["error", "warning"]

SENTENCES: dict[str, str] = {
    # rows refused
    "position_missing": N_("Row {row}: {column} is empty, so the place cannot be drawn. Fill it in."),
    "position_not_a_number": N_("Row {row}: {column} is {value}, which is not a number. Write decimal degrees."),
    "position_out_of_range": N_("Row {row}: longitude {lon}, latitude {lat} is no place on earth. Correct it."),
    "position_swapped": N_("Row {row}: longitude {lon} and latitude {lat} seem to be swapped. Exchange the two."),
    "position_zero": N_("Row {row}: longitude and latitude are both 0, which stands for unknown. Fill them in."),
    "geometry_missing": N_("Row {row}: the feature has no geometry that can be read. Draw it again or delete it."),
    "geometry_not_a_line": N_("Row {row}: a {kind} is no road. Only lines are read."),
    "name_missing": N_("Row {row}: the name is empty. Fill it in."),
    "population_missing": N_("Row {row}: the population is empty. Write 0 if nobody lives there."),
    "population_not_a_number": N_("Row {row}: the population is {value}, which is not a number. Correct it."),
    "population_negative": N_("Row {row}: the population is {value}, less than 0. Correct it."),
    "tier_unknown": N_(
        "Row {row}: the tier of {name} cannot be told from {value}. Add a tier column with one of: {choices}."
    ),
    # rows kept
    "id_duplicate": N_("Row {row}: the id {value} is used before; this row is now {new}. Give each row its own id."),
    "id_generated": N_("{count} rows of {table} have no id; ids were made from row numbers. Later edits need ids."),
    "code_scientific": N_(
        "Row {row}: {column} is {value}: a spreadsheet has turned a code into a number and dropped digits. "
        "Format the column as text and export again."
    ),
    "number_invalid": N_("Row {row}: {column} is {value}, which is not a number; it is treated as unknown."),
    "number_negative": N_("Row {row}: {column} is {value}, less than 0; it is treated as unknown."),
    "row_too_long": N_("Row {row} has more cells than the header; left out: {value}. Check for stray separators."),
    "tier_from_name": N_("{count} facilities got their tier from name or category. Check them, or add a tier column."),
    # roads
    "class_unknown": N_("{count} lines have a road class that is not known ({values}); they count as unclassified."),
    "class_missing": N_("No column tells the road class, so all {count} lines count as unclassified."),
    "class_not_open": N_("{count} lines are planned or under construction and were left out."),
    "junctions_made": N_("{count} line ends touched another line without a shared vertex; they are now joined to it."),
    # joining a study
    "outside_outline": N_("{name} lies outside the outline. Check its position, or the outline."),
    "off_network": N_("{name} is more than {limit_m:g} m from any road it could use, so no time is given for it."),
    # taken from OpenStreetMap
    "population_assumed": N_(
        "{count} {what} have no population in the map data; {people} people were assumed by kind of place "
        "({source}). Edit data/reference/osm_places.csv or load a population table."
    ),
    "population_spread": N_("{name}: {people} people were spread over {count} cells by residential buildings."),
    "places_inside_town": N_("{count} quarters were left out: the town around each already counts their people."),
    "place_twice": N_("{count} places are mapped twice; each was counted once."),
    "facility_merged": N_("{dropped} is the same place as {kept} ({distance_m} m away); the two were merged."),
    "facility_doubtful": N_("{name} ({value}) may not be a place of care. Check it."),
    "facility_unnamed": N_("{name} has no name in the map data. Give it one."),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One finding. `row` counts as the file does: a table's header is row 1, a map layer's first feature is 1."""

    code: str
    severity: Severity
    table: str
    row: int | None = None
    column: str = ""
    params: dict[str, object] = field(default_factory=dict, hash=False)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate` (message id → text)."""
        known = {"table": self.table, "row": self.row, "column": self.column} | self.params
        return translate(SENTENCES[self.code]).format(**known)


def refused(problems: list[Problem]) -> int:
    """How many rows were refused: distinct rows with an error."""
    return len({(p.table, p.row) for p in problems if p.severity == "error"})
