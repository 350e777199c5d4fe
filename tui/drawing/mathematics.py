"""Formulas as lines: in one line, or with fractions stacked (∂E over ∂W5); never wider than they may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from rich.cells import cell_len

from dlsim.engine.explain import is_raised, leads
from dlsim.engine.numbers import as_operand
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.lines import ELLIPSIS, Line, Piece, width, wrap
from dlsim.tui.drawing.link import Link

OPENING, CLOSING = "«", "»"
"""In a mean over the batch, what the sample under the lens adds stands between these."""

GOES_ON = f" {ELLIPSIS}"
BREAKS = re.compile(r"( [+−·] |(?<=,) |·|[()\[\]])")
JOINS = {" ": 0, " + ": 1, " − ": 1, " · ": 2, "·": 2}
"""A line may break after a comma and before an operator: the sooner, the less it binds."""
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


class Box(Struct, frozen=True):
    """Lines of equal width; `baseline` is the one that stands level with the neighbours."""

    lines: tuple[Line, ...]
    baseline: int

    @property
    def width(self) -> int:
        """Cells across."""
        return width(self.lines[0])


def symbolic(snapshot: Snapshot, tokens: Sequence[str | Ref], marked: Ref | None = None) -> list[Piece]:
    """The formula with symbols, piece by piece; `marked` is the operand to mark."""
    return _pieces(
        [
            (token, "") if isinstance(token, str) else (snapshot.symbol(token), _link("symbol", token, marked))
            for token in tokens
        ]
    )


def _link(role: str, ref: Ref, marked: Ref | None) -> Link:
    return Link("chosen" if ref == marked else role, ref)


def with_numbers(
    snapshot: Snapshot, tokens: Sequence[str | Ref], digits: int, marked: Ref | None = None
) -> list[Piece]:
    """The formula with every symbol's number in its place, each made from the full number."""
    pieces: list[Piece] = []
    text = ""
    for place, token in enumerate(tokens):
        piece: Piece
        if isinstance(token, str):
            piece = (token, "")
        else:
            leading = leads(text) and not is_raised(tokens, place)
            number = as_operand(snapshot.tape.value(token, snapshot.sample), digits, leading=leading)
            piece = (number, _link("number", token, marked))
        text += piece[0]
        pieces.append(piece)
    return _pieces(pieces)


def _pieces(pieces: list[Piece]) -> list[Piece]:
    """A lone product gets air around its dots; in sums they bind tightly. The lens's own term is marked."""
    is_sum = any(" + " in text or " − " in text for text, _ in pieces)
    spaced = [(" · ", role) if text == "·" and not is_sum else (text, role) for text, role in pieces]
    marked: list[Piece] = []
    inside = False
    for text, role in spaced:
        inside = (inside or OPENING in text) and not text.startswith(CLOSING)
        is_own = (inside or CLOSING in text) and role != "chosen"
        marked.append((text, _with_role("own", role) if is_own else role))
    return marked


def _with_role(new: str, role: str) -> str:
    return Link(new, role.ref) if isinstance(role, Link) else new


class Group(Struct, frozen=True):
    """Pieces that stay together. Before them a line may break: the sooner, the smaller `strength` is, which is how deep
    in brackets they stand and what joins them there.
    """

    pieces: Line
    cells: int
    strength: tuple[int, int]


def in_lines(pieces: Sequence[Piece], cells: int, *, most: int | None = None, used: int = 0) -> list[Line]:
    """The pieces, broken where they do not fit: between the outermost terms, and within a term or a name only where
    that alone is longer than a line. In the first line so many cells are `used`; of more than `most` lines the middle
    goes or the end.
    """
    if used + width(pieces) <= cells:
        return [tuple(pieces)]
    lines: list[Line] = [()]
    _fill(lines, _groups(pieces), max(cells, 1), used)
    if most is None or len(lines) <= most:
        return lines
    if most >= 3:
        return [*lines[: most - 2], ((ELLIPSIS, "muted"),), lines[-1]]
    *kept, last = in_lines(pieces, cells - len(GOES_ON))[:most]
    return [*kept, (*last, (GOES_ON, "muted"))]


def _fill(lines: list[Line], groups: Sequence[Group], cells: int, used: int) -> int:
    """Write the groups on from the last line, of which so many cells are used; how many are in the end."""
    weakest = min((group.strength for group in groups[1:]), default=None)
    starts = [place for place, group in enumerate(groups) if not place or group.strength == weakest]
    for start, end in pairwise([*starts, len(groups)]):
        term = groups[start:end]
        line = tuple(piece for group in term for piece in group.pieces)
        size = sum(group.cells for group in term)
        alone = size - line[0][0].startswith(" ")
        if used and used + size <= cells:
            lines[-1] = (*lines[-1], *line)
            used += size
        elif alone <= cells:
            lines[-1:] = [lines[-1], _without_leading_space(line)] if used else [_without_leading_space(line)]
            used = alone
        elif len(term) > 1:
            used = _fill(lines, term, cells, used)
        else:
            lines[-1:] = [*([lines[-1]] * bool(used)), *wrap(_without_leading_space(line), cells)]
            used = width(lines[-1])
    return used


def _groups(pieces: Sequence[Piece]) -> list[Group]:
    """The pieces in groups that stay together: an operator and what follows it."""
    groups: list[Group] = []
    group: list[Piece] = []
    depth, strength = 0, (0, 0)
    for text, role in pieces:
        for part in (text,) if isinstance(role, Link) else filter(None, BREAKS.split(text)):
            if part in JOINS:
                groups += [Group(tuple(group), width(group), strength)] * bool(group)
                group, strength = [], (depth, JOINS[part])
            depth += BRACKETS.get(part, 0)
            group.append((part, role))
    return [*groups, *[Group(tuple(group), width(group), strength)] * bool(group)]


def _without_leading_space(line: Line) -> Line:
    (text, role), *rest = line
    return ((text.lstrip(), role), *rest)


def stacked(pieces: Sequence[Piece]) -> Box | None:
    """The pieces side by side, fractions of ∂ stacked; None where there is no such fraction."""
    boxes = [_box(text, role) for text, role in pieces]
    if all(len(box.lines) == 1 for box in boxes):
        return None
    return beside(boxes)


def is_fraction(symbol: str) -> bool:
    """Whether a symbol is written as one: ∂E/∂W5."""
    return symbol.startswith("∂") and "/∂" in symbol


def _box(text: str, role: str) -> Box:
    if not is_fraction(text):
        return Box((((text, role),),), 0)
    top, _, bottom = text.partition("/")
    cells = max(cell_len(top), cell_len(bottom)) + 2
    return Box((_centred(top, role, cells), (("─" * cells, role),), _centred(bottom, role, cells)), 1)


def _centred(text: str, role: str, cells: int) -> Line:
    left = (cells - cell_len(text)) // 2
    return ((" " * left, ""), (text, role), (" " * (cells - cell_len(text) - left), ""))


def beside(boxes: Sequence[Box]) -> Box:
    """Boxes in a row, their baselines level."""
    above = max(box.baseline for box in boxes)
    below = max(len(box.lines) - box.baseline for box in boxes)
    lines: list[Line] = []
    for number in range(-above, below):
        line: list[Piece] = []
        for box in boxes:
            place = box.baseline + number
            if 0 <= place < len(box.lines):
                line.extend(box.lines[place])
            else:
                line.append((" " * box.width, ""))
        lines.append(tuple(line))
    return Box(tuple(lines), above)
