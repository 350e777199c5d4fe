"""How often each class was taken for each, and the share that was right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlsim.engine.classes import class_names
from dlsim.engine.kinds.network.data_summaries import CLASSES, TRAINING, VALIDATION, OfClasses, parts_of, samples_of
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.scene import SIDES, Area, Scene, Sketch, moment_told, network_tape
from dlsim.tui.drawing.text import Link, Pieces, fit, linked, measure, widest
from dlsim.tui.words.prose import fitting

TITLES = {TRAINING: "training_data", VALIDATION: "kept_back"}
CELL = 7
LINES_ABOVE = 3
"""What the data are, what was predicted, and the names of the classes."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """The training data first, or what was kept back."""
    parts = parts_of(network_tape(snapshot).data)
    return [TITLES[part] for part in parts] if len(parts) > 1 else ("",)


def draw(scene: Scene, cells: Canvas) -> None:
    """The matrix over the training data and that over what was kept back, side by side or one below the other; where
    there is no room for both, the one that was chosen, which else comes first.
    """
    data = network_tape(scene.snapshot).data
    parts, names = parts_of(data), class_names(data)
    first = scene.view % len(parts)
    (width, height), needed = cells.size, widest(names) + 2 + CELL * len(names) + 10
    places = [(0, 0, width, height)]
    if len(parts) > 1 and width >= 2 * needed + 2:
        places = [(x, 0, width // 2 - 1, height) for x in (0, width // 2)]
    elif len(parts) > 1 and height >= 2 * (len(names) + LINES_ABOVE) + 1:
        half = (height + 1) // 2
        places = [(0, y, width, half - 1) for y in (0, half)]
    for part, place in zip((*parts[first:], *parts[:first]), places, strict=False):
        ConfusionMatrix(scene, cells).draw(part, names, place)


class ConfusionMatrix(Sketch):
    """The counts of one part of the data: a row for each class, a column for what it is taken for."""

    def draw(self, part: str, names: Sequence[str], place: Area) -> None:
        """In (left, top, width, height): the title, the names where there is room for them, a line for each class."""
        (left, y, width, height), cells, say = place, self.cells, self.say
        bottom, counts = y + height, CLASSES[part]
        moment = self._title(part, place)
        y += 1
        label = min(widest([*names, say("picture.truth")]), 14) + 2
        column = max(min((width - label - 8) // max(len(names), 1), 12), 3)
        end = left + label + len(names) * column
        if height >= len(names) + 4:
            x = cells.write(left + label, y, say("picture.predicted"), "muted")
            for told in [] if moment else moment_told(self.scene, left + width - x - 2):
                cells.write_pieces(left + width - measure(told), y, told)
            y += 1
        if height >= len(names) + 2:
            cells.write(left, y, fit(say("picture.truth"), label - 1), "muted")
            for number, name in enumerate(names):
                cells.write_right(left + label + (number + 1) * column - 1, y, fit(name, column - 1), "symbol")
            cells.write(end + 2, y, fit(say("picture.recall"), max(left + width - end - 2, 0)), "muted")
            y += 1
        classes = range(len(names))
        table = [[self._read(counts.taken_for, truth, taken) for taken in classes] for truth in classes]
        largest = max(1, *(int(count) for row in table for _, count in row))
        step = 2 if bottom - y >= 2 * len(names) else 1
        for truth, row in zip(classes, range(y, bottom, step), strict=False):
            cells.write(left, row, fit(names[truth], label - 2), "symbol")
            for taken_for, count in enumerate(table[truth]):
                x = left + label + taken_for * column
                self._cell((x, row, column - 1), count, largest, truth == taken_for)
            at_recall, recall = self._read(counts.recall, truth)
            x = end + 2
            if x + 5 <= left + width:
                x = cells.write(x, row, f"{f'{recall:.0%}':>4}", Link("text", at_recall)) + 1
            space = min(left + width - x, 16)
            if space >= 4 and recall:
                cells.write(x, row, cells.bar(recall, space), "positive-weak")

    def _read(self, quantity: OfClasses, *index: int) -> tuple[Ref, float]:
        ref = Ref(quantity, 0, index)
        return ref, self.snapshot.value(ref) or 0.0

    def _title(self, part: str, place: Area) -> list[Pieces]:
        """What data they are, how many were right, and of which moment; that again, where there was room for it."""
        (left, top, width, _), snapshot, say, counts = place, self.snapshot, self.say, CLASSES[part]
        (at_right, right), (at_all, samples) = self._read(counts.right), self._read(counts.samples)
        at_accuracy, accuracy = self._read(counts.accuracy)
        right_of = {"right": (f"{int(right):,}", at_right), "all": (f"{int(samples):,}", at_all)}
        line: list[Pieces] = [
            [(fitting(say, snapshot.scenario, f"picture.{TITLES[part]}"), "symbol")],
            [(say("picture.accuracy") + " ", "muted"), (f"{accuracy:.4f}", Link("strong", at_accuracy))],
            linked(say("picture.right_of"), "text", **right_of),
        ]
        there_are = len(samples_of(network_tape(snapshot).data, part)[0])
        if samples < there_are:
            line.append([(say("picture.some_of", some=int(samples), all=there_are), "negative")])
        moment = moment_told(self.scene, width, line)
        self.cells.write_groups(top, [*line, *moment], x=left, end=left + width)
        return moment

    def _cell(self, place: tuple[int, int, int], count: tuple[Ref, float], largest: int, is_right: bool) -> None:
        """A count: on the diagonal it is right and bold, beside it wrong and, where there is one, marked."""
        (x, y, width), (ref, number) = place, (count[0], int(count[1]))
        if self.look.mixes and number:
            level = min(int(number / largest * SIDES), SIDES - 1) + 1
            ground = np.zeros((1, width), dtype=np.int64)
            self.cells.ground(x, y, [f"{'high' if is_right else 'low'}-{level}"], ground)
        text = f"{number:,}" if number else ("0" if is_right else self.look.dot)
        if not is_right and number:
            text = "!" + text
        role = "strong" if is_right else "negative" if number else "muted"
        self.cells.write_right(x + width, y, f"{text[:width]:>{width}}", Link(role, ref))
