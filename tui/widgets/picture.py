"""The widget on which any picture is shown: it repaints what changed, costly ones ten times a second at most."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from dlsim.engine.numbers import DIGITS
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.link import Owner
from dlsim.tui.drawing.pictures.cells import Cells
from dlsim.tui.drawing.pictures.scene import Drawing, Look, Picture, Scene
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets.roles import RoleWidget
from dlsim.tui.words import Words, words

THROTTLE_SECONDS = 0.1


def _are_same(members: Sequence[Member], others: Sequence[Member]) -> bool:
    """Whether they stand at the very same moments; snapshots hold arrays, which do not compare as one."""
    return len(members) == len(others) and all(
        one.name == other.name and one.snapshot is other.snapshot for one, other in zip(members, others, strict=True)
    )


class PictureView(RoleWidget):
    """Shows one picture at a time: a function of the snapshot, its members, selection, digits, view and size."""

    class Picked(Message):
        """A number of the picture was clicked; `of` as a Link has it."""

        def __init__(self, ref: Ref, of: Owner | None = None) -> None:
            super().__init__()
            self.ref, self.of = ref, of

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
        self._strips: list[Strip] | None = None
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
        if is_same_moment and looks_same:
            return
        if self._snapshot is not None and self._snapshot.scenario.name != snapshot.scenario.name:
            self._views.clear()
        self._snapshot, self._members, self._selected, self._digits = snapshot, members, selected, digits
        self._changed(may_wait=not is_same_moment)

    def choose(self, picture: Picture) -> None:
        """Show another picture."""
        if picture is not self.picture:
            self.picture = picture
            self._drawing = self._strips = None  # drawn when it is painted, of what is shown by then
            self.refresh()

    def turn(self, by: int = 1) -> str:
        """Another view of the picture; its name."""
        if self.picture is None or self._snapshot is None:
            return ""
        self._views[self.picture.key] = self._views.get(self.picture.key, 0) + by
        self._draw_now()
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
            self._strips = None
        return self._drawing

    def _draw(self, size: Size) -> Drawing:
        width, height = max(size.width, 0), max(size.height, 0)
        if not self._has_picture or self.picture is None or self._snapshot is None or width < 1 or height < 1:
            return Drawing(Cells(width, height, self.glyphs))
        self._drawn_at = monotonic()
        views = max(len(self.picture.views(self._snapshot)), 1)
        view = self._views.get(self.picture.key, 0) % views
        look = Look(self.glyphs, self._mixes, self._digits)
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
        if self.picture is None or not self.size or not self.is_attached:
            self._drawing = None
            return
        wait = self._drawn_at + THROTTLE_SECONDS - monotonic() if may_wait and self.picture.is_costly else 0.0
        if wait <= 0:
            self._draw_now()
        elif self._later is None:
            self._later = self.set_timer(wait, self._draw_now)

    def _draw_now(self) -> None:
        """Draw, and repaint the cells that are others than before."""
        if self._later is not None:
            self._later.stop()
            self._later = None
        before, self._drawing, self._strips = self._drawing, None, None
        if not self.size:
            return
        after = self.drawing.cells
        if before is None or before.cells.size != after.size:
            self.refresh()
            return
        regions = [Region(column, row, cells, 1) for row, column, cells in after.changes(before.cells)]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        cells, width = self.drawing.cells, self.size.width
        if self._strips is None:
            self._strips = [
                Strip([Segment(text, self.style_of(role)) for text, role in row], width) for row in cells.rows()
            ]
        return self._strips[y] if y < len(self._strips) else Strip.blank(width, self.style_of(""))

    def notify_style_update(self) -> None:
        """Another theme: other colours, and perhaps none that can be mixed."""
        super().notify_style_update()
        self._drawing = self._strips = None

    def on_click(self, event: events.Click) -> None:
        """Tell which number was clicked."""
        hit = self.drawing.at(event.x, event.y)
        if hit is not None:
            event.stop()
            self.post_message(self.Picked(hit.ref, hit.of))
