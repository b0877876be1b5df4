"""What the checks of a structure say: their names, and findings with their sentences. Third floor: analysis."""

from collections.abc import Callable
from dataclasses import dataclass, field

from geo.model.errors import N_

PLACES = ("facility", "village", "unit")
CHECKS: dict[str, str] = {
    "count_off": N_("Levels in another number than the scheme's"),
    "parent_none": N_("Facilities without a parent"),
    "parent_wrong": N_("Facilities with a wrong parent"),
    "parent_skips": N_("Levels skipped"),
    "parent_circle": N_("Parents in a circle"),
    "parent_far": N_("Parents further than another"),
    "township_without": N_("Townships without a hospital"),
    "village_uncovered": N_("Uncovered villages"),
    "village_otherwise": N_("Villages served otherwise"),
    "village_unstated": N_("Villages whose service is not stated"),
    "communities_many": N_("More than two communities"),
    "capability_missing": N_("Capabilities missing or unknown"),
    "catchments_overlap": N_("Overlapping catchments"),
}
SENTENCES: dict[str, str] = {
    "count_off": N_("{tier}: {count:,}; the scheme says {expected:,}."),
    "parent_none": N_("{name} ({tier}) has no parent; it should belong to: {allowed}."),
    "parent_unknown": N_("The parent of {name} is {value}, which is in no list."),
    "parent_closed": N_("The parent of {name}, {parent}, is closed."),
    "parent_tier": N_("{name} ({tier}) belongs to {parent} ({parent_tier}); it should belong to: {allowed}."),
    "parent_community": N_("{name} is in another community than its parent {parent}."),
    "parent_skips": N_("{name} ({tier}) belongs directly to {parent} ({parent_tier}) and skips: {allowed}."),
    "parent_circle": N_("{name} leads itself by way of others: {ring}."),
    "parent_far": N_("{name} is {minutes:.0f} min from its parent {parent} and {other_min:.0f} min from {other}."),
    "parent_unreached": N_("No road leads from {name} to its parent {parent}; {other} is {other_min:.0f} min away."),
    "township_without": N_("{name} has no township hospital or health centre of its own."),
    "township_without_but": N_("{name} has no township hospital or health centre of its own; {other} stands there."),
    "village_none": N_(
        "{name} ({people:,.0f} people) has no clinic of its own, no joint clinic, no extension point, no dispatched "
        "doctor and no mobile round."
    ),
    "village_joint_clinic": N_("{name} ({people:,.0f} people) has no clinic of its own; a joint clinic serves it."),
    "village_extension_point": N_(
        "{name} ({people:,.0f} people) has no clinic of its own; an extension point serves it."
    ),
    "village_dispatched_doctor": N_(
        "{name} ({people:,.0f} people) has no clinic of its own; a dispatched doctor serves it."
    ),
    "village_mobile_round": N_("{name} ({people:,.0f} people) has no clinic of its own; a mobile round serves it."),
    "village_unstated": N_("How {name} ({people:,.0f} people) is served is not stated."),
    "communities_many": N_("The county has {count} communities; normally there are at most {most}. This one: {name}."),
    "capability_missing": N_("{name} ({tier}) lacks what its level requires: {capabilities}."),
    "capability_unknown": N_("{name} names capabilities that nobody has defined: {value}."),
    "catchments_overlap": N_(
        "{people:,.0f} people are within {limit:g} min of {name} and of {other}: {share:.0f} % of the {smaller:,.0f} "
        "people of the smaller catchment."
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `tiers` and `capabilities` in `params` are ids, named when it is said."""

    check: str
    code: str
    kind: str  # facility, village, unit, community, tier
    item_id: str
    params: dict[str, object] = field(default_factory=dict, hash=False)
    facility_ids: tuple[str, ...] = ()  # all that it is about, where that is not one place

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Where it is on the map: (kind, id) of each facility, village or township, the one it names first."""
        own = ((self.kind, self.item_id),) if self.kind in PLACES else ()
        return tuple(dict.fromkeys((*own, *(("facility", i) for i in self.facility_ids))))

    def say(self, translate: Callable[[str], str], named: Callable[[str], str]) -> str:
        """The sentence; `named` gives a tier's or capability's name for its id."""
        known = dict(self.params)
        for key in ("tier", "parent_tier", "allowed", "capabilities"):
            if key in known:
                known[key] = ", ".join(named(i) for i in str(known[key]).split(";"))
        return translate(SENTENCES[self.code]).format(**known)
