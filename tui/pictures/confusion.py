"""How often each class was taken for each, and the share that was right. No Textual here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.accuracy import Confusion, confusion
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.scenario import DataSpec
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.pictures.cells import Cells, shortened
from dlsim.tui.pictures.forward import affordable_rows, network_tape
from dlsim.tui.pictures.functions import bar
from dlsim.tui.pictures.legend import Group, write_line
from dlsim.tui.pictures.scene import SIDES, Drawing, Scene
from dlsim.tui.pictures.suiting import classifies

Array = NDArray[np.float64]

KEPT = 4
CELL = 7
LINES_ABOVE = 3
"""What the data are, what was predicted, and the names of the classes."""

_counted: OrderedDict[object, Confusion] = OrderedDict()


def views(snapshot: Snapshot) -> Sequence[str]:
    """The training data first, or what was kept back."""
    keys = [key for key, _, _ in _parts(snapshot)]
    return keys if len(keys) > 1 else ("",)


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The matrix over the training data and that over what was kept back, side by side or one below the other; where
    there is no room for both, the one that was chosen, which else comes first.
    """
    cells = Cells(width, height, scene.look.glyphs)
    tape = network_tape(scene.snapshot)
    if tape is None or not classifies(scene.snapshot.scenario):
        return Drawing(cells)
    parts = _parts(scene.snapshot)
    first = scene.view % len(parts)
    parts = [*parts[first:], *parts[:first]]
    names = _names(scene.snapshot.scenario.body.data)
    needed = max(breadth(name) for name in names) + 2 + CELL * len(names) + 10
    if len(parts) > 1 and width >= 2 * needed + 2:
        half = width // 2
        for place, part in enumerate(parts):
            _matrix(scene, cells, tape, part, names, (place * half, 0, half - 1, height))
    elif len(parts) > 1 and height >= 2 * (len(names) + LINES_ABOVE) + 1:
        half = (height + 1) // 2
        for place, part in enumerate(parts):
            _matrix(scene, cells, tape, part, names, (0, place * half, width, half - 1))
    else:
        _matrix(scene, cells, tape, parts[0], names, (0, 0, width, height))
    return Drawing(cells)


def _parts(snapshot: Snapshot) -> list[tuple[str, Array, Array]]:
    """(what it is called, inputs, targets) of the data that there are."""
    data: DataSpec = snapshot.scenario.body.data
    assert data.targets is not None
    parts = [("training_data", data.inputs, data.targets)]
    if len(data.validation_inputs) and data.validation_targets is not None:
        parts.append(("kept_back", data.validation_inputs, data.validation_targets))
    return parts


def _names(data: DataSpec) -> list[str]:
    assert data.targets is not None
    if data.targets.shape[1] == 1:
        return list(data.classes) if len(data.classes) == 2 else ["0", "1"]
    if len(data.classes) == data.targets.shape[1]:
        return list(data.classes)
    return [f"t{unit + 1}" for unit in range(data.targets.shape[1])]


def _matrix(
    scene: Scene,
    cells: Cells,
    tape: NetworkTape,
    part: tuple[str, Array, Array],
    names: list[str],
    place: tuple[int, int, int, int],
) -> None:
    left, top, width, height = place
    key, inputs, targets = part
    rows = min(len(inputs), affordable_rows(tape))
    found = count(tape, inputs[:rows], targets[:rows])
    counts, say = found.counts, scene.say
    y = top
    line: list[Group] = [
        [(say(f"picture.{key}"), "symbol")],
        [(say("picture.accuracy") + " ", "muted"), (f"{found.accuracy:.4f}", "strong")],
        [(say("picture.right_of", right=found.right, all=found.samples), "text")],
    ]
    if rows < len(inputs):
        line.append([(say("picture.some_of", some=rows, all=len(inputs)), "negative")])
    write_line(cells, y, line, x=left, end=left + width)
    y += 1
    label = min(max(breadth(name) for name in [*names, say("picture.truth")]), 14) + 2
    column = max(min((width - label - 8) // max(len(names), 1), 12), 3)
    if height >= len(names) + 4:
        cells.write(left + label, y, say("picture.predicted"), "muted")
        y += 1
    if height >= len(names) + 2:
        cells.write(left, y, shortened(say("picture.truth"), label - 1), "muted")
        for number, name in enumerate(names):
            cells.write_right(left + label + (number + 1) * column - 1, y, shortened(name, column - 1), "symbol")
        end = left + label + len(names) * column
        cells.write(end + 2, y, shortened(say("picture.recall"), max(left + width - end - 2, 0)), "muted")
        y += 1
    largest = max(int(counts.max()), 1)
    step = 2 if top + height - y >= 2 * len(names) else 1
    for truth, name in enumerate(names):
        row = y + truth * step
        if row >= top + height:
            break
        cells.write(left, row, shortened(name, label - 2), "symbol")
        for taken_for, number in enumerate(counts[truth].tolist()):
            _cell(
                scene, cells, (left + label + taken_for * column, row, column - 1), number, largest, truth == taken_for
            )
        recall = found.recall(truth)
        end = left + label + len(names) * column + 2
        text = f"{recall:.0%}"
        x = cells.write(end, row, f"{text:>4} ", "text") if end + 5 <= left + width else end
        space = min(left + width - x, 16)
        if space >= 4 and recall:
            cells.write(x, row, bar(recall, space, cells), "positive-weak")


def _cell(scene: Scene, cells: Cells, place: tuple[int, int, int], number: int, largest: int, is_right: bool) -> None:
    """A count: on the diagonal it is right and bold, beside it wrong and, where there is one, marked."""
    x, y, width = place
    if scene.look.mixes and number:
        level = min(int(number / largest * SIDES), SIDES - 1) + 1
        ground = np.zeros((1, width), dtype=np.int64)
        cells.ground(x, y, [f"{'high' if is_right else 'low'}-{level}"], ground)
    text = f"{number:,}" if number else ("0" if is_right else cells.glyphs.nothing.strip() or ".")
    if not is_right and number:
        text = "!" + text
    cells.write_right(x + width, y, text[:width], "strong" if is_right else "negative" if number else "muted")


def count(tape: NetworkTape, inputs: Array, targets: Array) -> Confusion:
    """What the network takes the samples for, at the present parameters; the last few are kept."""
    key = tape.present.tobytes(), inputs.ctypes.data, inputs.shape, targets.ctypes.data
    if key in _counted:
        _counted.move_to_end(key)
        return _counted[key]
    _counted[key] = found = confusion(tape.answers(inputs), targets)
    if len(_counted) > KEPT:
        _counted.popitem(last=False)
    return found
