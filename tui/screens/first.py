"""What a screen does that may be the app's first: nothing is made, styled or rendered before there is a need for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import AwaitMount, Widget

UNTIL_SENT = 0.05
"""Seconds until a first paint has gone to the terminal: another thread sends it, which gets few turns beside others."""


class FirstScreen(Screen[None]):
    """While an app starts it holds its paints back, and a screen renders them all the same, twice; not this one.

    What cannot be seen at first is mounted when the first paint is done, before anything typed or clicked is answered.
    """

    BLANK = True  # of itself it shows nothing but its ground

    def __init_subclass__(cls, *, is_layer: bool = False, **options: bool) -> None:
        """A layer of what another screen does is none by itself: what Textual gathers of a class it has of its base.

        It brings no bindings, reactives or styles; looking through all that a screen has for them takes a start 2 ms.
        """
        if not is_layer:
            super().__init_subclass__(**options)

    def __init__(self) -> None:
        super().__init__()
        self._is_painted = False
        self._mounting: Sequence[AwaitMount] | None = None

    async def complete(self) -> None:
        """Mount the rest, unless that is done."""
        if self._mounting is None:
            self._mounting = list(self.mount_rest())
        for mounting in self._mounting:
            await mounting
        self._mounting = ()

    def mount_rest(self) -> Iterator[AwaitMount]:
        """Mount what cannot be seen yet; of every screen, Textual's own tooltips and notes."""
        own: list[Widget] = []
        super()._extend_compose(own)
        yield self.mount_all(own, before=0)

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """They come with the rest."""

    def _screen_resized(self, size: Size) -> None:
        """Arrange all for another size. Of its first one an app is told three times, the last when it lets go."""
        if size != self._size:
            super()._screen_resized(size)
        elif not self._is_painted:
            self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        """Render, unless nobody will see it; then once, when the app lets go."""
        if self.app._batch_count:
            self._repaint_required = True
        else:
            super()._compositor_refresh()
            if not self._is_painted:
                self._is_painted = True
                self._complete_later()

    def _complete_later(self) -> None:
        """When the paint is out; without a terminal there is nothing to wait for."""
        if self.app.is_headless:
            self.call_later(self.complete)
        else:
            self.set_timer(UNTIL_SENT, self.complete)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """On top: all is styled anew, but while an app starts each widget has just been styled as it came."""
        if self.app._batch_count:
            event.refresh_styles = False
