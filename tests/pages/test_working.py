"""Long work beside the script: its result, its bar, and that ending the run ends the work."""

import threading
import time

import pytest
import streamlit as st

from geo.model.errors import WorkStopped
from pages.ui.working import with_progress


class Rerun(BaseException):
    """What Streamlit raises inside a script that a click has ended."""


def test_quick_work_gives_its_result_without_a_bar(monkeypatch):
    monkeypatch.setattr(st, "progress", lambda *a: pytest.fail("no bar was needed"))
    assert with_progress(str, lambda report, stop: 42, label="", key="a") == 42


def test_work_that_was_stopped_gives_nothing():
    def stopped(report, stop):
        raise WorkStopped()

    assert with_progress(str, stopped, label="", key="b") is None


def test_slow_work_shows_how_far_it_is_and_a_rerun_ends_it(monkeypatch):
    told, ended = [], threading.Event()

    class Bar:
        def progress(self, share, text):
            told.append((share, text))
            if share > 0:
                raise Rerun  # the person has clicked Stop

    def work(report, stop):
        for done in range(1, 1000):
            report(done, 1000)
            if stop():
                ended.set()
                raise WorkStopped()
            time.sleep(0.02)
        return "never"

    monkeypatch.setattr(st, "progress", lambda *a: Bar())
    with pytest.raises(Rerun):
        with_progress(str, work, label="Segments", key="c")
    assert ended.is_set() and 0 < told[-1][0] < 1 and "Segments" in told[-1][1]
