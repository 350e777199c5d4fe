"""What the app draws on a terminal with poor glyphs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dlsim.tui.lookalikes import WIDER, in_ascii, plain


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
    wide = [place for place, segment in enumerate(segments) if not WIDER.keys().isdisjoint(segment.text)]
    if not wide:
        return segments
    needed = sum(len(WIDER[one]) - 1 for place in wide for one in segments[place].text if one in WIDER)
    blanks = " " * (needed + 1)
    filler = next((place for place in range(wide[-1], len(segments)) if segments[place].text.endswith(blanks)), None)
    if filler is None:
        return segments
    texts = [segment.text for segment in segments]
    texts[filler] = texts[filler][:-needed]
    return [
        Segment("".join(WIDER.get(one, one) for one in text), segment.style, segment.control)
        for text, segment in zip(texts, segments, strict=True)
    ]
