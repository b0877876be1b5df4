"""Every word the map itself shows, translated here and handed to it as data. The keys are maps.TEXT_KEYS."""

from geo.output.words import attribution, map_text, map_words

__all__ = ["attribution", "map_text", "map_words"]
