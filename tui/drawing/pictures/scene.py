"""What a picture is drawn from, and what comes of it. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from msgspec import Struct, field

from dlsim.engine.numbers import DIGITS
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.diagram.nodes import Hit
from dlsim.tui.drawing.pictures.cells import Cells
from dlsim.tui.drawing.pictures.suiting import Suits
from dlsim.tui.session.variants import Member
from dlsim.tui.words import Words, words

DEPTHS = 8
"""Levels of a surface, from the lowest."""
SIDES = 4
"""Levels on either side of the middle."""
MARKS = "●■▲◆○□△◇"
MARKS_OF_LETTERS = "ABCDEFGH"


class Look(Struct, frozen=True):
    """How it is drawn: with which characters, whether colours can be mixed for grounds, and with how many decimals."""

    glyphs: Glyphs = UNICODE
    mixes: bool = True
    digits: int = DIGITS

    def at_most(self, digits: int) -> int:
        """The decimals of a number that has room for so many."""
        return min(digits, self.digits)

    @property
    def marks(self) -> str:
        """A mark for each variant of a scenario, for each function, told apart by shape."""
        return MARKS if self.glyphs.has_dots else MARKS_OF_LETTERS


class Scene(Struct, frozen=True):
    """One moment. `members` are all variants, the one under the lens included; empty where there is one.

    `view` counts the views of a picture that has several, from 0.
    """

    snapshot: Snapshot
    members: tuple[Member, ...] = ()
    selected: Ref | None = None
    view: int = 0
    look: Look = field(default_factory=Look)
    say: Words = field(default_factory=words)

    @property
    def all_members(self) -> tuple[Member, ...]:
        """At least the one under the lens; that one as the scene has it."""
        lead = self.snapshot.scenario.variant
        if not any(member.name == lead for member in self.members):
            return (Member(lead, self.snapshot),)
        return tuple(Member(lead, self.snapshot) if member.name == lead else member for member in self.members)


class Drawing(Struct, frozen=True):
    """Cells; `hits` say which number stands where. Those of a table are read line by line."""

    cells: Cells
    hits: Sequence[Hit] = ()
    is_table: bool = False

    def at(self, x: int, y: int) -> Hit | None:
        """What stands for a number at a cell."""
        return next((hit for hit in reversed(self.hits) if hit.y == y and hit.x <= x < hit.x + hit.width), None)

    @property
    def own(self) -> Sequence[Hit]:
        """What stands for numbers of the variant under the lens."""
        return [hit for hit in self.hits if hit.of is None]

    def in_order(self) -> Sequence[Ref]:
        """The lens's numbers, each once: line by line, or layer by layer from left to right."""
        if self.is_table:
            ordered = sorted(self.own, key=lambda hit: (hit.y, hit.x))
        else:
            ordered = sorted(self.own, key=lambda hit: (hit.ref.layer, hit.x, hit.y))
        return list(dict.fromkeys(hit.ref for hit in ordered))

    def below(self, ref: Ref, by: int) -> Ref | None:
        """In a table, the number nearest to the one at `ref` in the next line down or up that has any."""
        here = next((hit for hit in self.own if hit.ref == ref), None)
        if here is None or not self.is_table:
            return None
        further = [hit for hit in self.own if (hit.y - here.y) * by > 0]
        middle = 2 * here.x + here.width
        nearest = min(further, key=lambda hit: (abs(hit.y - here.y), abs(2 * hit.x + hit.width - middle)), default=None)
        return None if nearest is None else nearest.ref


class Picture(Struct, frozen=True):
    """One kind of picture. `key` names it in the words catalogue. The module `draws` it, and is imported when it is
    first looked at: `draw` and, where there are several, `views`.
    """

    key: str
    draws: str
    suits: Suits
    """Whether a scenario has this picture."""
    is_costly: bool = False
    """Drawn at most ten times a second."""

    def views(self, snapshot: Snapshot) -> Sequence[str]:
        """Keys of the views after `picture.`; one that starts with "=" is shown as it stands."""
        views: Sequence[str] = self._module.views(snapshot) if hasattr(self._module, "views") else ("",)
        return views

    def draw(self, scene: Scene, width: int, height: int) -> Drawing:
        """The picture of a moment. Numbers that have left all bounds are drawn as far as they can be."""
        with np.errstate(all="ignore"):
            drawing: Drawing = self._module.draw(scene, width, height)
        return drawing

    @property
    def _module(self) -> Any:
        return import_module(f"{__package__}.{self.draws}")
