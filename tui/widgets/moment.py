"""What shows one moment of a run: the formula, the tables, the network diagram and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.geometry import Size
from textual.timer import Timer

from dlsim.engine.numbers import DIGITS
from dlsim.engine.program import Op
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import UNICODE, Canvas, Glyphs
from dlsim.tui.drawing.diagram.focus import Shape, shape_of
from dlsim.tui.drawing.diagram.picture import Diagram, draw
from dlsim.tui.drawing.formula import indented, panel_lines, panel_parts
from dlsim.tui.drawing.pictures.catalogue import Picture
from dlsim.tui.drawing.pictures.scene import Drawing, PictureLook, Scene
from dlsim.tui.drawing.table import TableView
from dlsim.tui.drawing.text import Line, Link, Owner, Press, whole
from dlsim.tui.drawing.variants import VariantRow, notes_on, variants_lines
from dlsim.tui.session.selection import Places, Selection
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import words

SAY = words()
THROTTLE_SECONDS = 0.1
"""Costly pictures are drawn ten times a second."""
BLANK = Diagram((), ())


class MomentView(Rows):
    """Shows a snapshot, with one number of it selected, and numbers with so many decimals."""

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._snapshot: Snapshot | None = None
        self._selected: Ref | None = None
        self._digits = DIGITS


class FormulaView(MomentView):
    """Shows the value that was revealed last, or the one that is selected. What is said about that one is fitted to the
    room there is; where something was left out for that, it says so, and all of it can be scrolled through.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._selection = Selection()
        self._pictures: Sequence[str] = ()
        self._ops: Sequence[Op] = ()
        self._top: int | None = None
        """The line of the whole answer at which what is in view begins; None while it is fitted."""
        self._shared = 0
        """So many lines the fitted answer has in common with the whole one, from the first on."""
        self._scroll_key = CAPS["look.page-down"]

    def show(
        self,
        snapshot: Snapshot,
        selection: Selection,
        digits: int,
        pictures: Sequence[str] = (),
        ops: Sequence[Op] = (),
    ) -> None:
        """Show this moment, or what the selected number says at it; at the start, what other `pictures` there are.
        The `ops` are shown whole.
        """
        if selection != self._selection or (ops != self._ops and max(len(ops), len(self._ops)) > 1):
            self._top = None
        self._snapshot, self._selection, self._digits = snapshot, selection, digits
        self._pictures, self._ops = pictures, ops
        self.draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up in the whole answer; from its top back to the fitted one."""
        if self._top is None:
            self._top = min(by, self._shared) if by > 0 else None
        else:
            self._top = None if self._top == 0 and by < 0 else max(self._top + by, 0)
        self.draw()

    def is_operand(self, y: int) -> bool:
        """Whether a number in row `y` is one that the shown number is made of; else it stands at the foot."""
        return y < len(self.rows) - 1 and not self._ops

    def draw(self) -> None:
        """Fit what is said into the size there is."""
        if self._snapshot is None or not self.size:
            return
        cells, height = self.size
        if len(self._ops) > 1 and self._top is None:
            self._top = 0  # a phase is told from its beginning
        parts, foot = panel_parts(
            SAY, self._snapshot, CAPS, cells, self._digits, self._selection, self._pictures, self._ops
        )
        lines, room = panel_lines(parts, foot, height), max(height - 1, 0)
        everything = [indented(line) for line in whole(parts)] if (self._selection or self._ops) and room else []
        left_out = _count(everything) - _count(lines[:room])
        if left_out <= 0:
            self._top = None
            self.show_part(lines, 0, 0)
        elif self._top is None:
            pairs = enumerate(zip(lines[:room], everything, strict=False))
            self._shared = next((place for place, (one, other) in pairs if one != other), room)
            is_shorter = not _goes_on(lines[:room], everything)
            instead = SAY("scrolling.in_full", key=self._scroll_key) if is_shorter and self._scroll_key else ""
            self.show_part(lines[:room], 0, left_out, lines[room:], instead)
        else:
            below = max(len(everything) - room, 0)
            self._top = min(self._top, below)
            self.show_part(everything[self._top :][:room], self._top, below - self._top, lines[room:])


def _count(lines: Sequence[Line]) -> int:
    """How many say something."""
    return sum(map(bool, lines))


def _goes_on(lines: Sequence[Line], everything: Sequence[Line]) -> bool:
    """Whether what `lines` say is how `everything` begins; else they say some of it in fewer words."""
    said = [line for line in lines if line]
    return said == [line for line in everything if line][: len(said)]


class NumberTable(MomentView):
    """Shows one table of a snapshot; only the rows on screen are read. A click picks a number, or a sample."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._key = ""
        self._places: Places | None = None
        self._ops: Sequence[Op] = ()
        self._top: int | None = None  # where the reader scrolled to, until the next step

    def show(self, snapshot: Snapshot, key: str, selected: Ref | None, digits: int, ops: Sequence[Op] = ()) -> None:
        """Show the table called `key` at this moment, and mark all rows of `ops`."""
        if self._snapshot is not snapshot or self._key != key or self._selected != selected:
            self._top = None
        self._snapshot, self._key, self._selected, self._digits = snapshot, key, selected, digits
        self._ops = ops
        self.draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up; the next step returns to the active row."""
        view = self._view()
        if view is not None and self._places is not None:
            self._top = max(0, min(view.top + by, self._places.lines - view.room))
            self.draw()

    def means(self, x: int, y: int) -> Link | Press | None:
        """The sample whose own number stands there, or the number."""
        view = self._view()
        if view is None:
            return None
        sample, ref = view.sample_at(x, y), view.at(x, y)
        if sample is not None:
            return Press("", f"stepping.look_at({sample})")
        return None if ref is None else Link("", ref)

    def draw(self) -> None:
        """Show the rows in view."""
        if self._snapshot is None or not self.size:
            return
        table = next((table for table in self._snapshot.tables if table.key == self._key), None)
        if table is not None and (self._places is None or self._places.table is not table):
            self._places = Places(table)
        if table is None or self._places is None or not self._places.lines:
            self.show_rows([((" " + SAY("column.nothing"), "muted"),)])
            return
        if (view := self._view()) is not None:
            self.show_part(view.lines(), view.top, self._places.lines - view.top - view.room)

    def _view(self) -> TableView | None:
        if self._snapshot is None or self._places is None:
            return None
        width, height = self.size
        places, shown = self._places, (self._top, self._selected, self._digits, self._ops)
        return TableView(SAY, self._snapshot, places, width, height, *shown)


class VariantsTable(Rows):
    """Shows the variants, the one under the lens always in view. A click puts a variant under the lens, and selects the
    number of it that was clicked.
    """

    pinned = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._variants: Sequence[VariantRow] = ()
        self._lead = 0

    @property
    def numbers(self) -> Sequence[tuple[str | None, Sequence[Ref]]]:
        """Of each variant that tells any, the numbers that it tells."""
        return [(variant.variant, variant.refs) for variant in self._variants if variant.refs]

    def show(self, variants: Sequence[VariantRow], beside: str = "", selected: Ref | None = None) -> None:
        """Show these, marked where the lens's number is `selected`."""
        lead = next((number for number, variant in enumerate(variants) if variant.is_lead), 0)
        if lead != self._lead or len(variants) != len(self._variants):
            self.top = lead - self.room + 1
        self._variants, self._lead = variants, lead

        def lines(cells: int) -> Sequence[Line]:
            rows = variants_lines(SAY, variants, cells, beside, selected)
            return [*rows, *notes_on(SAY, variants, rows[1:], cells, self.room - len(rows) + 1)]

        self.fill(lines, self.top)

    def means(self, x: int, y: int) -> Link | Press | None:
        """The variant, or a number of it."""
        number = self.top + y - 1
        if y < 1 or number >= len(self._variants):
            return None
        variant, found = self._variants[number].variant, super().means(x, y)
        if isinstance(found, Link):
            return Link("", found.ref, Owner(variant))
        return Press("", f"looking.choose_variant({variant!r})")


