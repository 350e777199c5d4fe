"""The little Markdown that lessons use, as lines: paragraphs, headings, lists, **strong**, *emphasis*, `code`.

Whatever else stands in a text is shown as it stands; nothing in it can style or command the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlsim.tui.drawing.lines import Line, Piece, wrap

INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*\s][^*]*)\*|`(?P<code>[^`]+)`")
BULLET = re.compile(r"(?P<indent>\s*)(?:[-*]|(?P<number>\d+)[.)])\s+(?P<text>.*)")
HEADING = re.compile(r"#{1,6}\s+(?P<text>.*)")


def markdown_lines(text: str, cells: int) -> list[Line]:
    """`text` in lines of at most `cells`."""
    lines: list[Line] = []
    for block in _blocks(text):
        if lines:
            lines.append(())
        for number, item in enumerate(block):
            lines.extend(_item(item, cells, is_first=number == 0))
    return lines


def _blocks(text: str) -> Iterator[list[str]]:
    """Blocks between blank lines; the lines of a paragraph joined, list items and headings each on their own."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if block:
                yield block
            block = []
        elif not block or BULLET.match(line) or HEADING.match(line) or HEADING.match(block[-1]):
            block.append(line.rstrip())
        else:
            block[-1] += " " + line.strip()


def _item(item: str, cells: int, *, is_first: bool) -> list[Line]:
    heading = HEADING.match(item)
    if heading:
        return wrap([(heading["text"], "heading")], cells)
    bullet = BULLET.match(item)
    if bullet is None:
        return wrap(inline(item if is_first else item.strip()), cells)
    mark = f" {bullet['number']}. " if bullet["number"] else " • "
    inner = wrap(inline(bullet["text"]), max(cells - len(mark), 1))
    return [((mark if number == 0 else " " * len(mark), "muted"), *line) for number, line in enumerate(inner)]


def inline(text: str) -> Iterator[Piece]:
    """A paragraph's pieces."""
    end = 0
    for found in INLINE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], ""
        role = found.lastgroup or ""
        yield found[role], role
        end = found.end()
    if end < len(text):
        yield text[end:], ""
