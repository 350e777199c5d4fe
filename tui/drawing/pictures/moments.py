"""Pictures that are drawn with the weights of the moment say after which update that is. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.tui.drawing.pictures.legend import Group, group_breadth
from dlsim.tui.drawing.pictures.scene import Scene


def moment_told(scene: Scene, room: int) -> list[Group]:
    """After how many updates, in as many words as `room` has cells for; nothing before the first."""
    done = scene.snapshot.position.done
    if not done or scene.snapshot.scenario.training is None:
        return []
    say = scene.say
    forms = (
        say.first([f"picture.history_now_{done}", "picture.history_now"], updates=done),
        say("picture.update", update=done),
    )
    groups: list[Group] = [[(form, "muted")] for form in forms]
    return next(([group] for group in groups if group_breadth(group) <= room), [])


def room_after(groups: Sequence[Group], width: int) -> int:
    """The cells that `write_line` leaves for one more group."""
    return width - sum(group_breadth(group) + 2 for group in groups)