class NetworkDiagram(MomentView):
    """Draws the network of a snapshot: the same snapshot, selection, digits and size make the same picture."""

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, glyphs=glyphs)
        self.picture = BLANK
        """What is drawn at this moment in this size."""
        self._whole: Op | None = None
        self._shape: Shape | None = None

    def show(
        self, snapshot: Snapshot, selected: Ref | None = None, digits: int = DIGITS, whole: Op | None = None
    ) -> None:
        """Show this moment, `selected` marked in it, with up to so many decimals, an op lit as a `whole`."""
        looks_same = selected == self._selected and digits == self._digits and whole is self._whole
        if snapshot is self._snapshot and looks_same:
            return
        if self._snapshot is None or snapshot.scenario is not self._snapshot.scenario:
            self._shape = shape_of(snapshot.scenario)
        self._snapshot, self._selected, self._digits, self._whole = snapshot, selected, digits, whole
        self.draw()

    def draw(self) -> None:
        """Draw it in the present size."""
        if self._snapshot is None or not self.size:
            return
        width, height = self.size
        self.picture = draw(
            self._snapshot,
            width,
            height,
            selected=self._selected,
            whole=self._whole,
            glyphs=self.glyphs,
            digits=self._digits,
            shape=self._shape,
        )
        self.show_rows(self.picture.rows)

    def means(self, x: int, y: int) -> Link | Press | None:
        """The number at a cell."""
        ref = self.picture.at(x, y)
        return None if ref is None else Link("", ref)


