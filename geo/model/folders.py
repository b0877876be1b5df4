"""Where the program's own data files are. First floor: the words."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
