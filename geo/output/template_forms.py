"""What a column of a template is: its headings, its meaning, what may stand in it. Fourth floor: output."""

from dataclasses import dataclass
from typing import Literal

from geo.intake.desk.vocabulary import WORDS

Form = Literal["text", "number", "choice"]
MOST_PEOPLE = 10_000_000.0
MOST_MONEY = 1e15


@dataclass(frozen=True)
class Column:
    """A column of a template. `meaning` and `unit` are message ids; `allowed` our values; `low`, `high` of a number."""

    name: str
    zh: str
    en: str
    meaning: str
    example: str = ""
    form: Form = "text"
    required: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    low: float = 0.0
    high: float = MOST_PEOPLE

    def heading(self, language: str) -> str:
        """The column's heading; a star marks what every row needs."""
        return (self.zh if language == "zh" else self.en) + ("*" if self.required else "")


def number_column(
    name: str, zh: str, en: str, meaning: str, example: str, unit: str = "", *, required: bool = False
) -> Column:
    """A column of numbers: degrees where it is named so, figures of money and change of any size, else people."""
    if name in ("numerator", "denominator", "target"):
        return Column(name, zh, en, meaning, example, "number", required, unit, low=-MOST_MONEY, high=MOST_MONEY)
    limit = {"lon": 180.0, "lat": 90.0}.get(name[-3:], 0.0)
    low, high = (-limit, limit) if limit else (0.0, MOST_PEOPLE)
    return Column(name, zh, en, meaning, example, "number", required, unit, low=low, high=high)


def choice_column(name: str, zh: str, en: str, meaning: str, allowed: tuple[str, ...] = ()) -> Column:
    """A column with a drop-down: of the values given, else of the words the desk knows for it."""
    return Column(name, zh, en, meaning, form="choice", allowed=allowed or tuple(WORDS[name]))
