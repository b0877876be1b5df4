"""A part of an error's sentence that has figures of its own, said in the reader's language with the whole."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Phrase:
    """A text marked by N_ and what fills its places, as text already: a guarded child may have sent both."""

    text: str
    params: Mapping[str, str]

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The phrase in the language of `translate` (message id → text)."""
        return _PLACE.sub(lambda place: self.params.get(place[1], place[0]), translate(self.text))

    def __str__(self) -> str:
        return self.say()


def phrase(text: str, **params: object) -> Phrase:
    """A phrase of a text marked by N_. Whole numbers get their thousands separated."""
    return Phrase(text, {k: f"{v:,}" if isinstance(v, int) else str(v) for k, v in params.items()})


def megabytes(text: str, size_bytes: float) -> Phrase:
    """A phrase of a text with the one place `{size}`, in MB."""
    return Phrase(text, {"size": f"{size_bytes / 1024**2:,.0f}"})


def said(value: object, translate: Callable[[str], str]) -> object:
    """A value as it stands in a sentence: texts and phrases of the program in the language of `translate`."""
    if isinstance(value, Phrase):
        return value.say(translate)
    return translate(value) if isinstance(value, str) and value else value
