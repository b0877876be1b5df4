"""What is wrong with a row, said so that its owner can mend it. First floor: the words.

An exception (geo.model.errors) stops a file; a Problem never does. An error cost one row, a warning cost nothing but
should be read. Sentences are gettext message ids.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from geo.model.column_names import as_said
from geo.model.errors import N_, RasterElsewhere, RoadsElsewhere

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
    "id_generated": N_("{count} rows of {table} have no id; ids were made for them. Later edits need ids."),
    "code_scientific": N_(
        "Row {row}: {column} is {value}: a spreadsheet has turned a code into a number and dropped digits. "
        "Format the column as text and export again."
    ),
    "number_invalid": N_("Row {row}: {column} is {value}, which is not a number; it is treated as unknown."),
    "number_negative": N_("Row {row}: {column} is {value}, less than 0; it is treated as unknown."),
    "row_too_long": N_("Row {row} has more cells than the header; left out: {value}. Check for stray separators."),
    # the file itself
    "footer_left_out": N_("Row {row} is a total or a remark, not a row of the list; it was left out: {value}."),
    "header_repeated": N_("Row {row} repeats the header and was left out."),
    "header_twice": N_("The header {value} stands over several columns; the later ones are read as {new}. Check them."),
    "encoding_mixed": N_("{value} lines are in another encoding than the rest; each was read in its own. Check names."),
    "text_broken": N_("Row {row} holds bytes that are no text: {value}. Correct it in the program it comes from."),
    "quote_not_closed": N_("Row {row} has a quotation mark that is never closed; it was read without: {value}."),
    "shapes_as_points": N_("{value} shapes are no points; each counts at a point within it. Check where that is."),
    # the data desk: columns
    "column_personal": N_("Column {column} holds telephone numbers, names or identity numbers of persons; not read."),
    "column_missing": N_("No column holds {column}, and no row can do without. Name the column, or add it."),
    # the data desk: places
    "position_far_away": N_(
        "Row {row}: {name} lies {distance_km} km outside the county, too far to belong to it. Correct its position."
    ),
    "outside_county": N_(
        "Row {row}: {name} lies {distance_km} km outside the county. Correct its position, or leave it if it is right."
    ),
    "far_from_road": N_(
        "Row {row}: {name} is {distance_m} m from the nearest road, more than {limit_m:g} m. Correct its position, or "
        "add the missing road."
    ),
    "no_road_near": N_("Row {row}: {name} has no road near it. Correct its position, or add the missing road."),
    "same_point": N_(
        "Row {row}: {name} lies on the very point of {other} in row {other_row}. Correct one, if they are apart."
    ),
    # the data desk: townships and codes
    "township_disagrees": N_(
        "Row {row}: {name} is said to be in {stated} but lies in {found}. Correct its township, or its position."
    ),
    "township_unknown": N_("Row {row}: {column} is {value}, which is no township of this county. Correct it."),
    "area_unknown": N_("Row {row}: no area here has the code {value}. Correct it; codes are such as {choices}."),
    "code_other_county": N_(
        "Row {row}: {column} is {value}, a code of division {division}, not of this county ({county}). Check the code."
    ),
    # the data desk: rows told twice
    "twice_same_code": N_(
        "Row {row}: {name} has the code and the name of {other} in row {other_row}. Leave one of the two out."
    ),
    "twice_same_name": N_(
        "Row {row}: {name} has the name and the place of {other} in row {other_row}. Leave one of the two out."
    ),
    "twice_like_name": N_(
        "Row {row}: {name} may be {other} in row {other_row}: names and places are nearly the same. Leave one of the "
        "two out if they are one."
    ),
    # the data desk: figures
    "number_too_large": N_(
        "Row {row}: {column} is {value}, more than {limit:,.0f}; it is treated as unknown. Correct "
        "it."
    ),
    "unit_scaled": N_("Column {value} counts by {times:,}: {count} figures were multiplied to plain numbers."),
    "unit_unknown": N_("Column {value} counts in {unit}, which is no unit of it. Write plain numbers."),
    "people_not_whole": N_(
        "{count} figures of {column} are not whole, such as {value}. Check the unit: people are whole."
    ),
    "code_decimal": N_("{count} codes of {column} were written as decimals (….0); the .0 was left out."),
    "cells_filled": N_("{count} cells under merged cells were filled with the text above them."),
    "status_unknown": N_(
        "Row {row}: the status {value} is not known, so the facility counts as open. Write open or closed."
    ),
    "lead_unknown": N_("No medical community of the lead hospital {value} is known; the community is left empty."),
    "flag_unclear": N_(
        "Row {row}: {column} is {value}, neither yes nor no; what is stored stays. Write yes or no."
    ),
    "part_exceeds_whole": N_(
        "Row {row}: {value} people of 65 and over are more than all its {whole} people. Correct "
        "it."
    ),
    # the data desk: tiers and parents
    "tier_doubt_level": N_(
        "Row {row}: {name} was taken for {tier}, but its level is {value}. Accept the tier, or correct it."
    ),
    "tier_doubt_name": N_(
        "Row {row}: {name} was taken for {tier} by its category {value}, but its name says otherwise. Accept the tier, "
        "or correct it."
    ),
    "tier_doubt_hospital": N_(
        "Row {row}: {name} was taken for {tier}, but may be no public hospital of the county. Accept the tier, or "
        "correct it."
    ),
    "parent_missing": N_("Row {row}: {name} needs an institution it belongs to, and names none. Fill in the parent."),
    "parent_several": N_(
        "Row {row}: {name} has several parents: {value}. {kept} was kept, since one manages a facility. Write another "
        "alone if that one does; what else binds them is a link."
    ),
    "parent_unknown": N_(
        "Row {row}: the parent {value} is in no list. Correct it; leave it if it is outside the "
        "county."
    ),
    "parent_itself": N_("Row {row}: {name} names itself as its parent; the parent is left empty. Name the right one."),
    "parent_circle": N_(
        "Row {row}: {name} leads itself by way of others ({value}); its parent is left empty. Name the right one."
    ),
    # the data desk: capabilities
    "capability_unknown": N_(
        "Row {row}: {name} names a capability nobody has defined: {value}. Use ids of data/reference/capabilities.csv, "
        "or add it there."
    ),
    # the data desk: areas and indicators
    "roads_elsewhere": RoadsElsewhere.sentence,
    "geometry_not_an_area": N_("Row {row}: {name} is no area. Draw its outline as a polygon."),
    "geometry_repaired": N_("Row {row}: the outline of {name} crosses itself; it was repaired. Check it on the map."),
    "area_outside": N_("Row {row}: {share_pct:g} % of {name} lies outside the county. Check its outline."),
    "areas_overlap": N_(
        "Row {row}: {name} overlaps {other} in row {other_row} by {area_km2} km². A place there counts for one only."
    ),
    "figure_missing": N_("Row {row}: {column} is empty. Fill it in."),
    "figure_not_a_number": N_("Row {row}: {column} is {value}, which is not a number. Correct it."),
    "figure_twice": N_(
        "Row {row}: {value} has a figure for this unit and period in row {other_row} already. Leave one of the two out."
    ),
    "ratio_above_one": N_(
        "Row {row}: the numerator {value} is more than the denominator {whole}. A ratio is at most 1; correct them."
    ),
    "denominator_not_positive": N_("Row {row}: the denominator is {value}; it must be more than 0. Correct it."),
    "period_unclear": N_(
        "Row {row}: the period is {value}. Write a year (2024), a quarter (2024Q1) or a month "
        "(2024-03)."
    ),
    # links
    "link_kind_unknown": N_("Row {row}: the kind of link {value} is not known. Choose from: {choices}."),
    "link_end_missing": N_("Row {row}: {column} is empty. Name the facility, village or township by id or name."),
    "link_end_unknown": N_(
        "Row {row}: {column} is {value}, which is no facility, village or township of this study. Correct it; for an "
        "institution outside the county fill in its name and position."
    ),
    "link_itself": N_("Row {row}: {value} is linked to itself. Name the other end."),
    "link_twice": N_("Row {row}: the link {value} stands in row {other_row} already. Leave one of the two out."),
    "link_two_parents": N_(
        "Row {row}: {name} would have two parents, {parent} and {other}. Keep one; the parent that manages a facility "
        "stands in the facility list."
    ),
    "link_manages": N_(
        "Row {row}: that {parent} manages {name} stands in the facility list, as its parent, and nowhere else. Enter "
        "it there if it is missing, and leave this row out."
    ),
    "link_properties": N_("Row {row}: the properties {value} are no JSON object; they were left out."),
    "link_outside_nowhere": N_(
        "Row {row}: {name} lies outside the county and has no position, so no arrow can be drawn to it. Fill in its "
        "longitude and latitude."
    ),
    # schemes of levels
    "scheme_lacks": N_("It lacks {value}. Start from a scheme that is shipped."),
    "scheme_levels": N_("It needs a list of 1 to {most} levels ([[tier]]); found: {value}."),
    "scheme_name": N_("{value} needs a name in Chinese (zh) and in English (en)."),
    "scheme_word": N_("The organisation {value} is not known. Choose from: {choices}."),
    "level_lacks": N_("Level {level} lacks {value}."),
    "level_id": N_("{level} cannot be the id of a level: use letters, digits and _, beginning with a letter."),
    "level_text": N_("Level {level}: {what} is {value}. Write a word in quotation marks."),
    "level_list": N_("Level {level}: {what} is {value}. Write a list of words, each in quotation marks."),
    "level_switch": N_("Level {level}: {what} is {value}. Write true or false."),
    "level_word": N_("Level {level}: the symbol {value} is not known. Choose from: {choices}."),
    "level_colour": N_("Level {level}: {value} is no colour. Write it like #0B5CAD."),
    "level_expected": N_("Level {level}: {value} is no expected count. Write a number, N, or nothing."),
    "level_number": N_("Level {level}: {what} is {value}; it must lie between {low} and {high}."),
    "level_capability": N_("Level {level}: nobody has defined the capability {value}. Known: {choices}."),
    "level_twice": N_("Level {level} stands there twice. Give each level its own id."),
    "level_parent_unknown": N_("Level {level}: its parent {value} is no level of this scheme. Choose from: {choices}."),
    "level_in_use": N_("Level {level} is missing, and {count} facilities stand on it. Keep it, or move them first."),
    "level_circle": N_("The levels lead in a circle: {value}. Take one of these parents away."),
    "level_order": N_("Level {level} stands above its parent {value}. Put levels from top to bottom."),
    "indicator_unknown": N_(
        "Row {row}: {value} is in no catalogue, so it has no target. Correct the code, or add it to the catalogue."
    ),
    # the data desk: catalogues, and tables of a programme
    "choice_not_known": N_(
        "Row {row}: {column} is {value}, which is none of: {choices}. It is treated as not told; correct it."
    ),
    "number_out_of_range": N_("Row {row}: {column} is {value}; it must lie between {low:g} and {high:g}. Correct it."),
    "target_no_direction": N_(
        "Row {row}: the target {value} does not say whether higher or lower is better, so nothing can meet it. Fill in "
        "the direction."
    ),
    "entry_twice": N_("Row {row}: {value} stands in row {other_row} already. Leave one of the two out."),
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
    # positions read, guessed and placed
    "columns_swapped": N_("Longitude and latitude are exchanged in the whole file; {count} rows were turned. Check."),
    "position_mixed_units": N_(
        "Row {row}: {lon}, {lat} is in degrees while the other rows are in metres, or the other way round. "
        "Write all positions in one system."
    ),
    "placed_at_village": N_("Row {row}: {name} has no position and was placed at the village {place}. Check it."),
    "placed_at_seat": N_("Row {row}: {name} has no position and was placed at the seat of {place}. Check it."),
    "placed_by_like_name": N_(
        "Row {row}: {name} has no position and was placed at {place}, whose name is nearly the same. Check the name."
    ),
    "position_kept": N_("{count} rows tell no position; each stays where it is stored."),
    "not_placed": N_("Row {row}: {name} has no position, and no code or name tells one. Click its place on the map."),
    "not_placed_tie": N_(
        "Row {row}: {name} has no position, and several places fit ({choices}). Click its place on the map."
    ),
    # ambulance runs
    "moment_unreadable": N_("Row {row}: what stands in {column} is no time; it is treated as unknown. Correct it."),
    "times_out_of_order": N_("Row {row}: {earlier} lies before {later}. The row is left out; correct its times."),
    "times_too_few": N_("Row {row}: fewer than two times can be read, so no interval is known. The row is left out."),
    "run_too_long": N_("Row {row}: from its first to its last time {hours:g} h pass. The row is left out; correct it."),
    "response_is_sum": N_(
        "What the file calls response time is the sum of all legs up to the hospital in {count} of {whole} runs. The "
        "15 minutes end at the arrival at the scene; here call to arrival is used instead."
    ),
    "datum_guessed": N_("The positions were read as {value}, which fits the roads best. Name another system if not."),
    "positions_of_runs_unread": N_(
        "{count} positions of runs cannot be read, or longitude and latitude are swapped in them; these runs stand at "
        "the village they name. Correct them."
    ),
    "runs_without_place": N_(
        "{count} of {whole} runs have no position and name no village of the study; they count without a modelled "
        "drive."
    ),
    "runs_off_network": N_("{count} of {whole} runs lie too far from any road; they count without a modelled drive."),
    "runs_without_base": N_(
        "{count} of {whole} runs name no facility of the study as their base; the nearest base is taken for the "
        "modelled drive, and they are not used to calibrate."
    ),
    "runs_without_drive": N_(
        "{count} of {whole} runs arrive at the minute at which they leave: they are not used to calibrate."
    ),
    # heights
    "height_voids": N_(
        "{name}: {share_pct:g} % of the heights about the county were missing and were filled from those around them; "
        "{left_pct:g} % are still missing and count as flat."
    ),
    "heights_elsewhere": RasterElsewhere.sentence,
    "heights_partial": N_(
        "The heights cover only {share_pct:g} % of the length of the roads; the rest counts as flat, and as icy in ice."
    ),
    # people per cell
    "raster_cells_left_out": N_(
        "{count} cells inside the outline hold no number of people (no value, or {negative} of them less than 0) and "
        "were left out."
    ),
    "raster_partial": N_("The raster covers only {share_pct:g} % of the outline; people in the rest are not counted."),
    "villages_without_people": N_("{count} villages are the nearest to no inhabited cell and have no people."),
    # emergency
    "no_base": N_(
        "The list of facilities has no emergency base, so nobody can be reached. Add a base on the map, choose a "
        "facility as one, or mark bases in the list (column is_emergency_base)."
    ),
    "no_base_in_service": N_("No base is in service now, so nobody can be reached. Switch one on, or add one."),
    "base_reaches_nobody": N_(
        "From {count} bases no village can be reached by road, because they lie off the road network: {names}. Check "
        "their positions."
    ),
    "base_without_ambulance": N_(
        "{count} bases have no ambulance and are not counted: {names}. Enter how many each has, or switch it off."
    ),
    "ambulances_assumed": N_(
        "The list does not say how many ambulances {count} bases have ({names}); one each is assumed. Enter the number."
    ),
    "clock_exceeded": N_(
        "Before the ambulance leaves, {before:g} min have passed: more than the {threshold:g} min allowed, so nobody "
        "is reached in time. Shorten an interval or allow more minutes."
    ),
    "capability_nobody": N_(
        "No open facility in the list has the capability chosen, so no hospital can be shown. Enter it in the list "
        "(column capabilities), or choose another one."
    ),
    "hospital_off_network": N_(
        "{count} hospitals with the capability chosen lie off the road network and are not counted: {names}. Check "
        "their positions, or load roads that lead there."
    ),
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
        return translate(SENTENCES[self.code]).format(**as_said(known, translate))


def refused(problems: list[Problem]) -> int:
    """How many rows were refused: distinct rows with an error."""
    return len({(p.table, p.row) for p in problems if p.severity == "error"})
