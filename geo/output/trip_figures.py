"""The figures of an emergency's two legs, and of closed roads. Fourth floor: output."""

from dataclasses import replace

import pandas as pd

from geo.analysis.presenting import Answer
from geo.analysis.radius import compare
from geo.analysis.scene_parts import Closure, Response
from geo.model.briefing import Rescue
from geo.model.capabilities import check_capability
from geo.model.errors import BriefingInvalid
from geo.model.inputs import Study
from geo.output import inks
from geo.output.figure import ROWS, Figure, bars, marks_of, people, percent
from geo.output.language import Translate
from geo.output.names import short_names
from geo.output.reach_figures import by_minutes

BASE_INK = "#1d2b53"


def rescue_of(answer: Answer) -> tuple[Rescue, Response]:
    """What the scene asks of an emergency, and the answer. Raises BriefingInvalid where it asks nothing."""
    if answer.scene.rescue is None or answer.response is None:
        raise BriefingInvalid(what="rescue", value="")
    return answer.scene.rescue, answer.response


def response(answer: Answer, _: Translate) -> Figure:
    """People whom the first ambulance reaches within the threshold, on the scene's clock."""
    asked, found = rescue_of(answer)
    clock = asked.clock
    title = _("Reached within {minutes:g} min {start}").format(
        minutes=clock.threshold_min, start=clock.say_start(_)
    )  # fmt: skip
    made = by_minutes(answer, _, "response", title, found.table["arrival_min"], answer.whole)
    return replace(made, table=_by_township(answer, _))


def _by_township(answer: Answer, _: Translate) -> pd.DataFrame:
    units = answer.units
    return pd.DataFrame({
        _("Township"): units["name"],
        _("People"): units["population"],
        _("People reached in time"): units["covered"],
        _("Share, % of people"): units["share_pct"],
        _("Slowest village"): short_names(units["slowest_name"].fillna("")),
        _("Minutes"): units["slowest_min"],
    })  # fmt: skip


def hospital(answer: Answer, _: Translate, language: str) -> Figure:
    """People at a hospital that treats the case within its limit, on the same clock."""
    asked, found = rescue_of(answer)
    title = _("{case} within {minutes} min {start}").format(
        case=check_capability(asked.capability).name[language],
        minutes=f"{asked.limit_min:g}",
        start=asked.clock.say_start(_),
    )
    return by_minutes(answer, _, "hospital", title, found.table["total_min"], found.hospital)


def bases(answer: Answer, _: Translate) -> Figure:
    """What hangs on each base: people it reaches first, and people whom no other base reaches in time."""
    asked, found = rescue_of(answer)
    known = {base.base_id: base for base in asked.bases}
    rows = found.by_base.sort_values(["people_only", "base_id"], ascending=[False, True])
    names = rows["base_id"].map(lambda i: known[i].name)
    table = pd.DataFrame({
        _("Base"): names,
        _("Ambulances"): rows["ambulances"],
        _("People it reaches first"): rows["people_first"],
        _("Only it reaches"): rows["people_only"],
        _("People reached without it"): rows["people_reached_without"],
    })  # fmt: skip
    head = rows.head(ROWS)
    single = found.table.loc[found.table["bases_in_time"] == 1, "population"].sum()
    return Figure(
        "bases",
        _("Reached by a single base, {start}").format(start=asked.clock.say_start(_)),
        people(single),
        _("of {whole:,.0f} people reached").format(whole=answer.whole.covered),
        table.reset_index(drop=True),
        bars(names.head(ROWS), head["people_only"], _("Only it reaches"), _("Base"), [BASE_INK] * len(head),
             "facility", head["base_id"]),
        marks_of(answer, _),
    )  # fmt: skip


def closure_of(answer: Answer) -> Closure:
    """What closed roads change. Raises BriefingInvalid where none is closed."""
    if answer.closure is None:
        raise BriefingInvalid(what="closed", value="")
    return answer.closure


