"""What an epoch costs, by variant: updates, multiplications, and what is held for a batch; and how that is counted."""

from __future__ import annotations

from dlsim.engine.kinds.network.costs import BATCH_SIZE, HELD, OF_EPOCH, UPDATES
from dlsim.engine.quantity import Ref
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.equation import in_lines
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.table import Columns, roomiest
from dlsim.tui.drawing.text import GAP, Link, fit, widest
from dlsim.tui.drawing.variants import variants

SHOWN = (("batch", BATCH_SIZE), ("updates", UPDATES), ("epoch", OF_EPOCH), ("held", HELD))
LEAST_NAME = 8
MARK = 2


def draw(scene: Scene, cells: Canvas) -> None:
    """A row for each variant, and below them the formulas of the one under the lens."""
    told = variants(scene)
    heads = [scene.say(f"picture.cost_{name}") for name, _ in SHOWN]
    numbers = [[f"{int(variant.snapshot.value(Ref(of)) or 0):,}" for _, of in SHOWN] for variant in told]
    rooms = [-widest([head, *column]) for head, column in zip(heads, zip(*numbers, strict=True), strict=True)]
    name = widest(variant.name for variant in told)
    ways = [Columns((room, *rooms), gap=GAP) for room in range(name, LEAST_NAME - 1, -1)]
    ways += [Columns((LEAST_NAME, *rooms[:2], 0, rooms[3]), gap=GAP), Columns((LEAST_NAME, *rooms[:2], 0, 0), gap=GAP)]
    columns = roomiest(ways, cells.width - MARK)
    cells.write_pieces(MARK, 0, columns.line(("", ""), *((head, "muted") for head in heads)))
    for y, (variant, row) in enumerate(zip(told, numbers, strict=True), start=1):
        role = "strong" if variant.is_lead else "text"
        refs = (Ref(of) for _, of in SHOWN)
        pieces = [(text, variant.linked(role, ref)) for text, ref in zip(row, refs, strict=True)]
        cells.write(0, y, variant.mark, variant.role)
        cells.write_pieces(MARK, y, columns.line((fit(variant.name, columns.widths[0]), role), *pieces))
    y = len(told) + 2
    for of in (UPDATES, OF_EPOCH, HELD):
        explained = scene.snapshot.explain(Ref(of))
        text = [(f"{explained.symbol} = {''.join(explained.numbers(0))} = ", "muted")]
        result = (f"{int(explained.value or 0):,}", Link("text", Ref(of)))
        for line in in_lines([*text, result], cells.width - 2, used=-2):
            cells.write_pieces(0, y, line)
            y += 1
