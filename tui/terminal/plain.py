"""The filter that puts ASCII in the place of other characters on a terminal with poor glyphs; its table is in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dlsim.tui.words.lookalikes import WIDER_ON_SCREEN, in_ascii, plain


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
    """The line with what takes more cells in ASCII spelt out, one by one, as far as blanks suffice."""
    line = "".join(segment.text for segment in segments)
    if line.isascii() or not any(one in line for one in WIDER_ON_SCREEN):
        return segments
    owners = [place for place, segment in enumerate(segments) for _ in segment.text]  # whose each character is
    for one, other in WIDER_ON_SCREEN.items():
        more, start = len(other) - len(one), line.find(one)
        while start >= 0:
            end = start + len(one)
            is_within = owners[start] == owners[end - 1]  # an arrow that names a key has a colour of its own
            blanks = _blanks_after(line, end, more) if is_within else None
            if blanks is not None:
                middle = start + len(one) // 2
                line = line[:start] + other + line[end:blanks] + line[blanks + more :]
                owners[blanks : blanks + more] = []
                owners[middle:middle] = [owners[middle]] * more
            start = line.find(one, end)
    texts = [""] * len(segments)
    for character, owner in zip(line, owners, strict=True):
        texts[owner] += character
    return [Segment(text, segment.style, segment.control) for text, segment in zip(texts, segments, strict=True)]


def _blanks_after(line: str, start: int, cells: int) -> int | None:
    """Where next there are so many blanks and one that is left, or the end of the line, or, behind a title, so much of
    the edge that it stands in; none beyond a frame.
    """
    found = re.compile(rf"[│┃╮┓]| {{{cells}}}(?: |\Z)|─{{{cells}}}(?=─)").search(line, start)
    return found.start() if found and found[0][0] in " ─" else None
