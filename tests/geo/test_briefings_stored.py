"""Stored briefings: every acknowledged revision comes back, side by side where people saved side by side."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from geo.model.briefing import Briefing
from geo.model.errors import BriefingMissing
from geo.model.inputs import Study
from geo.store import Store
from geo.store.engine import Database
from geo.study import briefings
from tests.geo.briefings import HOSTILE, ready

ID = "ab12cd34ef56"


def operation() -> str:
    return uuid.uuid4().hex


def titled(briefing: Briefing, text: str) -> Briefing:
    return replace(briefing, title={"zh": text, "en": text})


def titles(store: Store, found: list[briefings.Revision]) -> list[str]:
    return [briefings.load(store, "toy", revision).title["en"] for revision in found]


def saved(
    store: Store, briefing: Briefing, text: str, *bases: briefings.Revision, who: str = "Li"
) -> briefings.Revision:
    made_from = [base.operation_id for base in bases]
    return briefings.save(store, "toy", ID, titled(briefing, text), made_from, who, operation())


def test_a_briefing_comes_back_as_it_was_saved_with_author_and_time(any_store: Store, toy: Study) -> None:
    first = saved(any_store, ready(toy), "one", who="李")
    (found,) = briefings.newest(any_store, "toy", ID)
    assert found == first and found.number == 1 and found.author == "李" and found.saved_at.endswith("+00:00")
    assert briefings.load(any_store, "toy", found) == titled(ready(toy), "one")
    assert briefings.listed(any_store, "toy") == {ID: [first]} and briefings.listed(any_store, "other") == {}


def test_a_save_from_an_outdated_revision_keeps_both_until_somebody_settles(any_store: Store, toy: Study) -> None:
    first = saved(any_store, ready(toy), "first")
    by_li = saved(any_store, ready(toy), "Li's", first)
    by_wang = saved(any_store, ready(toy), "Wang's", first, who="Wang")
    tips = briefings.newest(any_store, "toy", ID)
    assert sorted(titles(any_store, tips)) == ["Li's", "Wang's"] and {t.number for t in tips} == {2}
    settled = saved(any_store, ready(toy), "both", by_li, by_wang)
    assert briefings.newest(any_store, "toy", ID) == [settled] and settled.number == 3
    every = briefings.revisions(any_store, "toy", ID)
    assert sorted(titles(any_store, every)) == ["Li's", "Wang's", "both", "first"]


def test_people_who_save_at_once_lose_nothing(any_url: str, toy: Study) -> None:
    stores = [Store(Database(any_url)) for _ in range(2)]
    first = saved(stores[0], ready(toy), "first")

    def work(i: int) -> str:
        return saved(stores[i % 2], ready(toy), f"by {i}", first, who=str(i)).operation_id

    with ThreadPoolExecutor(4) as pool:
        acknowledged = set(pool.map(work, range(12)))
    tips = briefings.newest(stores[1], "toy", ID)
    assert {tip.operation_id for tip in tips} == acknowledged
    assert sorted(titles(stores[0], tips)) == sorted(f"by {i}" for i in range(12))
    for store in stores:
        store.database.engine.dispose()


def test_the_same_operation_again_changes_nothing(any_store: Store, toy: Study) -> None:
    again = operation()
    first = briefings.save(any_store, "toy", ID, titled(ready(toy), "a"), (), "Li", again)
    second = briefings.save(any_store, "toy", ID, titled(ready(toy), "b"), (), "Wang", again)
    assert second == first and briefings.revisions(any_store, "toy", ID) == [first]
    assert titles(any_store, [first]) == ["a"]


def test_a_removed_briefing_can_be_restored(any_store: Store, toy: Study) -> None:
    saved(any_store, ready(toy), "kept")
    gone = briefings.remove(any_store, "toy", ID, "Wang", operation())
    assert gone.removed and briefings.is_removed(briefings.newest(any_store, "toy", ID))
    with pytest.raises(BriefingMissing):
        briefings.load(any_store, "toy", gone)
    back = briefings.restore(any_store, "toy", ID, "Li", operation())
    assert briefings.newest(any_store, "toy", ID) == [back] and titles(any_store, [back]) == ["kept"]
    assert [r.number for r in briefings.revisions(any_store, "toy", ID)] == [3, 2, 1]


def test_a_save_beside_a_removal_is_not_removed(any_store: Store, toy: Study) -> None:
    first = saved(any_store, ready(toy), "first")
    briefings.remove(any_store, "toy", ID, "Wang", operation())
    saved(any_store, ready(toy), "still needed", first)
    tips = briefings.newest(any_store, "toy", ID)
    assert len(tips) == 2 and not briefings.is_removed(tips)


@pytest.mark.parametrize("briefing_id", ["", "%", "ab12cd34ef5%", "AB12CD34EF56", "x:y", "../etc", "0" * 600])
def test_an_id_that_nobody_gave_finds_nothing(any_store: Store, toy: Study, briefing_id: str) -> None:
    saved(any_store, ready(toy), "mine")
    assert briefings.newest(any_store, "toy", briefing_id) == []
    with pytest.raises(BriefingMissing):
        briefings.remove(any_store, "toy", briefing_id, "Li", operation())
    with pytest.raises(BriefingMissing):
        briefings.save(any_store, "toy", briefing_id, ready(toy), (), "Li", operation())


def test_hostile_texts_come_back_to_the_letter(any_store: Store, toy: Study) -> None:
    for text in HOSTILE:
        revision = saved(any_store, ready(toy), text, who=text)
        (found,) = [r for r in briefings.newest(any_store, "toy", ID) if r.operation_id == revision.operation_id]
        assert found.author == text and titles(any_store, [found]) == [text]
