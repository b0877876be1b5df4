"""A study's indicators: its figures against its catalogue and the shipped one, by unit; its alarms. Joins the rooms."""

from collections.abc import Sequence

import pandas as pd

from geo.analysis.alarms import Alarm, alarms
from geo.analysis.indicators import Standing, board
from geo.model.alarms import Rule, load_rules
from geo.model.errors import ChoiceUnknown
from geo.model.indicators import Entry, entries_of, whole_catalogue
from geo.model.inputs import Study
from geo.store import Store


def entries_for(study: Study) -> tuple[Entry, ...]:
    """Every entry that holds in a study: its own list, then the shipped ones that it does not replace."""
    return entries_of(whole_catalogue(study.catalogue))


def county_code(study: Study) -> str:
    """The code under which figures of the whole county stand."""
    return str(study.outline["unit_code"].iat[0]) or str(study.unit["unit_code"].iat[0])[:6]


def unit_names(study: Study) -> dict[str, str]:
    """Code → name of the county and its townships, the county first."""
    towns = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
    return {county_code(study): str(study.outline["name"].iat[0])} | towns


def board_of(study: Study, unit_code: str = "") -> list[Standing]:
    """How every indicator stands in the county, or in one township. Raises ChoiceUnknown for any other code."""
    whole = county_code(study)
    if unit_code in ("", whole):
        return board(study.indicator, entries_for(study), whole, study.unit["unit_code"].tolist())
    if unit_code not in set(study.unit["unit_code"]):
        known = ", ".join([whole, *study.unit["unit_code"]])
        raise ChoiceUnknown(what="unit", value=unit_code, choices=known)
    return board(study.indicator, entries_for(study), unit_code, scope="township")


def alarms_of(standings: Sequence[Standing], rules: tuple[Rule, ...] | None = None) -> list[Alarm]:
    """The five alarms over a county's board, by the shipped rules or others."""
    return alarms(load_rules() if rules is None else rules, list(standings))


def own_catalogue(study: Study) -> pd.DataFrame:
    """Table CATALOGUE as it holds in the study, the shipped entries among them."""
    return whole_catalogue(study.catalogue)


def rules_for(store: Store, name: str) -> tuple[Rule, ...]:
    """The alarms' rules with the thresholds that people have set for a study; the shipped ones elsewhere."""
    kept = store.recall(name, "alarm:")
    return tuple(
        rule.with_threshold(float(kept[_key(rule)])) if _key(rule) in kept else rule for rule in load_rules()
    )  # fmt: skip


def remember_threshold(store: Store, name: str, rule: Rule, threshold: float) -> None:
    """Keep the threshold of one rule for a study. Raises OutOfRange for one nobody means."""
    changed = rule.with_threshold(threshold)
    store.remember(name, {f"alarm:{_key(rule)}": repr(float(changed.threshold))})


def _key(rule: Rule) -> str:
    return f"{rule.alarm}:{rule.indicator_code}:{rule.measure}"
