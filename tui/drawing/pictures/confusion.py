"""How often each class was taken for each, and the share that was right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlsim.engine.classes import class_names
from dlsim.engine.kinds.network.data_summaries import CLASSES, TRAINING, VALIDATION, OfClasses, parts_of, samples_of
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.catalogue import classifies
from dlsim.tui.drawing.pictures.scene import SIDES, Drawing, Scene, moment_told, network_tape, room_after
from dlsim.tui.drawing.text import Link, Pieces, fit, linked, measure
from dlsim.tui.words.prose import fitting

TITLES = {TRAINING: "training_data", VALIDATION: "kept_back"}
CELL = 7
LINES_ABOVE = 3
"""What the data are, what was predicted, and the names of the classes."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """The training data first, or what was kept back."""
    tape = network_tape(snapshot)
    parts = () if tape is None else parts_of(tape.data)
    return [TITLES[part] for part in parts] if len(parts) > 1 else ("",)


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The matrix over the training data and that over what was kept back, side by side or one below the other; where
    there is no room for both, the one that was chosen, which else comes first.
    """
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    tape = network_tape(scene.snapshot)
    if tape is None or not classifies(scene.snapshot.scenario):
        return Drawing(cells)
    parts = parts_of(tape.data)
    first = scene.view % len(parts)
    parts = (*parts[first:], *parts[:first])
    names = class_names(tape.data)
    needed = max(breadth(name) for name in names) + 2 + CELL * len(names) + 10
    if len(parts) > 1 and width >= 2 * needed + 2:
        half = width // 2
        for place, part in enumerate(parts):
            _matrix(scene, cells, part, names, (place * half, 0, half - 1, height))
    elif len(parts) > 1 and height >= 2 * (len(names) + LINES_ABOVE) + 1:
        half = (height + 1) // 2
        for place, part in enumerate(parts):
            _matrix(scene, cells, part, names, (0, place * half, width, half - 1))
    else:
        _matrix(scene, cells, parts[0], names, (0, 0, width, height))
    return Drawing(cells, cells.hits, is_table=True)


def _matrix(scene: Scene, cells: Canvas, part: str, names: Sequence[str], place: tuple[int, int, int, int]) -> None:
    left, top, width, height = place
    snapshot, say = scene.snapshot, scene.say
    tape = network_tape(snapshot)
    assert tape is not None, "only a network has classes"

    counts = CLASSES[part]

    def read(quantity: OfClasses, *index: int) -> tuple[Ref, float]:
        ref = Ref(quantity, 0, index)
        return ref, snapshot.value(ref) or 0.0

    (at_right, right), (at_all, samples) = read(counts.right), read(counts.samples)
    at_accuracy, accuracy = read(counts.accuracy)
    y = top
    line: list[Pieces] = [
        [(fitting(say, snapshot.scenario, f"picture.{TITLES[part]}"), "symbol")],
        [(say("picture.accuracy") + " ", "muted"), (f"{accuracy:.4f}", Link("strong", at_accuracy))],
        linked(say("picture.right_of"), "text", right=(f"{int(right):,}", at_right), all=(f"{int(samples):,}", at_all)),
    ]
    there_are = len(samples_of(tape.data, part)[0])
    if samples < there_are:
        line.append([(say("picture.some_of", some=int(samples), all=there_are), "negative")])
    moment = moment_told(scene, room_after(line, width))
    cells.write_groups(y, [*line, *moment], x=left, end=left + width)
    y += 1
    label = min(max(breadth(name) for name in [*names, say("picture.truth")]), 14) + 2
    column = max(min((width - label - 8) // max(len(names), 1), 12), 3)
    if height >= len(names) + 4:
        x = cells.write(left + label, y, say("picture.predicted"), "muted")
        for told in [] if moment else moment_told(scene, left + width - x - 2):
            cells.write_pieces(left + width - measure(told), y, told)
        y += 1
    if height >= len(names) + 2:
        cells.write(left, y, fit(say("picture.truth"), label - 1), "muted")
        for number, name in enumerate(names):
            cells.write_right(left + label + (number + 1) * column - 1, y, fit(name, column - 1), "symbol")
        end = left + label + len(names) * column
        cells.write(end + 2, y, fit(say("picture.recall"), max(left + width - end - 2, 0)), "muted")
        y += 1
    classes = range(len(names))
    table = [[read(counts.taken_for, truth, taken) for taken in classes] for truth in classes]
    largest = max(1, *(int(count) for row in table for _, count in row))
    step = 2 if top + height - y >= 2 * len(names) else 1
    for truth, name in enumerate(names):
        row = y + truth * step
        if row >= top + height:
            break
        cells.write(left, row, fit(name, label - 2), "symbol")
        for taken_for, count in enumerate(table[truth]):
            x = left + label + taken_for * column
            _cell(scene, cells, (x, row, column - 1), count, largest, truth == taken_for)
        at_recall, recall = read(counts.recall, truth)
        end = left + label + len(names) * column + 2
        text = f"{recall:.0%}"
        x = cells.write(end, row, f"{text:>4}", Link("text", at_recall)) + 1 if end + 5 <= left + width else end
        space = min(left + width - x, 16)
        if space >= 4 and recall:
            cells.write(x, row, cells.bar(recall, space), "positive-weak")


def _cell(
    scene: Scene, cells: Canvas, place: tuple[int, int, int], count: tuple[Ref, float], largest: int, is_right: bool
) -> None:
    """A count: on the diagonal it is right and bold, beside it wrong and, where there is one, marked."""
    (x, y, width), (ref, number) = place, (count[0], int(count[1]))
    if scene.look.mixes and number:
        level = min(int(number / largest * SIDES), SIDES - 1) + 1
        ground = np.zeros((1, width), dtype=np.int64)
        cells.ground(x, y, [f"{'high' if is_right else 'low'}-{level}"], ground)
    text = f"{number:,}" if number else ("0" if is_right else cells.glyphs.nothing.strip() or ".")
    if not is_right and number:
        text = "!" + text
    role = "strong" if is_right else "negative" if number else "muted"
    cells.write_right(x + width, y, f"{text[:width]:>{width}}", Link(role, ref))
