"""For terminals with poor glyphs: every character of the app's own, cell for cell, as one of ASCII."""

from __future__ import annotations

from unicodedata import category, combining, east_asian_width, normalize

_LOOKALIKES = {
    "-": "─━╌╍┈−–—⁻╴╶",
    "|": "│┃▏▎▍▌▋▊▉┤├┫┣",
    "/": "╱",
    "\\": "╲",
    "+": "╭╮╰╯┌┐└┘┏┓┗┛┼┬┴⁺",
    "*": "·×•⊙✓",
    ".": "…░⋯⠤⠔⠒⣀⡠",
    ":": "▒⋮",
    "#": "▓█▀▄▆▇■▪◉▰⌫",
    "_": "▁▂▃▅",
    ">": "▶→⟩»≥≫›▸◢◥",
    "<": "◀←⟨«≤≪‹◣◤",
    "^": "▲↑△◆◇▔⁰¹²³⁴⁵⁶⁷⁸⁹",
    "v": "▼↓▽√∨",
    "o": "●○◎□▫▱◦",
    "!": "∅✗",
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
    "D": "Δ",
    "'": "′‘’",
    '"': "“”",
    "~": "≈±",
    "=": "≡≣≠",
    **dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)),
}
"""Of digits none but those that stand low, as part of a name: others would be read as part of a number."""
TABLE: dict[int, str | None] = {ord(other): one for one, others in _LOOKALIKES.items() for other in others}
TABLE[ord("🔎")] = "? "  # it takes two cells
TABLE[0x302] = None  # the hat of m̂ has no cell of its own
WIDER = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
"""What has no lookalike of one cell."""
AMONG_WORDS = {" → ": " -> ", " ← ": " <- "}
"""Arrows that would read as comparisons, 0.4 > 0.9; one at the end of a line is left alone."""
POWERS = {high: f"^{low}" for low, high in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"ᵗ": "^t"}
COMPARISONS = {"≤": "<=", "≥": ">=", "≠": "!="}
WIDER_ON_SCREEN = {**AMONG_WORDS, **COMPARISONS, **POWERS, **WIDER, "∞": "inf", "√": "sqrt"}
"""What is spelt in more cells where there are blanks to take them from: first what would be misread if it were not."""
SPELT = {
    **WIDER,
    **POWERS,
    **COMPARISONS,
    "√": "sqrt",
    "∞": "infinity",
    "←": "<-",
    "→": "->",
    "…": "...",
    "✓": "ok",
    "✗": "x ",
}
"""Plainer to read than one character, in lines of text, where cells need not stay where they were."""


def plain(text: str) -> str:
    """The text in ASCII as far as it is the app's own; other people's letters stay, and every cell is where it was."""
    return text if text.isascii() else text.translate(TABLE)


def in_ascii(text: str) -> str:
    """All of the text in ASCII, and every cell where it was: letters without their accents, `?` as the last resort."""
    return text if text.isascii() else "".join(map(_in_ascii, text))


def in_encoding(text: str, encoding: str) -> str:
    """A line of text in characters that the encoding has: what it lacks is spelt in ASCII."""
    if text.isascii():
        return text
    return "".join(one if _has(encoding, one) else SPELT.get(one) or _in_ascii(one) for one in text)


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _in_ascii(character: str) -> str:
    if character.isascii():
        return character
    if ord(character) in TABLE:
        return TABLE[ord(character)] or ""
    if combining(character):
        return ""
    bare = normalize("NFKD", character)[0]
    if bare.isascii() and category(character).startswith("L"):
        return bare
    return "??" if east_asian_width(character) in "WF" else "?"
