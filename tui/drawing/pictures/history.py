"""The course of one parameter over the updates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from dlsim.engine.numbers import fixed
from dlsim.engine.quantity import Ref, about, present
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.timeline import Jump
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.scene import Plane, Scene, after_updates, framed
from dlsim.tui.drawing.scales import Array, fitting_span
from dlsim.tui.drawing.text import Link, Pieces, groups_that_fit, measure
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.words import caps

FEW_DIGITS = 4
LINES_OF_TITLE = (4, 7, 10)
"""From so many rows on there is one line above the course, there are two, three."""


def draw(scene: Scene, cells: Canvas) -> None:
    """The course up to now, its last value and the edits marked; behind it that of the run which the last edit left."""
    snapshot, (width, height) = scene.snapshot, cells.size
    parameter = parameter_of(snapshot, scene.selected)
    if parameter is None:
        cells.write_groups(0, [[(scene.say("picture.history_none"), "muted")]])
        return
    updates, values = snapshot.history.of(parameter)
    now = snapshot.tape.value(present(parameter), snapshot.sample)
    done = snapshot.position.done
    xs, ys = np.append(updates, done).astype(np.float64), np.append(values, now)
    left = _left(snapshot, parameter)
    top, rest = 0, _title(scene, parameter, now, float(ys[0]), width, has_ghost=left is not None)
    while rest and top < bisect_right(LINES_OF_TITLE, height):
        line, rest = groups_that_fit(rest, width)
        if not line:  # too narrow for it
            break
        cells.write_groups(top, line)
        top += 1
    ahead = _ahead(snapshot, parameter, now)
    others = [other for other in (left, ahead) if other is not None]
    last = max(done, 1, *(int(updates[-1]) for updates, _ in others))
    heights = np.concatenate([ys, *(values for _, values in others)])
    plane = framed(cells, (0, top, width, height - top), (0.0, float(last)), fitting_span(heights, 0.08), counts=True)
    if left is not None:
        _draw_ghost(plane, *left)
    if ahead is not None:
        plane.put(plane.path(*ahead), "muted")
    plane.put(plane.path(xs, ys), "series-0")
    for edit in (edit - 1 for edit in snapshot.edits if edit <= snapshot.position.iteration):
        y = float(ys[np.searchsorted(xs, edit, side="right") - 1])
        plane.mark(float(edit), y, scene.look.glyphs.edit, "accent")
    plane.mark(float(done), now, scene.look.marks[0], "active")


def _left(snapshot: Snapshot, parameter: Ref) -> tuple[Array, Array] | None:
    """(updates, values) of the run that the loss curve shows as a ghost, from where the two part; None where there is
    none.
    """
    for ghost in snapshot.ghosts[:1]:
        updates, values = ghost.history().of(parameter)
        start = max(int(np.searchsorted(updates, ghost.fork - 1, side="right")) - 1, 0)
        if len(updates) - start > 1 and np.isfinite(values[start:]).any():
            return updates[start:].astype(np.float64), values[start:]
    return None


def _ahead(snapshot: Snapshot, parameter: Ref, now: float) -> tuple[Array, Array] | None:
    """(updates, values) of a run that undo or redo went back to, on from here as far as it had gone; None where it had
    not gone further.
    """
    done, reach = snapshot.position.done, len(snapshot.returned)
    if reach <= done:
        return None
    updates, values = snapshot.returned_history().of(parameter)
    is_ahead = (updates > done) & (updates <= reach)
    if not is_ahead.any():
        return None
    return np.append(done, updates[is_ahead]).astype(np.float64), np.append(now, values[is_ahead])


def _draw_ghost(plane: Plane, xs: Array, ys: Array) -> None:
    dots = plane.path(xs, ys).reshape(plane.height, 4, plane.width, 2).any(axis=(1, 3))
    for row, column in np.argwhere(dots).tolist():
        plane.cells.write(plane.left + column, plane.top + row, plane.cells.glyphs.ghost, "muted")


def _title(scene: Scene, parameter: Ref, now: float, start: float, width: int, *, has_ghost: bool) -> list[Pieces]:
    """What parameter it is, its values, how to choose another, and in words what is marked."""
    say, snapshot, digits = scene.say, scene.snapshot, scene.look.digits
    done = snapshot.position.done
    title: list[Pieces] = [
        [
            (snapshot.symbol(parameter), "symbol"),
            (" ", "strong"),
            (fixed(now, digits), Link("strong", present(parameter))),
        ],
        [(after_updates(say, done), "muted")],
    ]
    if np.isfinite(start):  # there was such a parameter
        title.append([(f"{say('picture.history_start')} {fixed(start, digits)}", "muted")])
    if scene.selected is None:
        title.append([(say("picture.history_select", down=caps(say, SIMULATOR_KEYS)["select.down"]), "muted")])
    if has_ghost:
        name = say("curve.ghost_undone" if snapshot.ghosts[0].is_undone else "curve.ghost")
        title.append([(f"{2 * scene.look.glyphs.ghost} {name}", "muted")])
    jumps = [jump for jump in snapshot.history.jumps(parameter) if np.isfinite(jump.before)]
    if jumps:
        forms = (_edited(scene, jumps, decimals) for decimals in (digits, scene.look.at_most(FEW_DIGITS)))
        title.append(min(forms, key=lambda form: measure(form) > width))
    return title


def _edited(scene: Scene, jumps: Sequence[Jump], digits: int) -> Pieces:
    """The last edit of the parameter, and how many there are."""
    jump = jumps[-1]
    before, after = fixed(jump.before, digits), fixed(jump.after, digits)
    key = "picture.history_edits" if len(jumps) > 1 else f"picture.history_edit_{jump.updates}"
    told = (key, "picture.history_edit")
    text = scene.say.first(told, count=len(jumps), updates=jump.updates, before=before, after=after)
    return [(f"{scene.look.glyphs.edit} ", "accent"), (text, "text")]


def parameter_of(snapshot: Snapshot, selected: Ref | None) -> Ref | None:
    """The weight or bias whose course is asked for: what is selected is it or is about it, or the formula is; else
    the first there is.
    """
    event = snapshot.event
    about = [ref for ref in (selected, None if event is None else event.ref) if ref is not None]
    first = (cell for table in snapshot.tables for row in table.rows[:1] for cell in row.cells if cell is not None)
    found = (parameter_in(ref) for ref in (*about, *first))
    return next((parameter for parameter in found if parameter is not None), None)


def parameter_in(ref: Ref) -> Ref | None:
    """The weight or bias that a number is, or is about."""
    parameter = about(ref)
    return parameter if parameter.quantity.is_parameter and parameter.layer else None
