"""The canvas: cells in rows, each a character, the role it is written in, the role of the ground under it, and which
number it stands for. Lines and curves are drawn between dots, eight to a cell (Braille). The other characters that
pictures are made of stand in a table for Unicode, and one for terminals that have only ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import floor
from unicodedata import combining

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.quantity import Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import GAP, Line, Link, Owner, Piece, Pieces, fit, measure

Mask = NDArray[np.bool_]
GROUND = "@"
"""A role "active@deep-3" is written like "active" on the ground "deep-3"."""
CHOSEN = "chosen"

EIGHTHS = " ▏▎▍▌▋▊▉"
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""What a dot adds to the Braille character of its cell, by row and column."""
NO_DOTS, ALL_DOTS = 0x2800, 0x28FF
"""The first and the last of the Braille characters."""
ACROSS, HEAVY, BROKEN = 0x100, 0x200, 0x400
"""Marks of a cell that a level line crosses: drawn as a whole stroke where nothing else is in the cell."""
DASH, DASH_AND_GAP = 5, 8  # dots


class Glyphs(Struct, frozen=True):
    """The characters of pictures. A frame is (upper edge, side, lower edge), an edge three characters."""

    frame: tuple[str, str, str]
    heavy_frame: tuple[str, str, str]
    has_dots: bool
    level: tuple[str, str, str, str]  # a level line: thin, heavy, thin broken, heavy broken
    forward: str
    backward: str
    forward_heads: tuple[str, str, str]  # of a line that rises, stays level, falls
    backward_heads: tuple[str, str, str]
    more: str
    more_across: str
    positive: str  # from weak to strong
    negative: str
    nothing: str
    dead: str
    flat: str
    loop: str
    minus: str
    strokes: tuple[str, str, str]  # at the label of a line that rises, stays level, falls
    join: tuple[str, str, str, str]  # where a line meets a frame: left, right, heavy left, heavy right
    edit: str
    ghost: str  # a run that was left
    dotted: str  # an upright line that is no axis
    steep: str

    def line(self, bits: int) -> str:
        """The character for a cell with these dots and level lines."""
        dots = bits & 0xFF
        if bits > 0xFF:
            heavy, broken = bool(bits & 0x200), bool(bits & 0x400)
            if not dots:
                return self.level[heavy + 2 * broken]
            if not broken:
                dots |= 0x36 if heavy else 0x12
        if not self.has_dots:
            return {0x87: "\\", 0x78: "/"}.get(dots, "X")
        return chr(0x2800 + dots)


UNICODE = Glyphs(
    frame=("╭─╮", "│", "╰─╯"),
    heavy_frame=("┏━┓", "┃", "┗━┛"),
    has_dots=True,
    level=("─", "━", "╌", "╍"),
    forward="▶",
    backward="◀",
    forward_heads=("◥", "▶", "◢"),
    backward_heads=("◣", "◀", "◤"),
    more="⋮",
    more_across="⋯",
    positive="░▒▓█",
    negative="-=≡≣",
    nothing="·",
    dead="∅",
    flat="≈",
    loop="↺",
    minus="−",
    strokes=("╱", "─", "╲"),
    join=("┤", "├", "┫", "┣"),
    edit="◆",
    ghost="·",
    dotted="┊",
    steep="╱",
)
ASCII = Glyphs(
    frame=("+-+", "|", "+-+"),
    heavy_frame=("#=#", "#", "#=#"),
    has_dots=False,
    level=("-", "=", "~", "~"),
    forward=">",
    backward="<",
    forward_heads=(">", ">", ">"),
    backward_heads=("<", "<", "<"),
    more=":",
    more_across="..",
    positive=":+*#",
    negative="-=%@",
    nothing=" ",
    dead="!",
    flat="~",
    loop="@",
    minus="-",
    strokes=("/", "-", "\\"),
    join=("|", "|", "#", "#"),
    edit="^",
    ghost=":",
    dotted=":",
    steep="/",
)


class LineStyle(Struct, frozen=True):
    """How a line is drawn."""

    role: str
    heavy: bool = False
    broken: bool = False


