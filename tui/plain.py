"""What the app draws on a terminal with poor glyphs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dlsim.tui.lookalikes import in_ascii, plain, spelt_out


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
            for segment in widened(segments)
        ]


def widened(segments: Sequence[Segment]) -> Sequence[Segment]:
    """The line with what takes more cells in ASCII spelt out: they are taken from the blanks after it, if there are."""
    spelt = [segment.text if segment.text.isascii() else spelt_out(segment.text) for segment in segments]
    more = [len(text) - len(segment.text) for text, segment in zip(spelt, segments, strict=True)]
    needed = sum(more)
    if not needed:
        return segments
    last = max(place for place, cells in enumerate(more) if cells)
    blanks = " " * (needed + 1)
    filler = next((place for place in range(last, len(segments)) if segments[place].text.endswith(blanks)), None)
    if filler is None:
        return segments
    spelt[filler] = spelt[filler][:-needed]
    return [Segment(text, segment.style, segment.control) for text, segment in zip(spelt, segments, strict=True)]
