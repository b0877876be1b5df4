"""Values written as JavaScript: whatever the text, the browser gets exactly it and nobody on the way reads into it."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.output.encode import json_text, script_literal
from tests.javascript import run_javascript

HOSTILE = (
    "{{cycler.__init__.__globals__.os.system('touch /tmp/yida_encode')}}", "{% raw %}", "{# comment", "${alert(1)}",
    "`${alert(1)}`", "</script><img src=x onerror=alert(1)>", "\\u003cscript\\u003e", "\"'\\", "a\u2028b\u2029c", "_0",
    "map_div", "lone \ud800", "\udfff", "\U0001f3e5 医院", "\x00\x1f\n\r\t", "<!--", "]]>", "maps/abc/", "",
)  # fmt: skip

texts = st.text(st.characters(exclude_categories=())) | st.sampled_from(HOSTILE)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)


def text_inside(literal: str) -> str:
    """The JSON text within JSON.parse("…"), read the way JavaScript reads a string of \\uXXXX escapes."""
    body = re.fullmatch(r'JSON\.parse\("([^"]*)"\)', literal)
    assert body is not None
    return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), body.group(1))


@given(values)
def test_nothing_is_left_that_a_template_a_parser_or_a_rewriting_could_read(value: object) -> None:
    body = script_literal(value).removeprefix('JSON.parse("').removesuffix('")')
    assert re.fullmatch(r"(\\u[0-9a-f]{4}|[A-Za-z0-9 .,:\[\]+-])*", body)


@given(values)
def test_the_value_comes_back_unchanged(value: object) -> None:
    assert json.loads(text_inside(script_literal(value))) == value


@given(values)
def test_json_text_is_plain_ascii(value: object) -> None:
    assert json_text(value).isascii()


def test_javascript_reads_back_every_hostile_text() -> None:
    value = {text: [text, {"nested": text}] for text in HOSTILE}
    # Answered as JSON of code units, so that lone surrogates survive the pipe.
    program = (
        "const units = v => typeof v === 'string' ? Array.from({length: v.length}, (_, i) => v.charCodeAt(i))"
        " : Array.isArray(v) ? v.map(units) : Object.entries(v).map(units);"
        f"process.stdout.write(JSON.stringify(units({script_literal(value)})));"
    )
    assert json.loads(run_javascript(program)) == code_units(value)


def code_units(value: object) -> object:
    if isinstance(value, str):
        raw = value.encode("utf-16-le", "surrogatepass")
        return [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)]
    if isinstance(value, list):
        return [code_units(v) for v in value]
    assert isinstance(value, dict)
    return [[code_units(k), code_units(v)] for k, v in value.items()]


def test_numpy_numbers_and_arrays_are_numbers() -> None:
    value = {"a": np.float64(1.5), "b": np.int64(2), "c": np.array([1.0, 2.5]), "d": np.bool_(True)}
    assert json.loads(json_text(value)) == {"a": 1.5, "b": 2, "c": [1.0, 2.5], "d": True}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.array([np.nan])])
def test_an_unknown_number_must_be_none(value: object) -> None:
    with pytest.raises(ValueError):
        script_literal([value])


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        script_literal({"a": {1, 2}})
