"""Formulas as words: what a screen reader passes over (∂, ·, ⁺) and a dumb terminal cannot show is said in letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlsim.tui.words import Words

PREFIX = "spoken."
_NEW = re.compile(r"([\w\[\],⟨⟩]+)⁺")
_ROW = re.compile(r"(?<=[0-9ᵥ])(?=[₀-₉])")
"""Where a sample's number follows another number: o1:7 is o1 of sample 7."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₜ", "0123456789t")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
_SPACES = re.compile(r"(?<=\S) {2,}")


class Spoken:
    """Turns signs into the words that a catalogue has for them; with `with_symbols` everything stays as it is."""

    def __init__(self, say: Words) -> None:
        self._new = say(f"{PREFIX}new", symbol=r"\1")
        self._signs = {key.removeprefix(PREFIX): say(key) for key in say if key.startswith(PREFIX)}
        del self._signs["new"]
        self._pattern = re.compile("|".join(re.escape(sign) for sign in sorted(self._signs, key=len, reverse=True)))
        self.with_symbols = False

    def __call__(self, text: str) -> str:
        """`text` as it is to be written."""
        if self.with_symbols:
            return text
        text = _NEW.sub(self._new, _ROW.sub(":", text).translate(_SUBSCRIPTS).translate(_QUOTES))
        text = self._pattern.sub(lambda match: self._signs[match[0]], text)
        return _SPACES.sub(" ", text).replace("( ", "(").replace("[ ", "[").strip()
