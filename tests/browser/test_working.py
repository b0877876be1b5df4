"""The Stop button of long work, in real Chromium: it ends the work, and the page goes on without a result."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import App, served, wait_until

SCRIPT = """
import os, pathlib, time
import streamlit as st
from geo.model.errors import WorkStopped
from pages.ui.working import with_progress

def work(report, stop):
    for done in range(3000):  # a minute
        report(done, 3000)
        if stop():
            pathlib.Path(os.environ["YIDA_HOME"], "stopped").touch()
            raise WorkStopped()
        time.sleep(0.02)
    return "finished"

if st.button("Rank"):
    st.write("Result:", with_progress(str, work, label="Segments", key="rank"))
st.write("All roads are open")
"""


def test_the_stop_button_ends_the_work_and_leaves_the_page_usable(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(SCRIPT, encoding="utf-8")
    with served(tmp_path, str(tmp_path / "long.py"), "_stcore/health") as address:
        context = browser.new_context()
        app = App(context.new_page(), patient=False)
        app.page.goto(address)
        app.page.get_by_role("button", name="Rank").click()
        expect(app.page.get_by_text("Segments:")).to_be_visible()
        assert not (tmp_path / "stopped").exists()
        app.page.get_by_role("button", name="Stop").click()
        wait_until((tmp_path / "stopped").exists, "the work ends", 20)
        expect(app.page.get_by_role("button", name="Stop")).to_have_count(0)
        expect(app.page.get_by_text("All roads are open")).to_be_visible()
        app.idle()
        assert "Result" not in app.page.locator("body").inner_text()
        context.close()