class PictureView(MomentView):
    """Shows one picture at a time: a function of the snapshot, its members, selection, digits, view and size."""

    def __init__(self, picture: Picture | None = None, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, glyphs=glyphs)
        self.picture = picture
        self._views: dict[str, int] = {}
        self._members: tuple[Member, ...] = ()
        self._drawing: Drawing | None = None
        self._drawn_at = float("-inf")
        self._later: Timer | None = None

    # what is shown

    def show(
        self, snapshot: Snapshot, members: Sequence[Member] = (), selected: Ref | None = None, digits: int = DIGITS
    ) -> None:
        """Show this moment: at once, but what is costly a moment later, where one drawn just now came before it."""
        members = tuple(members)
        looks_same = selected == self._selected and digits == self._digits
        is_same_moment = snapshot is self._snapshot and _are_same(members, self._members)
        if is_same_moment and looks_same and self._drawing is not None:
            return
        if self._snapshot is not None and self._snapshot.scenario.name != snapshot.scenario.name:
            self._views.clear()
        self._snapshot, self._members, self._selected, self._digits = snapshot, members, selected, digits
        if not self.is_attached:
            return
        is_costly = self.picture is not None and self.picture.is_costly
        may_wait = is_costly and not is_same_moment and self._drawing is not None
        wait = self._drawn_at + THROTTLE_SECONDS - monotonic() if may_wait else 0.0
        if wait <= 0:
            self.draw()
        elif self._later is None:
            self._later = self.set_timer(wait, self.draw)

    def choose(self, picture: Picture) -> None:
        """Show another picture, from the next `show` on."""
        if picture is not self.picture:
            self.picture, self._drawing = picture, None

    def turn(self, by: int = 1) -> str:
        """Another view of the picture; its name."""
        if self.picture is None or self._snapshot is None:
            return ""
        self._views[self.picture.key] = self._views.get(self.picture.key, 0) + by
        self.draw()
        return self.view_name

    @property
    def view_name(self) -> str:
        """What the present view is called; "" where the picture has only one."""
        if self._subject is None:
            return ""
        picture, snapshot = self._subject
        views = picture.views(snapshot)
        name = views[self._views.get(picture.key, 0) % len(views)]
        if name.startswith("="):
            return name[1:]
        return SAY(f"picture.{name}") if name else ""

    # drawing

    @property
    def drawing(self) -> Drawing:
        """What is drawn in this size."""
        if self._drawing is None or self._drawing.cells.size != self.size:
            self._drawing = self._draw(self.size)
        return self._drawing

    def _draw(self, size: Size) -> Drawing:
        width, height = size
        if self._subject is None or not size:
            return Drawing(Canvas(width, height, self.glyphs))
        self._drawn_at = monotonic()
        picture, snapshot = self._subject
        view = self._views.get(picture.key, 0) % max(len(picture.views(snapshot)), 1)
        look = PictureLook(self.glyphs, self._mixes, self._digits)
        return picture.draw(Scene(snapshot, self._members, self._selected, view, look, SAY), width, height)

    @property
    def _subject(self) -> tuple[Picture, Snapshot] | None:
        """The picture and the moment, where there is such a picture of this scenario."""
        picture, snapshot = self.picture, self._snapshot
        if picture is None or snapshot is None or not picture.suits(snapshot.scenario):
            return None
        return picture, snapshot

    @property
    def _mixes(self) -> bool:
        """Whether the terminal has more than its own sixteen colours, and may use them."""
        return not (self.app.no_color or self.app.native_ansi_color)

    def draw(self) -> None:
        """Draw it in the present size, now."""
        if self._later is not None:
            self._later.stop()
            self._later = None
        self._drawing = None
        if self.size:
            self.show_rows(tuple(map(tuple, self.drawing.cells.rows())))

    def notify_style_update(self) -> None:
        """Another theme: other colours, and perhaps none that can be mixed."""
        super().notify_style_update()
        if self._snapshot is not None and self.is_attached:
            self.draw()

    def means(self, x: int, y: int) -> Link | Press | None:
        """The number at a cell."""
        hit = self.drawing.at(x, y)
        return None if hit is None else Link("", hit.ref, hit.of)


def _are_same(members: Sequence[Member], others: Sequence[Member]) -> bool:
    """Whether they stand at the very same moments; snapshots hold arrays, which do not compare as one."""
    return len(members) == len(others) and all(
        one.name == other.name and one.snapshot is other.snapshot for one, other in zip(members, others, strict=True)
    )
