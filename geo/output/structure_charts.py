"""The structure as charts: an icicle of who stands under whom, and a Sankey of tiers. Fifth floor: output.

Both are Vega-Lite specifications of rectangles and bands laid out here, so that names are data and never expressions,
and Streamlit's own bundle draws them without the internet. A click selects the `id` of what was clicked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.analysis.tiers import Tree
from geo.model.schemes import Scheme

Spec = dict[str, object]
Named = Callable[[str], str]

PICKED = "picked"  # the selection parameter of both charts
_WIDTH_PX = 1000.0  # the width labels are cut for
_CHAR_PX = 13.0
# A click on what is picked already lets it go, which by itself only a click beside it would.
_AGAIN = f"datum && vlSelectionTest('{PICKED}_store', datum)"
_PARAM: Spec = {
    "name": PICKED, "select": {"type": "point", "fields": ["id"], "toggle": _AGAIN}, "views": ["blocks"],
}  # fmt: skip
_INK, _PAPER = "#1f2a33", "#ffffff"


@dataclass(frozen=True)
class Block:
    """One rectangle of the icicle: `x` in shares of the width, `y` the depth from the top."""

    item_id: str
    name: str
    detail: str
    colour: str
    left: float
    right: float
    depth: int


def icicle_blocks(
    facility: pd.DataFrame, tree: Tree, scheme: Scheme, named: Named, names: Mapping[str, str], root: int = -1
) -> list[Block]:
    """The county, its communities and the tree below them; facilities of the lowest tier are counted together.

    With `root` (a facility row) only its branch, in which they stand one by one. `names` is community id → name.
    """
    under = _children(tree)
    lowest = int(tree.tier[tree.open].max(initial=-1))
    size = _sizes(tree, under)
    colours = [t.colour for t in scheme.tiers]
    blocks: list[Block] = []

    def place(row: int, left: float, right: float, depth: int, seen: frozenset[int]) -> None:
        tier = int(tree.tier[row])
        tier_id = scheme.tiers[tier].tier_id if tier >= 0 else str(facility["tier"].iat[row])
        colour = colours[tier] if tier >= 0 else "#6b7278"
        own = str(facility["facility_id"].iat[row])
        blocks.append(
            Block(f"facility:{own}", str(facility["name"].iat[row]), named(tier_id), colour, left, right, depth)
        )
        children = [c for c in under[row] if c not in seen]
        singles = [c for c in children if root >= 0 or tree.tier[c] != lowest or under[c]]
        many = [c for c in children if c not in set(singles)]
        width, total = right - left, sum(int(size[c]) for c in children)
        at = left
        for child in singles:
            share = width * size[child] / total
            place(child, at, at + share, depth + 1, seen | {row})
            at += share
        if many:
            text, kind = f"{len(many):,}", named(scheme.tiers[lowest].tier_id)
            blocks.append(Block(f"facility:{own}", text, kind, colours[lowest], at, right, depth + 1))

    if root >= 0:
        place(root, 0.0, 1.0, 0, frozenset())
        return blocks
    tops = [r for r in np.flatnonzero(tree.open & (tree.tier >= 0)).tolist() if not _has_parent(tree, r)]
    total, at = float(sum(size[r] for r in tops)) or 1.0, 0.0
    for community in sorted({str(tree.community[r]) for r in tops}):
        mine = [r for r in tops if tree.community[r] == community]
        share = sum(size[r] for r in mine) / total
        title = names.get(community, community) or "—"
        blocks.append(Block(f"community:{community}", title, "", "#3d4a54", at, at + share, 0))
        inside = at
        for row in mine:
            width = share * size[row] / sum(size[r] for r in mine)
            place(row, inside, inside + width, 1, frozenset())
            inside += width
        at += share
    return blocks


def _children(tree: Tree) -> list[list[int]]:
    under: list[list[int]] = [[] for _ in tree.parent]
    for row in np.flatnonzero(tree.open & (tree.parent >= 0) & (tree.tier >= 0)).tolist():
        if _has_parent(tree, row):
            under[int(tree.parent[row])].append(row)
    return under


def _has_parent(tree: Tree, row: int) -> bool:
    """Whether the row stands under an open facility that does not, by way of others, stand under it."""
    up = int(tree.parent[row])
    return up >= 0 and bool(tree.open[up]) and up != row and row not in tree.ancestors(up)


def _sizes(tree: Tree, under: list[list[int]]) -> np.ndarray:
    """How many facilities stand in each one's branch, itself included."""
    size = np.ones(len(under), dtype=np.int64)
    order: list[int] = []
    open_rows = [r for r in range(len(under)) if not _has_parent(tree, r)]
    while open_rows:
        row = open_rows.pop()
        order.append(row)
        open_rows.extend(under[row])
    for row in reversed(order):
        size[row] += sum(int(size[c]) for c in under[row])
    return size


