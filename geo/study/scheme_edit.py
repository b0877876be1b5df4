"""A county's own scheme of levels: checked against its facilities and stored as a version. Joins the rooms."""

from collections.abc import Mapping
from typing import Any

from geo.model.errors import SchemeInvalid, StaleVersion
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.model.schemes import scheme_from
from geo.store import Store
from geo.study.structure import with_scheme


def checked_scheme(study: Study, raw: Mapping[str, Any]) -> Study:
    """The study with another scheme.

    Raises SchemeInvalid for a scheme that is wrong in itself, or that lacks a level which facilities stand on.
    """
    scheme = scheme_from(raw, study.name)
    known = {t.tier_id for t in scheme.tiers}
    held = study.facility["tier"].value_counts()
    missing = [
        Problem("level_in_use", "error", "scheme", params={"level": str(tier), "count": int(count)})
        for tier, count in held.sort_index().items()
        if tier not in known and tier in {t.tier_id for t in study.scheme.tiers}
    ]
    if missing:
        raise SchemeInvalid(name=study.name, problems=tuple(missing), detail="")
    return with_scheme(study, dict(raw))


def commit_scheme(
    store: Store, base: Study, base_version: int, raw: Mapping[str, Any], *, author: str, note: str, operation_id: str
) -> int:
    """Store `base` with another scheme as a new version; its number. Lists changed by others meanwhile are kept.

    Raises SchemeInvalid, and StaleVersion when somebody else has changed the scheme meanwhile.
    """
    done = store.made_by(operation_id)
    if done is not None:
        return done
    newest = store.newest(base.name)
    current = store.load(base.name) if newest and newest.version_id != base_version else base
    if current.header.get("scheme") != base.header.get("scheme"):
        raise StaleVersion(name=base.name, base=base_version, newest=newest.version_id if newest else "—")
    return store.commit(
        checked_scheme(current, raw),
        base_version=newest.version_id if newest else None,
        kind="scheme",
        author=author,
        note=note,
        operation_id=operation_id,
    )