class Hit(Struct, frozen=True):
    """A piece of the picture that stands for a number; `of` whose it is that is not of the variant under the lens."""

    x: int
    y: int
    width: int
    ref: Ref
    of: Owner | None = None


class Canvas:
    """Cells in rows. What lies outside is not drawn. What is written in a role that is a Link is one of the `hits`; it
    is marked where it stands for the number that is `chosen`.
    """

    def __init__(self, width: int, height: int, glyphs: Glyphs = UNICODE, chosen: Ref | None = None) -> None:
        self.width, self.height, self.glyphs = width, height, glyphs
        self.hits: list[Hit] = []
        self.chosen = chosen
        self._chars = [[" "] * width for _ in range(height)]  # "" is the second cell of a wide character
        self._roles = [[""] * width for _ in range(height)]
        self._grounds = [[""] * width for _ in range(height)]
        self._lines: dict[tuple[int, int], tuple[int, str]] = {}

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.width, self.height

    # text

    def write(self, x: int, y: int, text: str, role: str = "") -> int:
        """Write over the grounds that are there; the column after the last character."""
        end = x + breadth(text)
        if isinstance(role, Link):
            role = self._hit(x, y, end - x, role)
        if not 0 <= y < self.height:
            return end
        if text.isascii() or _is_narrow(text):
            if x < 0:
                text, x = text[-x:], 0
            text = text[: max(self.width - x, 0)]
            self._chars[y][x : x + len(text)] = text
            self._roles[y][x : x + len(text)] = [role] * len(text)
            return end
        for character in text:
            cells = breadth(character)
            if cells and x >= 0 and x + cells <= self.width:
                self._chars[y][x : x + cells] = [character, ""][:cells]
                self._roles[y][x : x + cells] = [role] * cells
                self._grounds[y][x : x + cells] = [self._grounds[y][x]] * cells
            x += cells
        return end

    def _hit(self, x: int, y: int, cells: int, link: Link) -> str:
        """Keep what can be seen of a number; the role in which it is written."""
        seen = min(x + cells, self.width) - x
        if seen > 0 and x >= 0 and 0 <= y < self.height:
            self.hits.append(Hit(x, y, seen, link.ref, link.of))
        return CHOSEN if link.ref == self.chosen and link.of is None else str(link)

    def write_right(self, end: int, y: int, text: str, role: str = "") -> None:
        """Write so that the last character stands before column `end`."""
        self.write(end - breadth(text), y, text, role)

    def bar(self, share: float, cells: int) -> str:
        """A bar of `share` (0 to 1) of so many cells, to an eighth of a cell; in ASCII to a whole one."""
        share = min(max(share, 0.0), 1.0)
        if not self.glyphs.has_dots:
            return "#" * round(share * cells)
        eighths = round(share * cells * 8)
        return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()

    def write_pieces(self, x: int, y: int, pieces: Pieces) -> int:
        """Write pieces one after the other; the column after the last."""
        for text, role in pieces:
            x = self.write(x, y, text, role)
        return x

    def write_groups(self, y: int, groups: Sequence[Pieces], *, x: int = 0, end: int | None = None) -> None:
        """Groups of pieces with two cells between them, those that fit: what does not is left out whole."""
        end = self.width if end is None else end
        start = x
        for group in groups:
            gap = GAP if x > start else 0
            if group and measure(group) <= end - x - gap:
                x = self.write_pieces(x + gap, y, group)

    def write_columns(
        self, place: tuple[int, int, int, int], groups: Sequence[Pieces], *, widest: int | None = None
    ) -> list[tuple[int, int]]:
        """Groups in as many columns as fit into (left, top, width, height), filled column by column; where each
        begins.
        """
        left, top, cells, height = place
        if not groups or height < 1:
            return []
        room = min(max(map(measure, groups)), widest or cells) + GAP
        columns = max(min((cells + GAP) // room, len(groups)), 1)
        rows = min(-(-len(groups) // columns), height)
        places: list[tuple[int, int]] = []
        for number, group in enumerate(groups):
            column, row = divmod(number, rows)
            if column >= columns:
                break
            x, end = left + column * room, min(left + column * room + room - 1, left + cells)
            places.append((x, top + row))
            for text, role in group:
                x = self.write(x, top + row, fit(text, end - x), role)
        return places

    def frame(self, x: int, y: int, width: int, height: int, role: str, *, heavy: bool) -> None:
        """A frame, and nothing inside it."""
        top, side, bottom = self.glyphs.heavy_frame if heavy else self.glyphs.frame
        self.write(x, y, top[0] + top[1] * (width - 2) + top[2], role)
        text, roles = [side, *" " * (width - 2), side], [role, *[""] * (width - 2), role]
        left, right = max(-x, 0), max(min(self.width - x, width), 0)
        for row in range(max(y + 1, 0), min(y + height - 1, self.height)):
            self._chars[row][x + left : x + right] = text[left:right]
            self._roles[row][x + left : x + right] = roles[left:right]
        self.write(x, y + height - 1, bottom[0] + bottom[1] * (width - 2) + bottom[2], role)

    # lines and dots

    def line(self, x0: int, x1: int, row0: int, row1: int, pen: LineStyle, *, over: bool) -> None:
        """From the left edge of cell x0, middle of row0, to the right edge of cell x1 - 1, middle of row1.

        `over`: it passes over what was drawn before, else it joins it. It is seen once the lines `settle`.
        """
        lines = self._lines
        width, height = self.width, self.height
        for dx, dy, bits in _trace(x1 - x0, row1 - row0, pen.heavy, pen.broken, self.glyphs.has_dots):
            x, y = x0 + dx, row0 + dy
            if 0 <= x < width and 0 <= y < height:
                place = (x, y)
                if over or place not in lines:
                    lines[place] = (bits, pen.role)
                else:
                    lines[place] = (bits | lines[place][0], pen.role)

    def settle(self) -> None:
        """Turn lines into characters: what is written afterwards stands above them."""
        chars, roles = self._chars, self._roles
        for (x, y), (bits, role) in self._lines.items():
            chars[y][x] = _glyph(self.glyphs, bits)
            roles[y][x] = role
        self._lines.clear()

    def dots(self, x: int, y: int, dots: Mask, role: str) -> None:
        """Dots, four rows and two columns of them to a cell, with their upper left corner at a cell; in a cell with
        dots of the same role they join these.
        """
        rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
        bits = (dots[: rows * 4, : columns * 2].reshape(rows, 4, columns, 2) * _BITS[:, None, :]).sum(axis=(1, 3))
        for row, column in np.argwhere(bits).tolist():
            down, across = y + row, x + column
            if 0 <= down < self.height and 0 <= across < self.width:
                more = int(bits[row, column])
                before = ord(self._chars[down][across] or " ")
                if self._roles[down][across] == role and NO_DOTS <= before <= ALL_DOTS:
                    more |= before - NO_DOTS
                self._chars[down][across] = chr(NO_DOTS + more) if self.glyphs.has_dots else "."
                self._roles[down][across] = role

    # grounds

    def ground(self, x: int, y: int, roles: Sequence[str], places: NDArray[np.int64]) -> None:
        """Lay the grounds `roles[places]` (rows × columns) with their upper left corner at a cell."""
        self._lay(self._grounds, x, y, roles, places)

    def halves(self, x: int, y: int, roles: Sequence[str], places: NDArray[np.int64]) -> None:
        """The same with two rows of `places` to a row of cells, one in each half of them."""
        upper, lower = places[0::2], places[1::2]
        self._lay(self._roles, x, y, roles, upper)
        self._lay(self._grounds, x, y, roles, lower)
        self._lay(self._chars, x, y, "▀ ", (upper == lower).astype(np.int64))

    def shades(self, x: int, y: int, characters: str, roles: Sequence[str], places: NDArray[np.int64]) -> None:
        """The characters at `places`, in roles likewise: what grounds are where colours cannot be mixed."""
        self._lay(self._roles, x, y, roles, places)
        self._lay(self._chars, x, y, characters, places)

    def _lay(self, layer: list[list[str]], x: int, y: int, what: Sequence[str], places: NDArray[np.int64]) -> None:
        for row, numbers in enumerate(places[: self.height - y, : self.width - x].tolist(), start=y):
            layer[row][x : x + len(numbers)] = [what[number] for number in numbers]

    # what is there

    def rows(self) -> list[Line]:
        """Every row in pieces, neighbours of one role together."""
        rows: list[Line] = []
        for chars, roles, grounds in zip(self._chars, self._roles, self._grounds, strict=True):
            has_ground = any(grounds)
            pieces: list[Piece] = []
            start = 0
            for place in range(1, self.width + 1):
                if place == self.width or roles[place] != roles[start] or grounds[place] != grounds[start]:
                    ground = f"{GROUND}{grounds[start]}" if has_ground and grounds[start] else ""
                    pieces.append(("".join(chars[start:place]), roles[start] + ground))
                    start = place
            rows.append(tuple(pieces))
        return rows

    def blank(self, x: int, y: int, columns: int, rows: int) -> Mask:
        """Which cells of a rectangle have no character."""
        return np.array([[char == " " for char in line[x : x + columns]] for line in self._chars[y : y + rows]])

    def text(self) -> str:
        """The characters alone."""
        return "\n".join("".join(row).rstrip() for row in self._chars)

    def changes(self, before: Canvas) -> Iterator[tuple[int, int, int]]:
        """(row, first column, columns) of what differs from another canvas of the same size."""
        mine, theirs = (zip(one._chars, one._roles, one._grounds, strict=True) for one in (self, before))
        for row, (now, then) in enumerate(zip(mine, theirs, strict=True)):
            if now != then:
                cells = enumerate(zip(zip(*now, strict=True), zip(*then, strict=True), strict=True))
                columns = [column for column, (one, other) in cells if one != other]
                yield row, columns[0], columns[-1] - columns[0] + 1


_BITS = np.array(BITS)
_glyph = lru_cache(maxsize=4096)(Glyphs.line)


@lru_cache(maxsize=4096)
def _is_narrow(text: str) -> bool:
    """Whether each of its characters takes one cell."""
    return breadth(text) == len(text) and not any(map(combining, text))


def rows_needed(groups: Sequence[Pieces], cells: int) -> int:
    """How many rows `write_columns` takes in so many cells."""
    if not groups:
        return 0
    columns = max((cells + GAP) // (max(map(measure, groups)) + GAP), 1)
    return -(-len(groups) // columns)


def cells_of_line(cells: int, rows: int, *, heavy: bool = False) -> list[tuple[int, int]]:
    """(cell to the right, cell down) of each cell that a line passes, from its start."""
    return [(x, y) for x, y, _ in _trace(cells, rows, heavy, False, True)]


@lru_cache(maxsize=4096)
def _trace(cells: int, rows: int, heavy: bool, broken: bool, has_dots: bool) -> tuple[tuple[int, int, int], ...]:
    """(cell to the right, cell down, bits) of a line over `cells` cells that ends `rows` further down."""
    if cells <= 0:
        return ()
    if rows == 0:
        bits = ACROSS | (HEAVY if heavy else 0) | (BROKEN if broken else 0)
        return tuple((x, 0, bits) for x in range(cells))
    if not has_dots:
        return _slashes(cells, rows)
    found: dict[tuple[int, int], int] = {}
    across, down = 2 * cells - 1, 4 * rows
    steps = max(across, abs(down))
    for step in range(steps + 1):
        if broken and step % DASH_AND_GAP >= DASH:
            continue
        x = round(across * step / steps)
        y = down * step / steps + 1.5
        tops = (floor(y), floor(y) + 1) if heavy else (round(y - 0.01),)
        for top in tops:
            place = (x // 2, top // 4)
            found[place] = found.get(place, 0) | BITS[top % 4][x % 2]
    return tuple((x, y, bits) for (x, y), bits in found.items())


def _slashes(cells: int, rows: int) -> tuple[tuple[int, int, int], ...]:
    """The same in whole characters, where a terminal has no dots: the bits are those of a slanted stroke."""
    stroke = 0x87 if rows > 0 else 0x78
    steps = max(cells - 1, abs(rows), 1)
    places = {(round((cells - 1) * step / steps), round(rows * step / steps)): stroke for step in range(steps + 1)}
    return tuple((x, y, bits) for (x, y), bits in places.items())
