"""Styled lines: text made of pieces, each piece with a role; measured in terminal cells, never in characters.

Here lines are measured, cut, aligned and wrapped, parts of a panel fitted into its height, and numbers into cells: as
many digits as there is room for, each text made from the full number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from string import Formatter

from msgspec import Struct

from dlsim.engine.numbers import LARGE, SMALL, fixed, scientific
from dlsim.engine.quantity import Ref
from dlsim.engine.text import breadth, filled

Piece = tuple[str, str]
"""(text, role). A role is the name of a style, see tui/widgets/styles.py; "" is plain."""
Line = tuple[Piece, ...]
Pieces = Sequence[Piece]

_TEXT = itemgetter(0)
ELLIPSIS = "…"
SIGNS = frozenset(["=", "·", "×", "+", "−", "<", ">", "≤", "≥", "≈", "←", "→"])
"""What joins the sides of an equation, where it stands by itself."""


# roles that lead to a number, or to something to do


class Owner(Struct, frozen=True):
    """The variant of the scenario that a number is of."""

    variant: str | None


class Link(str):
    """A role whose text stands for a number: a click on it leads there. `of` tells whose it is that is not of the
    variant under the lens.
    """

    __slots__ = ("of", "ref")
    ref: Ref
    of: Owner | None

    def __new__(cls, role: str, ref: Ref, of: Owner | None = None) -> Link:
        """`role` as it is, with the number."""
        link = super().__new__(cls, role)
        link.ref, link.of = ref, of
        return link


class Press(str):
    """A role whose text is pressed like a key: a click on it does the `action`, and so does every cell that the mouse
    is dragged over where it `drags`.
    """

    __slots__ = ("action", "drags")
    action: str
    drags: bool

    def __new__(cls, role: str, action: str, *, drags: bool = False) -> Press:
        """`role` as it is, with what it does."""
        press = super().__new__(cls, role)
        press.action, press.drags = action, drags
        return press


def means_at(line: Pieces, x: int) -> Link | Press | None:
    """What the text at a cell of a line stands for: a number, or something to do."""
    start = 0
    for text, role in line:
        end = start + breadth(text)
        if start <= x < end:
            return role if isinstance(role, (Link, Press)) else None
        start = end
    return None


def linked(text: str, role: str, **numbers: tuple[str, Ref]) -> Line:
    """A sentence of the catalogue with numbers in its {places}, each of which leads to what it is."""
    pieces: list[Piece] = []
    for before, place, _, _ in Formatter().parse(text):
        if before:
            pieces.append((before, role))
        if place is not None:
            told, ref = numbers[place]
            pieces.append((told, Link(role, ref)))
    return tuple(pieces)


# measuring, cutting, aligning


def measure(line: Iterable[Piece]) -> int:
    """Cells that a line takes."""
    return sum(map(breadth, map(_TEXT, line)))


def widest(texts: Iterable[str]) -> int:
    """Cells that the widest of these texts takes; 0 where there is none."""
    return max(map(breadth, texts), default=0)


def _head(text: str, cells: int) -> str:
    """As many of the text's characters as there is room for."""
    if text.isascii():
        return text[: max(cells, 0)]
    used = 0
    for place, character in enumerate(text):
        used += breadth(character)
        if used > cells:
            return text[:place]
    return text


def fit(text: str, cells: int) -> str:
    """`text`, cut with an ellipsis where it is longer than `cells`."""
    if breadth(text) <= cells:
        return text
    return _head(text, cells - 1).rstrip() + ELLIPSIS if cells > 0 else ""


def padded(text: str, cells: int) -> str:
    """`text` with blanks behind it up to so many cells, before it where their number is negative; a longer one stays as
    it is.
    """
    blanks = " " * (abs(cells) - breadth(text))
    return text + blanks if cells > 0 else blanks + text


def after_sign(text: str) -> str:
    """A number with a blank where a negative one has its sign, so that digits stand below digits."""
    return text if text.startswith("-") else f" {text}"


def cut(line: Pieces, cells: int) -> Line:
    """`line`, cut with an ellipsis where it is longer than `cells`."""
    if measure(line) <= cells:
        return tuple(line)
    kept: list[Piece] = []
    for text, role in line:
        room = cells - measure(kept)
        if breadth(text) >= room:
            kept.append((fit(text + ELLIPSIS, room), role))
            break
        kept.append((text, role))
    return tuple(kept)


