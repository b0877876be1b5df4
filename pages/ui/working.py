"""Long work beside the script: a bar that moves, and a button that stops it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import streamlit as st

from geo.model.errors import WorkStopped
from pages.ui.text import Translate

Done = TypeVar("Done")
Report = Callable[[int, int], None]  # done, of how many
_FIRST_LOOK_S = 0.3  # quicker work shows no bar


def with_progress(
    _: Translate, work: Callable[[Report, Callable[[], bool]], Done], *, label: str, key: str
) -> Done | None:
    """What `work(progress, should_stop)` returns, run in a thread of its own; None when the person stopped it.

    The button reruns the script, which ends this run at its next line on screen, and with it the work.
    """
    stop, done, whole = threading.Event(), 0, 0

    def report(part: int, of: int) -> None:
        nonlocal done, whole
        done, whole = part, of

    place = st.empty()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, report, stop.is_set)
        bar = None
        try:
            while True:
                try:
                    return future.result(timeout=_FIRST_LOOK_S)
                except TimeoutError:
                    if bar is None:
                        with place.container():
                            bar = st.progress(0.0)
                            st.button(_("Stop"), key=f"stop:{key}", icon=":material/cancel:")
                    told = _("{label}: {done:,} of {whole:,}").format(label=label, done=done, whole=whole)
                    bar.progress(done / whole if whole else 0.0, told)
                except WorkStopped:
                    return None
        finally:
            stop.set()
            place.empty()
