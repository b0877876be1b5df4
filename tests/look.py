"""Photographs every page to be looked at: `python -m tests.look [--out DIR] [--only PAGE ...]`.

Each page in both languages at 1920 × 1080 and on a phone (390 × 844, the whole page), its meeting mode at 1920 × 1080
and 1366 × 768, and the HTML file. Beside each desktop picture NAME.png stands NAME-eyes.png: the same on a projector
with the curtains open and to people with protanopia, deuteranopia and tritanopia.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTEFACTS, ROOT, App, chromium, served
from tests.colours import DEFICIENCIES, Colours, as_seen_with, on_projector

PAGES = {
    "map": "", "structure": "structure", "emergency": "emergency", "roads": "roads", "records": "records",
    "indicators": "indicators", "province": "province", "desk": "desk", "briefing": "briefing", "export": "export",
    "about": "about",
}  # fmt: skip
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
DESKTOP, PHONE = (1920, 1080), (390, 844)
STAGES = (DESKTOP, (1366, 768))
WITH_MAP = ("map", "structure", "emergency", "roads", "indicators", "province")
NOT_ON_STAGE = ("desk", "briefing", "export", "about")
# Streamlit scrolls inside the window; a picture of the whole page needs the page itself to be as long as it is.
WHOLE = """[data-testid=stApp], [data-testid=stAppViewContainer], [data-testid=stMain] {
    position: static !important; overflow: visible !important; height: auto !important }
    [data-testid=stSidebar] { display: none !important }"""


@contextmanager
def opened(browser: Browser, address: str, size: tuple[int, int], locale: str) -> Iterator[App]:
    """A page in a window of some size, once its script and its map stand still."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=locale, reduced_motion="reduce", is_mobile=size == PHONE
    )
    app = App(context.new_page())
    app.page.goto(address)
    yield app
    context.close()


def still(app: App, name: str, *, on_stage: bool = False, pause_ms: int = 500) -> Page:
    """The page when nothing moves on it any more."""
    app.idle().locator("h1").first.wait_for(timeout=120_000)
    if name in WITH_MAP and not (on_stage and name == "province"):  # whose stage is squares
        app.page.locator("iframe").first.wait_for(timeout=120_000)
        app.map()
    expect(app.idle().get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    app.page.wait_for_timeout(pause_ms)  # charts and cells are drawn after everything else
    return app.page


def photograph(browser: Browser, site: str, name: str, out: Path) -> None:
    """One page of the app in every language and on every screen."""
    for language, locale in LANGUAGES.items():
        address = f"{site}/{PAGES[name]}?lang={language}"
        with opened(browser, address, DESKTOP, locale) as app:
            still(app, name).screenshot(path=out / f"{name}-{language}.png")
        with opened(browser, address, PHONE, locale) as app:
            page = still(app, name)
            page.add_style_tag(content=WHOLE)
            page.screenshot(path=out / f"{name}-{language}-phone.png", full_page=True)
        for size in STAGES if name not in NOT_ON_STAGE else ():
            with opened(browser, f"{address}&stage=1", size, locale) as app:
                still(app, name, on_stage=True).screenshot(path=out / f"{name}-{language}-stage-{size[0]}.png")


def photograph_file(browser: Browser, file: Path, language: str, out: Path) -> None:
    """The HTML file: at the desk, on a phone, and every scene of it on stage."""

    def drawn(page: Page) -> Page:
        page.locator('body[data-yida-ready="1"]').wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(300)
        return page

    for size, kind in ((DESKTOP, ""), (PHONE, "-phone")):
        with opened(browser, file.as_uri(), size, LANGUAGES[language]) as app:
            drawn(app.page).screenshot(path=out / f"file-{language}{kind}.png", full_page=size == PHONE)
    for size in STAGES:
        with opened(browser, f"{file.as_uri()}#stage=1", size, LANGUAGES[language]) as app:
            scenes = drawn(app.page).locator("#scenes option").count()
            for scene in range(1, scenes + 1):
                drawn(app.page).screenshot(path=out / f"file-{language}-stage-{size[0]}-{scene}.png")
                app.page.keyboard.press("ArrowRight")


def with_other_eyes(picture: Path) -> None:
    """Four views of a picture in one, each at half its size."""
    with Image.open(picture) as whole:
        half = whole.convert("RGB").resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS)
    seen = np.asarray(half) / 255
    views: list[Callable[[Colours], Colours]] = [on_projector]
    views += [lambda colours, d=deficiency: as_seen_with(d, colours) for deficiency in DEFICIENCIES]
    made = [view(seen) for view in views]
    sheet = np.vstack([np.hstack(made[:2]), np.hstack(made[2:])])
    Image.fromarray((255 * sheet).round().astype(np.uint8)).save(picture.with_stem(f"{picture.stem}-eyes"))


def main() -> None:
    """Start the app on a store of its own and photograph what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=ARTEFACTS / "look")
    asked.add_argument("--only", nargs="+", choices=[*PAGES, "file"], default=[*PAGES, "file"])
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, served(Path(folder)) as site:
        for name in told.only:
            print(name, flush=True)
            if name != "file":
                photograph(browser, site, name, told.out)
                continue
            for language in LANGUAGES:
                file = Path(folder) / f"{language}.html"
                export = ["export", "xishui", "--format", "html", "--lang", language, "--out", str(file)]
                subprocess.run([sys.executable, "-m", "geo.cli", *export], cwd=ROOT, check=True, capture_output=True)
                photograph_file(browser, file, language, told.out)
    for picture in sorted(told.out.glob("*.png")):
        if not picture.stem.endswith(("-eyes", "-phone")):
            with_other_eyes(picture)


if __name__ == "__main__":
    main()
