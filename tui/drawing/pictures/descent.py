"""The loss over the two parameters that a small network has, and each variant's way down: of all the data at once a
smooth one, of single samples one that staggers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlsim.engine.kinds.network.passes import evaluate
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.quantity import Ref, present
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.pictures.catalogue import has_two_parameters
from dlsim.tui.drawing.pictures.scene import DEPTHS, Plane, Scene, framed, network_tape
from dlsim.tui.drawing.pictures.surface import DEEP, SHADES, Places
from dlsim.tui.drawing.scales import Array, Span, widened
from dlsim.tui.drawing.text import Pieces, fit
from dlsim.tui.drawing.variants import Variant, variants

GRID = (17, 12)
"""So many places across and up at which the loss is worked out; between them it is smooth."""
KEPT = 4
LONGEST_NAME = 20

_heights: dict[object, Array] = {}


def draw(scene: Scene, cells: Canvas) -> None:
    """The loss over all the training data from above, the ways of all variants on it."""
    told = [variant for variant in variants(scene) if has_two_parameters(variant.snapshot.scenario)]
    if not any(variant.is_lead for variant in told):
        cells.write_groups(0, [[(scene.say("picture.no_descent"), "muted")]])
        return
    tape = network_tape(scene.snapshot)
    axes = tuple(tape.trained_parameters())
    ways = {variant.name: _way(variant, axes) for variant in told}
    longest = min(max(len(variant.name) for variant in told), LONGEST_NAME)
    groups: list[Pieces] = [
        [
            (variant.mark, variant.role),
            (f" {fit(variant.name, longest):<{longest}}", "lead" if variant.is_lead else "text"),
        ]
        for variant in told
    ]
    rows = min(rows_needed(groups, cells.width), max(cells.height - 6, 0))
    cells.write_columns((0, cells.height - rows, cells.width, rows), groups)
    spans = [_span(np.concatenate([way[axis] for way in ways.values()])) for axis in (0, 1)]
    names = scene.snapshot.symbol(axes[0]), scene.snapshot.symbol(axes[1])
    plane = framed(cells, (0, 0, cells.width, cells.height - rows), spans[0], spans[1], names)
    levels = _levels(_losses(tape, axes, (plane.x, plane.y)), plane)
    if scene.look.mixes:
        cells.halves(plane.left, plane.top, DEEP, levels)
    else:
        cells.shades(plane.left, plane.top, SHADES[scene.look.glyphs.has_dots], ["muted"] * DEPTHS, levels[0::2])
    topmost_last = sorted(told, key=lambda variant: variant.is_lead)
    for variant in topmost_last:
        plane.put(plane.path(*ways[variant.name]), variant.role)
    for variant in topmost_last:
        x, y = (float(numbers[-1]) for numbers in ways[variant.name])
        plane.mark(x, y, variant.mark, "lens" if variant.is_lead else variant.role)


def _way(variant: Variant, axes: Sequence[Ref]) -> tuple[Array, Array]:
    """(places,) across and up: where it has been, and where it is."""
    snapshot = variant.snapshot
    now = (snapshot.tape.value(present(axis), snapshot.sample) for axis in axes)
    been = [np.append(snapshot.history.of(axis)[1], number) for axis, number in zip(axes, now, strict=True)]
    return been[0], been[1]


def _span(numbers: Array) -> Span:
    """All of them with room around them, its ends on a coarse grid, so that it stays for a while as they grow."""
    known = numbers[np.isfinite(numbers)]
    low, high = widened(float(known.min()), float(known.max()), 0.15) if len(known) else (-1.0, 1.0)
    step = 2.0 ** np.floor(np.log2((high - low) / 4))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def _losses(tape: NetworkTape, axes: Sequence[Ref], spans: tuple[Span, Span]) -> Array:
    """(places up, places across), the lowest first: the loss over all the training data."""
    inputs, targets = tape.data.inputs, tape.data.targets
    training, (layer,) = tape.structure.body.training, tape.structure.layers
    asked = targets.tobytes() if targets is not None else b""
    key = hash((inputs.tobytes(), asked)), training.loss if training else "", layer.activation.name, spans
    if key not in _heights:
        state = tape.present.copy()
        x, y = axes
        first, second = (tape.structure.layer(axis.layer).flat_slice(axis.quantity.key).of(state) for axis in axes)
        found = np.empty(GRID[::-1])
        for row, up in enumerate(np.linspace(*spans[1], GRID[1])):
            for column, across in enumerate(np.linspace(*spans[0], GRID[0])):
                first[x.index], second[y.index] = across, up
                found[row, column] = evaluate(tape.structure, state, inputs, targets)[1]
        _heights[key] = found
        if len(_heights) > KEPT:
            del _heights[next(iter(_heights))]
    return _heights[key]


def _levels(losses: Array, plane: Plane) -> Places:
    """(2·height, width): the level of each half cell, closer together where the loss is low."""
    across = np.linspace(0, GRID[0] - 1, plane.width)
    up = np.linspace(GRID[1] - 1, 0, 2 * plane.height)
    rows = np.array([np.interp(across, np.arange(GRID[0]), row) for row in losses])
    heights = np.array([np.interp(up, np.arange(GRID[1]), column) for column in rows.T]).T
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    share = (heights - low) / (high - low) if high > low else np.zeros_like(heights)
    levels: Places = np.minimum((np.sqrt(np.nan_to_num(share, nan=1.0)) * DEPTHS).astype(np.int64), DEPTHS - 1)
    return levels
