"""A surface from above, with each variant's way down, or from the side where it has one coordinate."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.surface.polynomial import Polynomial
from dlsim.engine.kinds.surface.quantities import POINT, PRESENT_HEIGHT, SurfaceTape
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Ref, present
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.numbers import number
from dlsim.tui.drawing.pictures.plane import Plane, framed
from dlsim.tui.drawing.pictures.scene import DEPTHS, Drawing, Scene
from dlsim.tui.drawing.scales import widened
from dlsim.tui.drawing.text import Pieces, fit
from dlsim.tui.drawing.variants import Variant, variants

Array = NDArray[np.float64]

SHADES = "█▓▓▒▒░░ "
ASCII_SHADES = "@#*+:-. "
MOST_POINTS = 300
"""Of a longer way, so many points at even distances, and as many of its last ones."""
WIDE = 66
LEGEND_CELLS = 24
HEIGHT = Ref(PRESENT_HEIGHT)
"""Where a mark stands: after an update, of the new place."""


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The surface and the ways of all variants on it."""
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    tape = scene.snapshot.tape
    if not isinstance(tape, SurfaceTape):
        return Drawing(cells)
    surface = tape.surface
    told = variants(scene)
    longest = min(max(len(variant.name) for variant in told), 13 if width >= WIDE else 17)
    groups = [_told(variant, scene, longest) for variant in told]
    if width >= WIDE:
        place = (0, 0, width - LEGEND_CELLS - 2, height)
        cells.write_columns((width - LEGEND_CELLS, 0, LEGEND_CELLS, height - 2), groups)
        cells.write_groups(height - 1, [_scale(scene, surface)], x=width - LEGEND_CELLS)
    else:
        rows = min(rows_needed(groups, width), max(height - 8, 0))
        place = (0, 0, width, height - rows)
        cells.write_columns((0, height - rows, width, rows), groups)
    (_from_above if surface.dimensions == 2 else _from_the_side)(scene, cells, surface, told, place)
    return Drawing(cells, cells.hits)


def _told(variant: Variant, scene: Scene, longest: int) -> Pieces:
    """A variant's mark, its name, and the height of the place where it stands."""
    role = "lead" if variant.is_lead else "text"
    height = _height(variant, scene)
    name = fit(variant.name, longest)
    return [
        (variant.mark, variant.role),
        (f" {name:<{longest}} ", role),
        (f"{number(height, 8, scene.look.at_most(4)):>8}", variant.linked(role, HEIGHT)),
    ]


def _height(variant: Variant, scene: Scene) -> float | None:
    """What stands on its tape, once the lead has got as far."""
    if not scene.snapshot.is_shown(HEIGHT):
        return None
    return variant.snapshot.tape.value(HEIGHT, 0)


# two coordinates


def _from_above(
    scene: Scene, cells: Canvas, surface: Polynomial, told: list[Variant], place: tuple[int, int, int, int]
) -> None:
    plane = framed(cells, place, surface.bounds[0], surface.bounds[1], ("x", "y"))
    levels = _levels(surface, plane.width, plane.height)
    if scene.look.mixes:
        roles = [f"deep-{level}" for level in range(DEPTHS)]
        cells.halves(plane.left, plane.top, roles, levels)
    else:
        shades = SHADES if scene.look.glyphs.has_dots else ASCII_SHADES
        cells.shades(plane.left, plane.top, shades, ["muted"] * DEPTHS, levels[0::2])
    for variant in _topmost_last(told):
        xs, ys = trail(variant.snapshot, "x"), trail(variant.snapshot, "y")
        plane.put(plane.path(xs, ys), variant.role)
    for variant in _topmost_last(told):
        xs, ys = trail(variant.snapshot, "x"), trail(variant.snapshot, "y")
        _mark(plane, variant, float(xs[-1]), float(ys[-1]))


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
    if surface.dimensions == 1:
        return []
    heights = _heights(surface, 40, 12)
    low, high = f"f {general(float(heights.min()), 2)} ", f" {general(float(heights.max()), 3)}"
    if scene.look.mixes:
        return [(low, "axis"), *((" ", f"@deep-{level}") for level in range(DEPTHS)), (high, "axis")]
    return [(low, "axis"), (SHADES if scene.look.glyphs.has_dots else ASCII_SHADES, "muted"), (high, "axis")]


# one coordinate


def _from_the_side(
    scene: Scene, cells: Canvas, surface: Polynomial, told: list[Variant], place: tuple[int, int, int, int]
) -> None:
    x = np.linspace(*surface.bounds[0], 400)
    heights = surface.value(x)
    y = widened(float(heights.min()), float(heights.max()), 0.08)
    plane = framed(cells, place, surface.bounds[0], y, ("x", "f"))
    plane.put(plane.path(x, heights), "axis")
    for variant in _topmost_last(told):
        been = trail(variant.snapshot, "x")
        for point in been[:-1] if variant.is_lead else ():
            found = plane.cell(float(point), float(surface.value(point)))
            if found is not None:
                cells.write(*found, scene.look.glyphs.nothing.strip() or ".", variant.role)
    for variant in _topmost_last(told):
        point = float(trail(variant.snapshot, "x")[-1])
        _mark(plane, variant, point, float(surface.value(point)))


# both


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


def _topmost_last(told: list[Variant]) -> list[Variant]:
    """Where several stand in one cell the lead is seen, else the first of them; the legend tells them all."""
    return sorted(told, key=lambda variant: not variant.is_lead)[::-1]


def _role(variant: Variant) -> str:
    return "lens" if variant.is_lead else variant.role


def _mark(plane: Plane, variant: Variant, x: float, y: float) -> None:
    found = plane.cell(x, y)
    if found is not None:
        plane.cells.write(*found, variant.mark, _role(variant))
