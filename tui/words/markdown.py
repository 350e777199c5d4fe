"""The little Markdown that lessons use: paragraphs, headings, lists, **strong**, *emphasis*, `code`.

Whatever else stands in a text is read as it stands; nothing in it can style or command the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*\s][^*]*)\*|`(?P<code>[^`]+)`")
BULLET = re.compile(r"(?P<indent>\s*)(?:[-*]|(?P<number>\d+)[.)])\s+(?P<text>.*)")
HEADING = re.compile(r"#{1,6}\s+(?P<text>.*)")


def blocks(text: str) -> Iterator[list[str]]:
    """Blocks between blank lines; the lines of a paragraph joined, list items and headings each on their own."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if block:
                yield block
            block = []
        elif not block or _is_item(line, block[-1]) or HEADING.match(line) or HEADING.match(block[-1]):
            block.append(line.rstrip())
        else:
            block[-1] += " " + line.strip()


def _is_item(line: str, before: str) -> bool:
    """Whether a line after another begins an item of a list; a number only if it is 1 or the list goes on."""
    found = BULLET.match(line)
    return found is not None and (found["number"] in (None, "1") or BULLET.match(before) is not None)


def inline(text: str) -> Iterator[tuple[str, str]]:
    """A paragraph's pieces: (text, role), which is "strong", "emphasis", "code" or "" for neither."""
    end = 0
    for found in INLINE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], ""
        role = found.lastgroup or ""
        yield found[role], role
        end = found.end()
    if end < len(text):
        yield text[end:], ""


def without_marks(text: str) -> str:
    """A paragraph without its marks."""
    return "".join(piece for piece, _ in inline(text))
