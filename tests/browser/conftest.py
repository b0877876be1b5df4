"""Chromium, the map's frame alone, and the whole app: a missing browser fails here, it does not skip."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, TimeoutError, WebSocket, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.map_frame import BANDS, FRAME_FOLDER, PARENT, Handler, Open, Opened, Site, frame_page

ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "tests" / "artefacts"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic",
]  # fmt: skip

IDLE = (
    "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')"
)
RUNNING = "[data-testid=stApp][data-test-script-state=running]"
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own."""
    with chromium() as launched:
        yield launched


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as it is wanted."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


# ---- the map's frame alone ---------------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.gate.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, made))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_map(browser: Any, site: Site) -> Iterator[Open]:
    contexts = []

    def opened(
        study: dict[str, Any], width: int = 1200, height: int = 800, view: Any = None, query: str = "", **device: Any
    ) -> Opened:
        site.pages |= {
            "/": PARENT,
            f"{FRAME_FOLDER}/index.html": frame_page(view),
            "/yida/layer/study.json": json.dumps(study),
            "/yida/layer/bands.json": json.dumps(BANDS),
        }
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **device)
        )
        page = contexts[-1].new_page()
        requests: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site.address}/{query}")
        return Opened(page, page.frames[1], study, requests, errors)

    yield opened
    for context in contexts:
        context.close()


# ---- the whole app -----------------------------------------------------------------------------------------------


