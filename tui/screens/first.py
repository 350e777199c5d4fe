"""What a screen does that may be the app's first: it styles and renders nothing that would be done once more."""

from __future__ import annotations

from textual import events
from textual.screen import Screen


class FirstScreen(Screen[None]):
    """While an app starts it holds its paints back, and a screen renders them all the same, twice; not this one."""

    BLANK = True  # of itself it shows nothing but its ground

    def _compositor_refresh(self) -> None:
        """Render, unless nobody will see it; then once, when the app lets go."""
        if self.app._batch_count:
            self._repaint_required = True
        else:
            super()._compositor_refresh()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """On top: all is styled anew, but while an app starts each widget has just been styled as it came."""
        if self.app._batch_count:
            event.refresh_styles = False
