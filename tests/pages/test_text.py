"""What the session reads, said in its own way: times in the reader's zone."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from pages.ui import text


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Asia/Shanghai", "2026-12-02 04:12"), ("UTC", "2026-12-01 20:12"), ("America/New_York", "2026-12-01 15:12")],
)
def test_a_stored_moment_is_told_in_the_readers_zone(monkeypatch: pytest.MonkeyPatch, zone: str, told: str) -> None:
    monkeypatch.setattr(text.st, "context", SimpleNamespace(timezone=zone))
    assert text.local_time("2026-12-01T20:12:03+00:00") == told
    assert text.local_time("2026-12-02T04:12:03.512+08:00") == told


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd", "a\0b"])
def test_without_a_zone_the_machines_own_is_taken(monkeypatch: pytest.MonkeyPatch, zone: str | None) -> None:
    monkeypatch.setattr(text.st, "context", SimpleNamespace(timezone=zone))
    own = datetime.fromisoformat("2026-12-01T20:12:03+00:00").astimezone()
    assert text.local_time("2026-12-01T20:12:03+00:00") == f"{own:%Y-%m-%d %H:%M}"
