"""What a screen does that may be the app's first: it renders nothing that would be thrown away."""

from __future__ import annotations

from textual.screen import Screen


class FirstScreen(Screen[None]):
    """While an app starts it holds its paints back, and a screen renders them all the same, twice; not this one."""

    def _compositor_refresh(self) -> None:
        """Render, unless nobody will see it; then once, when the app lets go."""
        if self.app._batch_count:
            self._repaint_required = True
        else:
            super()._compositor_refresh()
