"""The course of one parameter over the updates. No Textual here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.numerals import fixed
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.pictures.cells import Cells
from dlsim.tui.pictures.legend import write_line
from dlsim.tui.pictures.plane import fitting_span, framed
from dlsim.tui.pictures.scene import Drawing, Scene
from dlsim.tui.widgets.rows import subject

PARAMETERS = ("W", "b")
LEAST_WITH_TITLE, LEAST_WITH_ADVICE = 4, 10


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The course up to now, its last value marked."""
    cells = Cells(width, height, scene.look.glyphs)
    snapshot = scene.snapshot
    parameter = parameter_of(snapshot, scene.selected)
    if parameter is None:
        write_line(cells, 0, [[(scene.say("picture.history_none"), "muted")]])
        return Drawing(cells)
    updates, values = snapshot.history.of(parameter)
    now = snapshot.tape.value(Ref(f"now_{parameter.quantity}", parameter.layer, parameter.index), snapshot.sample)
    done = snapshot.position.done
    xs = [*updates[updates < done].tolist(), done]
    ys = [*values[updates < done].tolist(), now]
    digits = scene.look.digits
    top = 1 if height >= LEAST_WITH_TITLE else 0
    if top:
        told = [
            [(snapshot.symbol(parameter), "symbol"), (f" {fixed(now, digits)}", "strong")],
            [(scene.say.first((f"picture.history_now_{done}", "picture.history_now"), updates=done), "muted")],
            [(f"{scene.say('picture.history_start')} {fixed(ys[0], digits)}", "muted")],
        ]
        write_line(cells, 0, told)
    if scene.selected is None and height >= LEAST_WITH_ADVICE:
        write_line(cells, top, [[(scene.say("picture.history_select"), "muted")]])
        top += 1
    place, span = (0, top, width, height - top), (0.0, float(max(done, 1)))
    plane = framed(cells, place, span, fitting_span(ys, 0.08), counts=True)
    plane.put(plane.path(_array(xs), _array(ys)), "way-0")
    found = plane.cell(float(done), now)
    if found is not None:
        cells.write(*found, scene.look.marks[0], "active")
    return Drawing(cells)


def parameter_of(snapshot: Snapshot, selected: Ref | None) -> Ref | None:
    """The weight or bias whose course is asked for: what is selected is it or is about it, or the formula is; else
    the first there is.
    """
    event = snapshot.event
    about = [ref for ref in (selected, None if event is None else event.ref) if ref is not None]
    first = (cell for table in snapshot.tables for row in table.rows[:1] for cell in row.cells if cell is not None)
    for ref in (*about, *first):
        letter, layer, index = subject(ref)
        letter = letter.removeprefix("now_").removeprefix("new_")
        if letter in PARAMETERS and index:
            return Ref(letter, layer, index)
    return None


def _array(numbers: list[float]) -> NDArray[np.float64]:
    return np.array(numbers, dtype=np.float64)
