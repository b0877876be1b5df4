"""Briefings at rest: revisions are only ever added, so nobody's is overwritten. Joins the rooms.

A save names the revisions it was made from. Two people who save from the same one leave two newest revisions; both are
kept and shown until somebody saves one that was made from both. Removing is a revision too, and can be taken back.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from geo.model.briefing import Briefing
from geo.model.errors import BriefingMissing
from geo.model.scene_json import from_json, to_json
from geo.store import Store

_HEADS, _BODIES = "briefing:", "briefing-scenes:"
_ID = re.compile(r"[0-9a-f]{8,40}")


@dataclass(frozen=True)
class Revision:
    """One save of a briefing, without its scenes. `saved_at` is UTC; a removal has no scenes."""

    briefing_id: str
    number: int  # one more than the largest it was made from
    operation_id: str
    bases: tuple[str, ...]  # operation ids of what it was made from
    author: str
    saved_at: str
    title: Mapping[str, str]
    removed: bool = False

    @property
    def key(self) -> str:
        """What it is kept under."""
        return f"{self.briefing_id}:{self.number}:{self.operation_id}"


def save(
    store: Store, study: str, briefing_id: str, briefing: Briefing, bases: Sequence[str], author: str, operation_id: str
) -> Revision:
    """Store a briefing as a new revision made from `bases`. The same operation again changes nothing.

    Whether somebody else saved in between is told by `newest`: it then names more than one revision.
    """
    return _add(store, study, briefing_id, bases, author, operation_id, briefing)


def remove(store: Store, study: str, briefing_id: str, author: str, operation_id: str) -> Revision:
    """Mark a briefing as removed. Its revisions stay, see `restore`. Raises BriefingMissing."""
    return _add(store, study, briefing_id, _operations(_known(store, study, briefing_id)), author, operation_id, None)


def restore(store: Store, study: str, briefing_id: str, author: str, operation_id: str) -> Revision:
    """Take the latest revision that has scenes as the newest again. Raises BriefingMissing."""
    told = [r for r in revisions(store, study, briefing_id) if not r.removed]
    tips = _operations(_known(store, study, briefing_id))
    return save(store, study, briefing_id, load(store, study, told[0]), tips, author, operation_id)


def listed(store: Store, study: str) -> dict[str, list[Revision]]:
    """Briefing id → its newest revisions (several where people saved side by side), the latest briefing first."""
    groups: dict[str, list[Revision]] = {}
    for revision in _heads(store, study, _HEADS):
        groups.setdefault(revision.briefing_id, []).append(revision)
    tips = {briefing_id: _tips(group) for briefing_id, group in groups.items()}
    return dict(sorted(tips.items(), key=lambda item: item[1][0].saved_at, reverse=True))


def newest(store: Store, study: str, briefing_id: str) -> list[Revision]:
    """The newest revisions of one briefing, the latest first; none when there is no such briefing."""
    return _tips(revisions(store, study, briefing_id))


def revisions(store: Store, study: str, briefing_id: str) -> list[Revision]:
    """Every revision of one briefing, the latest first."""
    if not _ID.fullmatch(briefing_id):
        return []
    return sorted(_heads(store, study, f"{_HEADS}{briefing_id}:"), key=_order, reverse=True)


def load(store: Store, study: str, revision: Revision) -> Briefing:
    """The scenes of a revision. Raises BriefingMissing, BriefingInvalid."""
    body = store.recall(study, _BODIES + revision.key).get("")
    if body is None:
        raise BriefingMissing(briefing=revision.briefing_id, study=study)
    return from_json(body)


def is_removed(tips: Iterable[Revision]) -> bool:
    """Whether all newest revisions are removals."""
    return all(tip.removed for tip in tips)


def _add(
    store: Store, study: str, briefing_id: str, bases: Sequence[str], author: str, operation_id: str,
    briefing: Briefing | None,
) -> Revision:  # fmt: skip
    if not (_ID.fullmatch(briefing_id) and _ID.fullmatch(operation_id)):
        raise BriefingMissing(briefing=briefing_id, study=study)
    earlier = revisions(store, study, briefing_id)
    for revision in earlier:
        if revision.operation_id == operation_id:
            return revision
    number = 1 + max((r.number for r in earlier if r.operation_id in bases), default=0)
    title = dict(briefing.title if briefing else earlier[0].title)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    made = Revision(briefing_id, number, operation_id, tuple(bases), author, now, title, briefing is None)
    values = {_HEADS + made.key: json.dumps(asdict(made), ensure_ascii=False)}
    if briefing:
        values[_BODIES + made.key] = to_json(briefing)
    store.remember(study, values)  # one transaction: never a head without its scenes
    return made


def _known(store: Store, study: str, briefing_id: str) -> list[Revision]:
    tips = newest(store, study, briefing_id)
    if not tips:
        raise BriefingMissing(briefing=briefing_id, study=study)
    return tips


def _heads(store: Store, study: str, prefix: str) -> list[Revision]:
    told = (json.loads(value) for value in store.recall(study, prefix).values())
    return [Revision(**{**head, "bases": tuple(head["bases"])}) for head in told]


def _tips(group: Sequence[Revision]) -> list[Revision]:
    """The revisions that none was made from."""
    made_from = {base for revision in group for base in revision.bases}
    return sorted((r for r in group if r.operation_id not in made_from), key=_order, reverse=True)


def _operations(of: Iterable[Revision]) -> tuple[str, ...]:
    return tuple(revision.operation_id for revision in of)


def _order(revision: Revision) -> tuple[str, int, str]:
    return revision.saved_at, revision.number, revision.operation_id