def spread(left: Line, right: Line, cells: int) -> Line:
    """`left` and `right` at the two ends of a line; where both do not fit, the right one goes first."""
    gap = cells - measure(left) - measure(right)
    if gap < 1:
        return cut(left, cells)
    return (*left, (" " * gap, ""), *right)


GAP = 2
"""Cells between two groups in a line."""


def groups_that_fit(groups: Sequence[Pieces], cells: int) -> tuple[list[Pieces], list[Pieces]]:
    """The groups of pieces that stand side by side in so many cells, and those that want another line."""
    used = 0
    for place, group in enumerate(groups):
        size = measure(group)
        if used + size > cells:
            return list(groups[:place]), list(groups[place:])
        used += size + GAP
    return list(groups), []


# wrapping


def wrap(pieces: Iterable[Piece], cells: int) -> list[Line]:
    """`pieces` broken at spaces into lines of at most `cells`; a word longer than a line is broken anywhere. What is
    written as code and what an equation joins stays together, as long as it takes no more than half a line.
    """
    cells = max(cells, 1)
    words: list[tuple[Sequence[Piece], int, int]] = []
    for word in _joined(_words(pieces, cells // 2), cells):
        if (size := _size(word)) <= cells:
            words.append((word, size, measure(word)))
        else:
            words += [(part, _size(part), measure(part)) for part in _broken(word, cells)]
    return [_without_trailing_space([*chain(*line)]) for line in filled(words, cells)]


def _broken(word: Sequence[Piece], cells: int) -> Iterator[Sequence[Piece]]:
    """Parts of a word that is longer than a line, each of which fills one but for the last."""
    part: list[Piece] = []
    used = 0
    for text, role in word:
        rest = text
        while used + breadth(rest.rstrip()) > cells:
            head = _head(rest, cells - used).rstrip() if used < cells else ""
            if not head and not used:
                head = rest[0]  # wider than a line, and as narrow as it gets
            yield [*part, (head, role)]
            part, used, rest = [], 0, rest[len(head) :]
        if rest:
            part.append((rest, role))
            used += breadth(rest)
    if part:
        yield part


def _joined(words: Iterable[list[Piece]], cells: int) -> list[list[Piece]]:
    """The words, in one those of an equation; of one longer than half a line, each sign stands with what follows it."""
    joined: list[list[Piece]] = []
    group: list[Piece] = []
    signs: list[Piece] = []
    for word in words:
        if "".join(map(_TEXT, word)).strip() in SIGNS:
            signs += word
            continue
        following = [*signs, *word]
        if group and signs and _size([*group, *following]) <= cells // 2:
            group += following
        elif not signs or _size(following) <= cells:
            if group:
                joined.append(group)
            group = following
        else:
            joined.append([*group, *signs])
            group = word
        signs = []
    if group or signs:
        joined.append([*group, *signs])
    return joined


def _size(word: Sequence[Piece]) -> int:
    return breadth("".join(map(_TEXT, word)).rstrip())


def _words(pieces: Iterable[Piece], most: int) -> list[list[Piece]]:
    """What must not be broken, with the space behind it: a word may consist of pieces that look different. Code of at
    most so many cells is one.
    """
    words: list[list[Piece]] = []
    word: list[Piece] = []
    for text, role in pieces:
        if role == "code" and breadth(text) <= most:
            word.append((text, role))
            continue
        part = ""
        for character in text:
            part += character
            # Between two wide characters (Korean, Chinese, Japanese) a line may break as well.
            if character == " " or breadth(character) == 2:
                words.append([*word, (part, role)])
                word, part = [], ""
        if part:
            word.append((part, role))
    if word:
        words.append(word)
    return words


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


class Part(Struct, frozen=True):
    """Some lines in their forms, from the roomiest to the tersest; () leaves them out.

    `costs` says of every form but the last what is lost by going on to the next one. Where the lines speak `about` a
    sign and no other part has it on screen, `otherwise` stands there instead.
    """

    forms: tuple[tuple[Line, ...], ...]
    costs: tuple[float, ...] = ()
    about: str = ""
    otherwise: tuple[tuple[Line, ...], ...] = ()


def gap(cost: float = 1) -> Part:
    """An empty line, where there is room for one."""
    return Part((((),), ()), (cost,))


def dispensable(lines: Sequence[Line], cost: float) -> Part:
    """Lines that are shown or left out."""
    return Part((tuple(lines), ()), (cost,))


def fitted(parts: Sequence[Part], height: int) -> list[Line]:
    """All parts in at most `height` lines; what costs least gives way first, and returns where room is left."""
    chosen = [0] * len(parts)

    def size() -> int:
        return sum(len(part.forms[form]) for part, form in zip(parts, chosen, strict=True))

    gave_way: list[tuple[float, int]] = []
    while size() > height:
        costs = [(part.costs[form], number) for number, (part, form) in _shrinkable(parts, chosen)]
        if not costs:
            break
        cost, number = min(costs, key=lambda found: (found[0], -found[1]))
        chosen[number] += 1
        gave_way.append((cost, number))
    for _, number in sorted(gave_way, key=lambda found: -found[0]):
        chosen[number] -= 1
        if size() > height:
            chosen[number] += 1
    shown = [part.forms[form] for part, form in zip(parts, chosen, strict=True)]
    true = _true(parts, shown)
    if true is not None:
        return fitted(true, height)
    lines = [line for lines in shown for line in lines]
    return lines[-height:] if height > 0 else []


def whole(parts: Sequence[Part]) -> list[Line]:
    """All parts in their roomiest forms, however many lines that takes."""
    shown = [part.forms[0] for part in parts]
    lines = [line for part in _true(parts, shown) or parts for line in part.forms[0]]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _true(parts: Sequence[Part], shown: Sequence[tuple[Line, ...]]) -> Sequence[Part] | None:
    """The parts without what speaks of a sign that is nowhere in these lines of theirs; None where all may stay."""

    def is_there(part: Part) -> bool:
        others = (lines for other, lines in zip(parts, shown, strict=True) if other is not part)
        return any(part.about in text for lines in others for line in lines for text, _ in line)

    wrong = [number for number, part in enumerate(parts) if part.about and not is_there(part)]
    if not wrong:
        return None
    return [Part(part.otherwise, part.costs) if number in wrong else part for number, part in enumerate(parts)]


def _shrinkable(parts: Sequence[Part], chosen: Sequence[int]) -> list[tuple[int, tuple[Part, int]]]:
    pairs = zip(parts, chosen, strict=True)
    return [(number, pair) for number, pair in enumerate(pairs) if pair[1] < len(pair[0].costs)]


# numbers in cells

TOO_WIDE = "#"
SIGN_AND_WHOLE = 3
"""Cells for a sign, a digit and the point."""
LEAST_ROOM = 2
"""Room is kept for so many digits at least: what would read as 0 is written 3e-1, with no digits at all."""


def number(value: float | None, cells: int, digits: int) -> str:
    """`value` with at most `digits` decimals in at most `cells`; "#" where that says too little of it."""
    if value is None:
        return ELLIPSIS
    if not math.isfinite(value):
        text = fixed(value)
        return text if len(text) <= cells else TOO_WIDE
    fewest = min(digits, 0 if abs(value) >= 10 or value == 0 else 1)
    is_usual = value == 0 or SMALL <= abs(value) < LARGE
    for wanted in range(digits, fewest - 1, -1):
        text = f"{value + 0.0:.{wanted}f}" if is_usual else scientific(value, max(wanted - 1, 0))
        if len(text) <= cells:
            is_lost = value != 0 and float(text) == 0
            short = scientific(value, 0) if is_lost else text
            return short if len(short) <= cells else text
    text = scientific(value, 0)
    return text if len(text) <= cells else TOO_WIDE


SIGNIFICANT = 4
"""A number that must not read as another has so many digits, one less below 1; or so many decimals."""


def true_number(value: float | None, cells: int, digits: int) -> str:
    """The same, never shortened so that it reads as another: with four digits (three below 1), the usual decimals or
    all that there are of it; else "".
    """
    text = number(value, cells, digits)
    if value is None or not math.isfinite(value):
        return text
    if text == TOO_WIDE:
        whole = f"{value:.0f}"
        return whole if float(whole) == value and len(whole) <= cells else ""
    kept, (mantissa, _, exponent) = min(digits, SIGNIFICANT), text.partition("e")
    has_decimals = abs(value) < 10.0**-kept if exponent else len(text.partition(".")[2]) >= kept
    significant = len(mantissa.replace(".", "").lstrip("-0"))
    is_enough = has_decimals or significant >= SIGNIFICANT - (abs(value) < 1)
    return text if is_enough or float(text) == value else ""


def number_alone(value: float | None, digits: int) -> str:
    """`value` where it has room for all its digits."""
    return number(value, max(digits, LEAST_ROOM) + 4, digits)
