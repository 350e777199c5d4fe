"""The rate by which each variant moves a coordinate of a surface, over the updates: which dies away, which does not."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.kinds.surface.quantities import COORDINATES, POINT, SurfaceTape
from dlsim.engine.kinds.updates import OWN_RATE, RATE
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.curves import BRAILLE, plot, series_of
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.text import Pieces, fit, number
from dlsim.tui.drawing.variants import Variant, variants

LONGEST_NAME = 13
PLAIN = "*"
"""What curves are drawn with where a terminal has no dots."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """The rate of each coordinate."""
    return [f"={OWN_RATE}{name}" for name in snapshot.scenario.coordinates]


def draw(scene: Scene, cells: Canvas) -> None:
    """The rates as curves, below them those of the last update as numbers."""
    told, say = variants(scene), scene.say
    axis = scene.view % len(views(scene.snapshot))
    name = f"{OWN_RATE}{COORDINATES[axis]}"
    longest = min(max(len(variant.name) for variant in told), LONGEST_NAME)
    groups = [_told(variant, scene, axis, longest) for variant in told]
    rows = min(rows_needed(groups, cells.width), max(cells.height - 6, 0))
    height = cells.height - rows - 1
    cells.write_columns((0, cells.height - rows, cells.width, rows), groups)
    cells.write(0, 0, name, "symbol")
    marker = BRAILLE if cells.glyphs.has_dots else PLAIN
    of = {
        variant.name: series_of(variant.snapshot.curves[name], cells.width, variant.role, marker, variant.mark)
        for variant in told
    }
    lead = next(variant for variant in told if variant.is_lead)
    behind = [one for variant in told if variant is not lead for one in of[variant.name]]
    iteration = say("curve.iterations")
    lines = plot(of[lead.name], cells.width, height, name=iteration, log=True, mark=lead.mark, behind=behind)
    if not lines:
        cells.write_groups(2, [[(say("picture.rates_none"), "muted")]])
    for row, line in enumerate(lines, start=1):
        cells.write_pieces(0, row, line)


def _told(variant: Variant, scene: Scene, axis: int, longest: int) -> Pieces:
    """A variant's mark, its name, and the rate of its last update."""
    snapshot = variant.snapshot
    assert isinstance(snapshot.tape, SurfaceTape), "a picture of surfaces"
    optimizer = snapshot.tape.optimizer
    own = Ref(POINT.own_rate, 0, (axis,))
    ref = own if optimizer.own_rate_notation else Ref(RATE)
    is_known = scene.snapshot.is_shown(Ref(POINT.new, 0, (axis,)))
    value = snapshot.tape.value(ref, 0) if is_known else None
    role = "lead" if variant.is_lead else "text"
    return [
        (variant.mark, variant.role),
        (f" {fit(variant.name, longest):<{longest}} ", role),
        (f"{number(value, 9, scene.look.at_most(6)):>9}", variant.linked(role, ref)),
    ]