def closure(answer: Answer, _: Translate) -> Figure:
    """People who are within the threshold with open roads and not with some closed, village by village."""
    found, whole = closure_of(answer), answer.whole
    lost = found.losses
    table = losses_table(answer.study, lost, _)
    # Who was beyond the threshold before is in the table, cut off or not, but has not fallen out of it.
    within = (lost["before_min"] <= whole.threshold_min) & ~(lost["after_min"] <= whole.threshold_min)
    head = lost[within].head(ROWS)
    colours = [inks.UNREACHED if outcome == "cut_off" else inks.BEYOND for outcome in head["outcome"]]
    return Figure(
        "closure",
        _("People no longer within {minutes} min").format(minutes=f"{whole.threshold_min:g}"),
        people(found.before.covered - whole.covered),
        _("of {covered} people within it on open roads; {part} of {whole} are left").format(
            covered=people(found.before.covered), part=people(whole.covered), whole=people(whole.population)
        ),
        table,
        bars(
            table[_("Village")][within].head(ROWS),
            head["population"],
            _("People"),
            _("Village"),
            colours,
            "village",
            head["demand_id"],
        ),
        marks_of(answer, _),
    )


def losses_table(study: Study, lost: pd.DataFrame, _: Translate) -> pd.DataFrame:
    """The villages that a closure makes later, in words; `lost` as geo.study.closing.losses makes it."""
    outcomes = {"cut_off": _("cut off"), "out": _("out of time"), "later": _("later")}
    units = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
    return pd.DataFrame({
        _("Village"): short_names(study.demand["name"]).iloc[lost["row"]].to_numpy(),
        _("Township"): lost["unit_code"].map(units).fillna("—"),
        _("People"): lost["population"],
        _("Minutes before"): lost["before_min"],
        _("Minutes after"): lost["after_min"],
        _("What happens"): lost["outcome"].map(outcomes),
    })  # fmt: skip


def trip_blanks(answer: Answer, _: Translate, language: str) -> dict[str, str]:
    """What the blanks of an emergency's or a closure's title and sentence are filled with."""
    out = {"closed": f"{len(answer.scene.closed):,}"}
    if answer.scene.rescue and answer.response:
        asked, hospital_share = answer.scene.rescue, answer.response.hospital
        out |= {
            "start": asked.clock.say_start(_),
            "case": check_capability(asked.capability).name[language],
            "limit": f"{asked.limit_min:g}",
            "treated": people(hospital_share.covered),
            "treated_share": percent(hospital_share.share_pct),
            "serving": f"{len(answer.response.serving):,}",
            **_backed(answer.response),
        }
        if answer.scene.picture == "radius":
            out |= _by_radius(answer.response, answer.scene.radius_km)
    if answer.closure:
        cut_off = answer.closure.losses["outcome"] == "cut_off"
        out |= {
            "lost": people(answer.closure.before.covered - answer.whole.covered),
            "covered_before": people(answer.closure.before.covered),
            "cut_off": people(answer.closure.losses.loc[cut_off, "population"].sum()),
        }
    return out


def _backed(found: Response) -> dict[str, str]:
    """People whom more than one base reaches in time, and only one."""
    population, bases_in_time = found.table["population"], found.table["bases_in_time"]
    backed = population[bases_in_time > 1].sum()
    whole = population.sum()
    return {
        "backed": people(backed),
        "backed_share": percent(100 * backed / whole if whole else float("nan")),
        "single": people(population[bases_in_time == 1].sum()),
    }


def _by_radius(found: Response, radius_km: float) -> dict[str, str]:
    """People within the scene's radius about the bases in service, and of them those not reached in time."""
    reached, population = (found.table[column].to_numpy(dtype=float) for column in ("bases_in_time", "population"))
    row = compare(found.straight_m, reached > 0, population, [radius_km]).iloc[0]
    return {
        "radius": f"{radius_km:g}",
        "within_radius": people(row["counted"]),
        "radius_only": people(row["counted_not_reached"]),
    }