@dataclass
class App:
    """The app on screen: the page, what it asked outside for, and what went wrong in it."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    owed: bool = True  # the server has still to finish what the page asked last
    patient: bool = True  # acts when the script has ended, as readers do: before, what is clicked may be replaced

    def __post_init__(self) -> None:
        self.page.on("websocket", self._follow)
        if self.patient:
            self.page.add_locator_handler(self.page.locator(RUNNING), lambda _: self.idle() and None)

    def _follow(self, socket: WebSocket) -> None:
        """Listen to what the page asks the server for and to what it answers."""
        self.owed = True

        def asked(frame: bytes | str) -> None:
            if isinstance(frame, bytes) and BackMsg.FromString(frame).HasField("rerun_script"):
                self.owed = True

        def answered(frame: bytes | str) -> None:
            told = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
            if told.HasField("script_finished"):
                self.owed = told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN

        socket.on("framesent", asked)
        socket.on("framereceived", answered)

    def map(self) -> Frame:
        """The map's frame, once everything asked for is drawn."""
        self.page.frame_locator("iframe").first.locator('body[data-yida-ready="1"]').wait_for(
            state="attached", timeout=60_000
        )
        return next(f for f in self.page.frames if "streamlit_folium" in f.url)

    def idle(self) -> Page:
        """The page when all that was asked for is answered, and nothing of an earlier run is left on it."""
        end = time.monotonic() + 120  # a server's first page on a busy machine
        while True:
            self.page.wait_for_function(IDLE, timeout=120_000)
            self.page.evaluate(PAINTED)  # what was clicked has been sent, what was answered has been drawn
            if not self.owed and self.page.evaluate(IDLE):
                return self.page
            assert time.monotonic() < end, "the script comes to an end"
            self.page.wait_for_timeout(20)

    def settled(self) -> Frame:
        """The map's frame when the script has stopped running."""
        self.idle()
        return self.map()

    def click_on_map(self, kind: str, item_id: str) -> None:
        """Click where the map has drawn a village, facility or unit."""
        x, y = self.point_at(kind, item_id)
        self.page.mouse.click(x, y)

    def point_at(self, kind: str, item_id: str) -> tuple[float, float]:
        """Move the pointer there; the place on the page."""
        at = self.settled().evaluate("([kind, id]) => yida.pixel(kind, id)", [kind, item_id])
        frame = self.page.locator("iframe").first.bounding_box()
        assert frame is not None and at is not None
        x, y = frame["x"] + at["x"], frame["y"] + at["y"]
        self.page.mouse.move(x, y)
        return x, y

    def write_cell(self, table: Locator, across: float, row: int, text: str) -> None:
        """Write into a cell of an edited table: the row counts from 1, `across` is a share of the table's width.

        A table that has just appeared, or is drawn anew, loses a click or a key: the cell is read back. A key pressed
        while the focus is elsewhere would press what has it.
        """
        editor = self.page.locator("[id^=gdg-overlay]")
        written = table.locator(f"[data-testid^=glide-cell-][data-testid$='-{row - 1}']").get_by_text(text, exact=True)
        for _ in range(8):
            box = self.idle() and table.bounding_box()
            assert box is not None
            self.page.mouse.click(box["x"] + across * box["width"], box["y"] + 35 * row + 18)
            if not table.evaluate("table => table.contains(document.activeElement)"):
                self.page.wait_for_timeout(200)
                continue
            self.page.keyboard.press("Enter")
            with suppress(TimeoutError):
                editor.locator("input, textarea").first.fill(text, timeout=3_000)
                self.page.keyboard.press("Enter")
                written.first.wait_for(state="attached", timeout=3_000)
                return
        expect(written).not_to_have_count(0)

    def tick_row(self, table: Locator, row: int) -> None:
        """Choose a row by the mark at its left, counted from 1."""
        self._press(table, 16, row, table.locator(f"tr[aria-rowindex='{row + 1}'][aria-selected=true]"))

    def untick(self, table: Locator, row: int) -> None:
        """Take the tick out of the first column of a row, counted from 1."""
        self._press(table, 30, row, table.get_by_test_id(f"glide-cell-0-{row - 1}").get_by_text("false", exact=True))

    def _press(self, table: Locator, right_px: int, row: int, done: Locator) -> None:
        """Click into a row until it is `done`: a table that has just appeared loses a click."""
        for _ in range(4):
            self.idle()  # else the table may be replaced by another meanwhile
            table.scroll_into_view_if_needed()
            box = table.bounding_box()
            assert box is not None
            self.page.mouse.click(box["x"] + right_px, box["y"] + 35 * row + 17)
            with suppress(TimeoutError):
                done.wait_for(state="attached", timeout=3_000)
                return
        expect(done).to_have_count(1)

    def photograph(self, name: str) -> None:
        """Keep a screenshot as an artefact of the run."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its studies."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(server_home: Path) -> Iterator[str]:
    """The app on a store of its own; its address."""
    with served(server_home) as address:
        yield address
    assert not re.search(r"Traceback|Error:", (server_home / "server.log").read_text()), (
        server_home / "server.log"
    ).read_text()


# `python -m streamlit` that tells its log whom it asks outside. A datagram socket that is only connected sends nothing.
WATCHED = """
import runpy, socket, sys
def watch(event, told):
    if event == "socket.getaddrinfo":
        host = told[0]
    elif event == "socket.connect" and isinstance(told[1], tuple) and told[0].type == socket.SOCK_STREAM:
        host = told[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"):
        print("Error: the server asks", host, flush=True)
sys.addaudithook(watch)
runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
"""


@contextmanager
def served(home: Path, script: str = "app.py", health: str = "yida/health") -> Iterator[str]:
    """The app as `streamlit run app.py` starts it, or another script, on a store of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home / "server.log").open("w")
    command = [sys.executable, "-c", WATCHED, "run", script, "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.headless", "true"],
        cwd=ROOT,
        env=os.environ | {"YIDA_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://localhost:{port}"
    try:
        asked = f"{address}/{health}"
        wait_until(lambda: urllib.request.urlopen(asked, timeout=1).read() == b"ok", "the server starts", 60)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def wait_until(ready: Callable[[], bool], what: str, limit_s: float = 30) -> None:
    """Ask until it is so."""
    end = time.monotonic() + limit_s
    while True:
        try:
            if ready():
                return
        except OSError:
            pass
        assert time.monotonic() < end, what
        time.sleep(0.1)


@pytest.fixture
def open_app(browser: Browser, server: str) -> Iterator[Callable[..., App]]:
    """open_app(query="?study=…", width=…, height=…, locale=…): the app in a fresh browser, requests recorded."""
    contexts = []

    def opened(query: str = "", width: int = 1920, height: int = 1080, locale: str = "zh-CN") -> App:
        expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", accept_downloads=True
        )
        contexts.append(context)
        app = App(context.new_page())
        inside = (server, server.replace("http", "ws"), "data:", "blob:", "about:")
        app.page.on("request", lambda r: None if r.url.startswith(inside) else app.outside.append(r.url))
        app.page.on("websocket", lambda w: None if w.url.startswith(inside) else app.outside.append(w.url))
        app.page.on("pageerror", lambda error: app.errors.append(str(error)))
        app.page.goto(f"{server}/{query}")
        return app

    yield opened
    for context in contexts:
        context.close()