def icicle_spec(blocks: list[Block], height_px: int = 330, selected: str = "") -> Spec:
    """The icicle as a Vega-Lite specification; a click gives the block's id."""
    depth = max((b.depth for b in blocks), default=0) + 1
    rows: list[dict[str, object]] = [
        {
            "id": b.item_id, "name": b.name, "detail": b.detail, "colour": b.colour, "x": b.left, "x2": b.right,
            "y": b.depth, "y2": b.depth + 0.94, "xm": (b.left + b.right) / 2, "ym": b.depth + 0.47,
            "label": _cut(b.name, (b.right - b.left) * _WIDTH_PX), "edge": 3 if b.item_id == selected else 0.6,
        }
        for b in blocks
    ]  # fmt: skip
    scale_x, scale_y = {"domain": [0, 1], "nice": False}, {"domain": [depth, 0], "nice": False}
    box: Spec = {
        "x": {"field": "x", "type": "quantitative", "scale": scale_x, "axis": None}, "x2": {"field": "x2"},
        "y": {"field": "y", "type": "quantitative", "scale": scale_y, "axis": None}, "y2": {"field": "y2"},
    }  # fmt: skip
    middle: Spec = {
        "x": {"field": "xm", "type": "quantitative", "scale": scale_x, "axis": None},
        "y": {"field": "ym", "type": "quantitative", "scale": scale_y, "axis": None},
    }
    return _layered(rows, height_px, box, middle)


def _layered(rows: list[dict[str, object]], height_px: int, box: Spec, middle: Spec) -> Spec:
    """Rectangles one can click, with their labels on them."""
    tooltip = [
        {"field": "name", "type": "nominal", "title": " "},
        {"field": "detail", "type": "nominal", "title": "  "},
    ]
    look = {
        "color": {"field": "colour", "type": "nominal", "scale": None},
        "strokeWidth": {"field": "edge", "type": "quantitative", "scale": None},
        "tooltip": tooltip,
    }
    words = {"text": {"field": "label", "type": "nominal"}, "color": {"value": _PAPER}}
    return {
        "data": {"values": rows},
        "height": height_px,
        "params": [_PARAM],
        "layer": [
            {
                "name": "blocks",
                "mark": {"type": "rect", "stroke": _PAPER, "cursor": "pointer", "cornerRadius": 2},
                "encoding": {**box, **look},
            },
            {"mark": {"type": "text", "fontSize": 12, "clip": True}, "encoding": {**middle, **words}},
        ],
        "config": {"view": {"stroke": None}},
    }


def _cut(text: str, width_px: float) -> str:
    """As much of a name as fits; wide characters count double."""
    room = width_px / (_CHAR_PX / 2) - 1
    if room < 4:
        return ""
    out, used = "", 0.0
    for char in text:
        used += 2 if ord(char) > 0x2E80 else 1.15
        if used > room:
            return out[:-1] + "…" if len(out) > 1 else ""
        out += char
    return out


# ---- the Sankey of tiers ---------------------------------------------------------------------------------------


