"""Lines of text made of pieces, each piece with a role; measured in terminal cells, never in characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from dlsim.tui.drawing.link import Link, Press

Piece = tuple[str, str]
"""(text, role). A role is the name of a style, see tui/widgets/styles.py; "" is plain."""
Line = tuple[Piece, ...]

ELLIPSIS = "…"
SIGNS = frozenset(["=", "·", "×", "+", "−", "<", ">", "≤", "≥", "≈", "←", "→"])
"""What joins the sides of an equation, where it stands by itself."""


def means_at(line: Line, x: int) -> Link | Press | None:
    """What the text at a cell of a line stands for: a number, or something to do."""
    start = 0
    for text, role in line:
        end = start + cell_len(text)
        if start <= x < end:
            return role if isinstance(role, (Link, Press)) else None
        start = end
    return None


def width(line: Iterable[Piece]) -> int:
    """Cells that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fit(text: str, cells: int) -> str:
    """`text`, cut with an ellipsis where it is longer than `cells`."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + ELLIPSIS if cells > 0 else ""


def cut(line: Line, cells: int) -> Line:
    """`line`, cut with an ellipsis where it is longer than `cells`."""
    if width(line) <= cells:
        return line
    kept: list[Piece] = []
    for text, role in line:
        room = cells - width(kept)
        if cell_len(text) >= room:
            kept.append((fit(text + ELLIPSIS, room), role))
            break
        kept.append((text, role))
    return tuple(kept)


def spread(left: Line, right: Line, cells: int) -> Line:
    """`left` and `right` at the two ends of a line; where both do not fit, the right one goes first."""
    gap = cells - width(left) - width(right)
    if gap < 1:
        return cut(left, cells)
    return (*left, (" " * gap, ""), *right)


def after_sign(text: str) -> str:
    """A number with a blank where a negative one has its sign, so that digits stand below digits."""
    return text if text.startswith("-") else f" {text}"


def wrap(pieces: Iterable[Piece], cells: int) -> list[Line]:
    """`pieces` broken at spaces into lines of at most `cells`; a word longer than a line is broken anywhere. What is
    written as code and what an equation joins stays together, as long as it takes no more than half a line.
    """
    lines: list[Line] = []
    line: list[Piece] = []
    used = 0
    cells = max(cells, 1)
    for word in _joined(_words(pieces, cells // 2), cells):
        size = _size(word)
        if used and used + size > cells:
            lines.append(_without_trailing_space(line))
            line, used = [], 0
        for text, role in word if size > cells else ():
            rest = text
            while used + cell_len(rest.rstrip()) > cells:
                head = set_cell_size(rest, cells - used).rstrip() if used < cells else ""
                if not head and not used:
                    head = rest[0]  # wider than a line, and as narrow as it gets
                lines.append(_without_trailing_space([*line, (head, role)]))
                line, used, rest = [], 0, rest[len(head) :]
            if rest:
                line.append((rest, role))
                used += cell_len(rest)
        if size <= cells:
            line.extend(word)
            used += sum(cell_len(text) for text, _ in word)
    if line:
        lines.append(_without_trailing_space(line))
    return lines


def _joined(words: Iterable[list[Piece]], cells: int) -> Iterator[list[Piece]]:
    """The words, in one those of an equation; of one longer than half a line, each sign stands with what follows it."""
    group: list[Piece] = []
    signs: list[Piece] = []
    for word in words:
        if "".join(text for text, _ in word).strip() in SIGNS:
            signs += word
            continue
        following = [*signs, *word]
        if group and signs and _size([*group, *following]) <= cells // 2:
            group += following
        elif _size(following) <= cells or not signs:
            if group:
                yield group
            group = following
        else:
            yield [*group, *signs]
            group = word
        signs = []
    if group or signs:
        yield [*group, *signs]


def _size(word: Sequence[Piece]) -> int:
    return cell_len("".join(text for text, _ in word).rstrip())


def _words(pieces: Iterable[Piece], most: int) -> Iterator[list[Piece]]:
    """What must not be broken, with the space behind it: a word may consist of pieces that look different. Code of at
    most so many cells is one.
    """
    word: list[Piece] = []
    for text, role in pieces:
        if role == "code" and cell_len(text) <= most:
            word.append((text, role))
            continue
        part = ""
        for character in text:
            part += character
            # Between two wide characters (Korean, Chinese, Japanese) a line may break as well.
            if character == " " or cell_len(character) == 2:
                yield [*word, (part, role)]
                word, part = [], ""
        if part:
            word.append((part, role))
    if word:
        yield word


def _without_trailing_space(line: Sequence[Piece]) -> Line:
    """Words of one role joined again, nothing at the end."""
    joined: list[Piece] = []
    for text, role in line:
        if joined and joined[-1][1] == role:
            joined[-1] = (joined[-1][0] + text, role)
        else:
            joined.append((text, role))
    *rest, (text, role) = joined
    return (*rest, (text.rstrip(), role))
