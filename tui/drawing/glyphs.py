"""The characters that pictures are made of: a table for Unicode, one for terminals that have only ASCII."""

from __future__ import annotations

from msgspec import Struct


class Glyphs(Struct, frozen=True):
    """The characters that pictures are made of. A frame is (upper edge, side, lower edge), an edge three characters."""

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
)
