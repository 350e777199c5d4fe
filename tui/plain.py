"""What the app draws on a terminal with poor glyphs."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dlsim.tui.lookalikes import in_ascii, plain


class PlainFilter(LineFilter):
    """Lets only plain characters onto the screen; what is copied or saved stays as it is.

    Other people's letters stay too, unless the terminal could not be sent them.
    """

    def __init__(self, *, only_ascii: bool = False) -> None:
        super().__init__()
        self._plain = in_ascii if only_ascii else plain

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in plain characters."""
        return [
            segment if segment.text.isascii() else Segment(self._plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]
