"""The widgets of the first panel: the network diagram, and any other picture, costly ones ten times a second."""

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
from dlsim.tui.drawing.pictures.catalogue import Picture
from dlsim.tui.drawing.pictures.scene import Drawing, PictureLook, Scene
from dlsim.tui.drawing.text import Link, Press
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import Words, words

THROTTLE_SECONDS = 0.1
BLANK = Diagram((), ())


class NetworkDiagram(Rows):
    """Draws the network of a snapshot: the same snapshot, selection, digits and size make the same picture."""

    def __init__(self, *, id: str | None = None, classes: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.picture = BLANK
        """What is drawn at this moment in this size."""
        self._snapshot: Snapshot | None = None
        self._selected: Ref | None = None
        self._digits = DIGITS
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


class PictureView(Rows):
    """Shows one picture at a time: a function of the snapshot, its members, selection, digits, view and size."""

    def __init__(
        self,
        picture: Picture | None = None,
        *,
        say: Words | None = None,
        id: str | None = None,
        classes: str | None = None,
        glyphs: Glyphs = UNICODE,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.picture = picture
        self._say = words() if say is None else say
        self._views: dict[str, int] = {}
        self._snapshot: Snapshot | None = None
        self._members: tuple[Member, ...] = ()
        self._selected: Ref | None = None
        self._digits = DIGITS
        self._drawing: Drawing | None = None
        self._drawn_at = float("-inf")
        self._later: Timer | None = None

    # what is shown

    def show(
        self,
        snapshot: Snapshot,
        members: Sequence[Member] = (),
        selected: Ref | None = None,
        digits: int = DIGITS,
    ) -> None:
        """Show this moment, with up to so many decimals."""
        members = tuple(members)
        looks_same = selected == self._selected and digits == self._digits
        is_same_moment = snapshot is self._snapshot and _are_same(members, self._members)
        if is_same_moment and looks_same and self._drawing is not None:
            return
        if self._snapshot is not None and self._snapshot.scenario.name != snapshot.scenario.name:
            self._views.clear()
        self._snapshot, self._members, self._selected, self._digits = snapshot, members, selected, digits
        if self.is_attached:
            self._changed(may_wait=not is_same_moment and self._drawing is not None)

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
        if not self._has_picture or self.picture is None or self._snapshot is None:
            return ""
        views = self.picture.views(self._snapshot)
        name = views[self._views.get(self.picture.key, 0) % len(views)]
        if name.startswith("="):
            return name[1:]
        return self._say(f"picture.{name}") if name else ""

    # drawing

    @property
    def drawing(self) -> Drawing:
        """What is drawn in this size."""
        size = self.size
        if self._drawing is None or self._drawing.cells.size != (size.width, size.height):
            self._drawing = self._draw(size)
        return self._drawing

    def _draw(self, size: Size) -> Drawing:
        width, height = max(size.width, 0), max(size.height, 0)
        if not self._has_picture or self.picture is None or self._snapshot is None or width < 1 or height < 1:
            return Drawing(Canvas(width, height, self.glyphs))
        self._drawn_at = monotonic()
        views = max(len(self.picture.views(self._snapshot)), 1)
        view = self._views.get(self.picture.key, 0) % views
        look = PictureLook(self.glyphs, self._mixes, self._digits)
        scene = Scene(self._snapshot, self._members, self._selected, view, look, self._say)
        return self.picture.draw(scene, width, height)

    @property
    def _has_picture(self) -> bool:
        """Whether there is such a picture of this scenario."""
        return self.picture is not None and self._snapshot is not None and self.picture.suits(self._snapshot.scenario)

    @property
    def _mixes(self) -> bool:
        """Whether the terminal has more than its own sixteen colours, and may use them."""
        return not (self.app.no_color or self.app.native_ansi_color)

    def _changed(self, *, may_wait: bool) -> None:
        """Draw at once; of a moment that follows on one drawn just now, a moment later."""
        is_costly = self.picture is not None and self.picture.is_costly
        wait = self._drawn_at + THROTTLE_SECONDS - monotonic() if may_wait and is_costly else 0.0
        if wait <= 0:
            self.draw()
        elif self._later is None:
            self._later = self.set_timer(wait, self.draw)

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
