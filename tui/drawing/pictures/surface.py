"""A surface from above, with each variant's way down, or from the side where it has one coordinate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.surface.quantities import POINT, PRESENT_HEIGHT, Polynomial, SurfaceTape
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Ref, present
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.pictures.scene import DEPTHS, Area, Plane, Scene, framed
from dlsim.tui.drawing.scales import Array, widened
from dlsim.tui.drawing.text import Pieces, fit, number
from dlsim.tui.drawing.variants import Variant, variants

Way = tuple[Variant, Array, Array]
"""A variant, and where it has been: (places,) across and (places,) up, the last of them where it is now."""
Places = NDArray[np.int64]
DEEP = [f"deep-{level}" for level in range(DEPTHS)]
SHADES = ("@#*+:-. ", "█▓▓▒▒░░ ")
"""From the lowest level, in ASCII and where there is more than that."""
MOST_POINTS = 300
"""Of a longer way, so many points at even distances, and as many of its last ones."""
WIDE = 66
LEGEND_CELLS = 24
HEIGHT = Ref(PRESENT_HEIGHT)
"""Where a mark stands: after an update, of the new place."""


def draw(scene: Scene, cells: Canvas) -> None:
    """The surface and the ways of all variants on it."""
    tape = scene.snapshot.tape
    assert isinstance(tape, SurfaceTape), "a picture of surfaces"
    surface, told, (width, height) = tape.surface, variants(scene), cells.size
    longest = min(max(len(variant.name) for variant in told), 13 if width >= WIDE else 17)
    groups = [_told(variant, scene, longest) for variant in told]
    if width >= WIDE:
        place = (0, 0, width - LEGEND_CELLS - 2, height)
        cells.write_columns((width - LEGEND_CELLS, 0, LEGEND_CELLS, height - 2), groups)
        if surface.dimensions == 2:
            cells.write_groups(height - 1, [_scale(scene, surface)], x=width - LEGEND_CELLS)
    else:
        rows = min(rows_needed(groups, width), max(height - 8, 0))
        place = (0, 0, width, height - rows)
        cells.write_columns((0, height - rows, width, rows), groups)
    # where several stand in one cell the lead is seen, else the first of them; the legend tells them all
    topmost_last = sorted(told, key=lambda variant: not variant.is_lead)[::-1]
    ways = [(variant, *_way(variant.snapshot, surface)) for variant in topmost_last]
    plane = (_from_above if surface.dimensions == 2 else _from_the_side)(scene, cells, surface, place, ways)
    for variant, xs, ys in ways:
        plane.mark(float(xs[-1]), float(ys[-1]), variant.mark, "lens" if variant.is_lead else variant.role)


def _told(variant: Variant, scene: Scene, longest: int) -> Pieces:
    """A variant's mark, its name, and the height of the place where it stands, once the lead has got as far."""
    role = "lead" if variant.is_lead else "text"
    height = variant.snapshot.tape.value(HEIGHT, 0) if scene.snapshot.is_shown(HEIGHT) else None
    return [
        (variant.mark, variant.role),
        (f" {fit(variant.name, longest):<{longest}} ", role),
        (f"{number(height, 8, scene.look.at_most(4)):>8}", variant.linked(role, HEIGHT)),
    ]


def _way(snapshot: Snapshot, surface: Polynomial) -> tuple[Array, Array]:
    """Where a variant has been, across and up."""
    xs = trail(snapshot, "x")
    return xs, trail(snapshot, "y") if surface.dimensions == 2 else surface.value(xs)


def _from_above(scene: Scene, cells: Canvas, surface: Polynomial, place: Area, ways: Sequence[Way]) -> Plane:
    """Two coordinates: heights as grounds, each way as a line."""
    plane = framed(cells, place, surface.bounds[0], surface.bounds[1], ("x", "y"))
    levels = _levels(surface, plane.width, plane.height)
    if scene.look.mixes:
        cells.halves(plane.left, plane.top, DEEP, levels)
    else:
        cells.shades(plane.left, plane.top, SHADES[scene.look.glyphs.has_dots], ["muted"] * DEPTHS, levels[0::2])
    for variant, xs, ys in ways:
        plane.put(plane.path(xs, ys), variant.role)
    return plane


def _from_the_side(scene: Scene, cells: Canvas, surface: Polynomial, place: Area, ways: Sequence[Way]) -> Plane:
    """One coordinate: the heights as a curve, on it where the lead has been."""
    x = np.linspace(*surface.bounds[0], 400)
    heights = surface.value(x)
    y = widened(float(heights.min()), float(heights.max()), 0.08)
    plane = framed(cells, place, surface.bounds[0], y, ("x", "f"))
    plane.put(plane.path(x, heights), "axis")
    for variant, xs, ys in ways:
        for point, height in zip(xs[:-1], ys[:-1], strict=True) if variant.is_lead else ():
            plane.mark(float(point), float(height), scene.look.dot, variant.role)
    return plane


@lru_cache(maxsize=8)
def _heights(surface: Polynomial, width: int, height: int) -> Array:
    plane = Plane(Canvas(0, 0), 0, 0, width, height, *surface.bounds)
    x, y = np.meshgrid(plane.columns(1), plane.rows(2))
    return surface.value(x, y)


def _levels(surface: Polynomial, width: int, height: int) -> NDArray[np.int64]:
    """(2·height, width): the level of each half cell; levels stand closer where the surface is low."""
    heights = _heights(surface, width, height)
    low, high = float(heights.min()), float(heights.max())
    share = (heights - low) / (high - low) if high > low else np.zeros_like(heights)
    levels: NDArray[np.int64] = np.minimum((np.sqrt(share) * DEPTHS).astype(np.int64), DEPTHS - 1)
    return levels


def _scale(scene: Scene, surface: Polynomial) -> Pieces:
    heights = _heights(surface, 40, 12)
    low, high = f"f {general(float(heights.min()), 2)} ", f" {general(float(heights.max()), 3)}"
    if scene.look.mixes:
        return [(low, "axis"), *((" ", f"@{role}") for role in DEEP), (high, "axis")]
    return [(low, "axis"), (SHADES[scene.look.glyphs.has_dots], "muted"), (high, "axis")]


def trail(snapshot: Snapshot, coordinate: str) -> Array:
    """Where a variant has been, and where it is now; of a long one its latest places, and the more of the others the
    earlier they are, for that is where it went furthest.
    """
    curve = snapshot.curves.get(coordinate)
    been = np.empty(0) if curve is None else curve.values
    if len(been) > 2 * MOST_POINTS:
        kept = np.unique(np.geomspace(1, len(been) - MOST_POINTS, MOST_POINTS).astype(int)) - 1
        been = np.concatenate([been[kept], been[-MOST_POINTS:]])
    now = snapshot.tape.value(present(Ref(POINT, 0, (("x", "y").index(coordinate),))), 0)
    return np.append(been, now)
