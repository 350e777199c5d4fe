"""What a picture is drawn from, what comes of it, and what most of them say of the moment."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.numbers import DIGITS
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, Hit
from dlsim.tui.drawing.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.text import Pieces, measure
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

    cells: Canvas
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


def moment_told(scene: Scene, room: int) -> list[Pieces]:
    """After how many updates, in as many words as `room` has cells for; nothing before the first."""
    done = scene.snapshot.position.done
    if not done or scene.snapshot.scenario.training is None:
        return []
    say = scene.say
    forms = (
        say.first([f"picture.history_now_{done}", "picture.history_now"], updates=done),
        say("picture.update", update=done),
    )
    groups: list[Pieces] = [[(form, "muted")] for form in forms]
    return next(([group] for group in groups if measure(group) <= room), [])


def room_after(groups: Sequence[Pieces], width: int) -> int:
    """The cells that `write_line` leaves for one more group."""
    return width - sum(measure(group) + 2 for group in groups)


def network_tape(snapshot: Snapshot) -> NetworkTape | None:
    """The network's tape, be it by itself or beside a search; None where there is none."""
    tape = getattr(snapshot.tape, "beside", snapshot.tape)
    return tape if isinstance(tape, NetworkTape) else None