def sankey_spec(
    counts: pd.DataFrame, scheme: Scheme, named: Named, colours: Mapping[str, str], names: Mapping[str, str],
    without: str, height_px: int = 330,
) -> Spec:  # fmt: skip
    """Facilities from their tier (left) to the tier of their parent (right), a band a community. Bands are as thick as
    their number of facilities.

    `counts` is tiers.parent_counts; `without` says what those without a parent are called, which have no band.
    """
    order = [t.tier_id for t in scheme.tiers][::-1]
    column = {tier: at for at, tier in enumerate(order)}
    totals = {tier: int(counts.loc[counts["child"] == tier, "count"].sum()) for tier in order}
    shown = [tier for tier in order if totals[tier]]
    place = {tier: at for at, tier in enumerate(shown)}
    incoming = counts[counts["parent"] != ""].groupby("parent")["count"].sum()
    tall = {t: float(max(totals[t], int(incoming.get(t, 0)))) for t in shown}
    most = max(tall.values(), default=1.0)
    bands: list[dict[str, object]] = []
    used_out, used_in = dict.fromkeys(shown, 0.0), dict.fromkeys(shown, 0.0)
    rows = counts[counts["parent"] != ""].assign(
        c=lambda d: d["child"].map(column), p=lambda d: d["parent"].map(column)
    )
    for row in rows.sort_values(["c", "p", "community"]).to_dict("records"):
        child, parent, number = str(row["child"]), str(row["parent"]), float(row["count"])
        if child not in place or parent not in place:
            continue
        start = (used_out[child] - tall[child] / 2, number)
        end = (used_in[parent] - tall[parent] / 2, number)
        used_out[child] += start[1]
        used_in[parent] += end[1]
        title = names.get(str(row["community"]), str(row["community"])) or "—"
        bands += _band(len(bands), place[child], place[parent], start, end, {
            "id": f"band:{child}:{parent}:{row['community']}", "colour": colours.get(str(row["community"]), "#6b7278"),
            "name": f"{named(child)} → {named(parent)}", "detail": f"{title}: {number:,.0f}",
        })  # fmt: skip
    nodes = [
        _node(
            scheme,
            t,
            place[t],
            max(tall[t], most * 0.012),
            named(t),
            totals[t],
            _node_detail(counts, t, totals[t], without),
        )
        for t in shown
    ]
    return _sankey(bands, nodes, len(shown), most / 2, height_px)


def _node(scheme: Scheme, tier: str, at: int, tall: float, name: str, total: int, detail: str) -> dict[str, object]:
    """A tier as a bar, its name and count below it."""
    return {
        "id": f"tier:{tier}", "name": name, "detail": detail, "label": f"{name} {total:,}",
        "colour": scheme.tier(tier).colour, "x": at - 0.025, "x2": at + 0.025, "y": -tall / 2, "y2": tall / 2,
        "xm": at, "ym": tall / 2,
    }  # fmt: skip


def _node_detail(counts: pd.DataFrame, tier: str, total: int, without: str) -> str:
    alone = int(counts.loc[(counts["child"] == tier) & (counts["parent"] == ""), "count"].sum())
    return f"{total:,}" + (f" ({without}: {alone:,})" if alone else "")


def _band(
    seed: int, left: int, right: int, start: tuple[float, float], end: tuple[float, float], told: dict[str, object]
) -> list[dict[str, object]]:
    """A band as points of its upper and lower edge, bent like an S."""
    out = []
    for share in np.linspace(0, 1, 21):
        bend = share * share * (3 - 2 * share)
        low = start[0] + (end[0] - start[0]) * bend
        thick = start[1] + (end[1] - start[1]) * bend
        x = left + 0.025 + (right - left - 0.05) * share
        out.append({**told, "band": seed, "x": round(float(x), 4), "y": round(low, 4), "y2": round(low + thick, 4)})
    return out


def _sankey(
    bands: list[dict[str, object]], nodes: list[dict[str, object]], columns: int, half: float, height_px: int
) -> Spec:
    x = {"type": "quantitative", "scale": {"domain": [-0.25, columns - 0.75], "nice": False}, "axis": None}
    y = {"type": "quantitative", "scale": {"domain": [half * 1.25, -half * 1.05], "nice": False}, "axis": None}
    tooltip = [
        {"field": "name", "type": "nominal", "title": " "},
        {"field": "detail", "type": "nominal", "title": "  "},
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "height": height_px,
        "params": [_PARAM],
        "layer": [
            {
                "data": {"values": bands},
                "mark": {"type": "area", "opacity": 0.5, "cursor": "default"},
                "encoding": {
                    "x": {"field": "x", **x}, "y": {"field": "y", **y}, "y2": {"field": "y2"}, "color": colour,
                    "detail": {"field": "band", "type": "nominal"}, "tooltip": tooltip,
                },
            },
            {
                "name": "blocks", "data": {"values": nodes}, "mark": {"type": "rect", "cursor": "pointer"},
                "encoding": {
                    "x": {"field": "x", **x}, "x2": {"field": "x2"}, "y": {"field": "y", **y}, "y2": {"field": "y2"},
                    "color": colour, "tooltip": tooltip,
                },
            },
            {
                "data": {"values": nodes}, "mark": {"type": "text", "fontSize": 12, "baseline": "top", "dy": 6},
                "encoding": {
                    "x": {"field": "xm", **x}, "y": {"field": "ym", **y},
                    "text": {"field": "label", "type": "nominal"}, "color": {"value": _INK},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
