"""Values as JavaScript that no template engine, markup parser or string rewriting can touch. Fifth floor: output.

folium and branca compile every text they are handed as a Jinja template, streamlit-folium rewrites whatever looks like
one of folium's variable names, and the browser looks for `</script>`. So hostile names travel as `JSON.parse("…")`
in which every character but a few harmless ones is written as `\\uXXXX`: no brace, underscore, quote, sign or letter
outside ASCII is left for anyone to interpret.
"""

import json
import re

import numpy as np

_UNSAFE = re.compile(r"[^A-Za-z0-9 .,:\[\]+-]")


def script_literal(value: object) -> str:
    """A JavaScript expression that evaluates to `value`.

    Takes what JSON can hold, and numpy numbers and arrays. Lone surrogates survive the round trip.

    Raises ValueError for NaN and infinity (unknown is None) and TypeError for what JSON cannot hold.
    """
    return f'JSON.parse("{_UNSAFE.sub(_escape, json_text(value))}")'


def json_text(value: object) -> str:
    """Compact JSON in plain ASCII, so lone surrogates cannot break the encoding of a file. Raises as script_literal."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _plain(value: object) -> object:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
