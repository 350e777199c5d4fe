"""For terminals with poor glyphs: every character of the app's own, cell for cell, as one of ASCII."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_LOOKALIKES = {
    "-": "─━╌╍−–—⁻╴╶",
    "|": "│┃▏▎▍▌▋▊▉┤├┫┣",
    "+": "╭╮╰╯┌┐└┘┏┓┗┛┼┬┴⁺",
    "*": "·×•⊙",
    ".": "…░⋯⠤⠔⠒⣀⡠",
    ":": "▒⋮",
    "#": "▓█▀▄▆▇■▪◉▰",
    "_": "▁▂▃▅",
    ">": "▶→⟩»≥≫›▸",
    "<": "◀←⟨«≤≪‹",
    "^": "▲↑△◆◇▔",
    "v": "▼↓▽√∨",
    "o": "●○◎□▫▱◦",
    "x": "✗",
    "y": "✓",
    "d": "∂δ∇",
    "n": "η",
    "S": "Σ",
    "u": "μ",
    "e": "ε∈",
    "B": "β",
    "p": "ρ",
    "t": "θᵗₜ",
    "a": "α",
    "s": "σ§",
    "g": "γ",
    "j": "ⱼ",
    "T": "ᵀ",
    "'": "′‘’",
    '"': "“”",
    "~": "≈±",
    "=": "≡≣≠",
    "0": "∅⁰₀",
    "1": "¹₁",
    "2": "²₂",
    "3": "³₃",
    "4": "⁴₄",
    "5": "⁵₅",
    "6": "⁶₆",
    "7": "⁷₇",
    "8": "⁸₈∞",
    "9": "⁹₉",
}
TABLE: dict[int, str | None] = {ord(other): one for one, others in _LOOKALIKES.items() for other in others}
TABLE[ord("⌫")] = "x"
TABLE[ord("🔎")] = "? "  # it takes two cells
TABLE[0x302] = None  # the hat of m̂ has no cell of its own


def plain(text: str) -> str:
    """The text in ASCII as far as it is the app's own; other people's letters stay, and every cell is where it was."""
    return text if text.isascii() else text.translate(TABLE)


class PlainFilter(LineFilter):
    """Lets only plain characters onto the screen; what is copied or saved stays as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in plain characters."""
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]
