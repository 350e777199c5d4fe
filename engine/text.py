"""Text from outside made safe to show: no control characters, nothing that reverses the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from unicodedata import combining, east_asian_width

import numpy as np

from dlsim.engine.numbers import in_full

Text = Mapping[str, str]
"""A text by language code; the key "" holds a text given without a language."""
INSTEAD = "\ufffd"
LONGEST_SHOWN = 60
"""What a message repeats of a file's contents is cut to about so many characters."""

_SPANS = (
    (0x00, 0x1F),  # C0, ESC among them
    (0x7F, 0x9F),  # DEL and C1
    (0x061C, 0x061C),  # marks, embeddings, overrides and isolates of bidirectional text
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2066, 0x206F),
    (0xD800, 0xDFFF),  # lone surrogates: no encoding writes them
    (0xFFF9, 0xFFFB),  # annotation marks
)
_TABLE: dict[int, str | None] = {code: INSTEAD for first, last in _SPANS for code in range(first, last + 1)}
_TABLE |= {ord("\n"): "\n", ord("\t"): " ", ord("\r"): None, 0x2028: "\n", 0x2029: "\n", 0xFEFF: None}


def clean(text: str) -> str:
    """`text` with whatever a terminal might obey replaced by �; line breaks stay, tabs become spaces."""
    if text.replace("\n", " ").isprintable():  # as most are, and soon seen
        return text
    return text.translate(_TABLE)


@lru_cache(maxsize=4096)  # most texts of a screen stand on the next one too
def breadth(text: str) -> int:
    """The cells that `text` takes where all are of one width: a Korean syllable two, a combining accent none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


Word = TypeVar("Word")


def filled(words: Iterable[tuple[Word, int, int]], cells: int) -> Iterator[list[Word]]:
    """The words of each line: as many as have room in so many cells, and one that is longer by itself. With each word
    come the cells that it takes at the end of a line, and those that it takes before another one.
    """
    line: list[Word] = []
    used = 0
    for word, last, before_another in words:
        if line and used + last > cells:
            yield line
            line, used = [], 0
        line.append(word)
        used += before_another
    if line:
        yield line


def clean_tables(value: Any) -> Any:
    """Nested tables and lists as TOML gives them, all their texts cleaned, keys too; lists for tuples and arrays,
    Python's numbers for NumPy's.
    """
    if type(value) is float:  # as most are, in a large table
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_tables(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_tables(item) for item in value]
    return clean_tables(value.tolist()) if isinstance(value, np.ndarray | np.generic) else value


def shorten(text: str, most: int = LONGEST_SHOWN) -> str:
    """`text` cleaned, on one line, its middle left out where it is longer than `most`."""
    if len(text) > 8 * most:
        text = text[: 4 * most] + text[-4 * most :]
    line = " ".join(clean(text).split())
    if len(line) <= most:
        return line
    return f"{line[: most * 2 // 3].rstrip()} … {line[-(most // 3 - 3) :].lstrip()}"


def shown(value: object) -> str:
    """A value of a file as messages repeat it: the way TOML writes it, short."""
    if isinstance(value, str):
        return f"'{shorten(value)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a very large whole number"
    if isinstance(value, list):
        return shorten(f"[{', '.join(shown(item) for item in value[:4])}{', …' if len(value) > 4 else ''}]")
    if isinstance(value, dict):
        items = ", ".join(f"{shorten(str(key), 20)} = {shown(item)}" for key, item in list(value.items())[:3])
        return shorten(f"{{ {items}{', …' if len(value) > 3 else ''} }}" if items else "{}")
    return in_full(value) if isinstance(value, float) else shorten(str(value))


def in_language(text: Text, language: str) -> str:
    """`text` in `language`, or without a language, or in English, or in whatever it has; "" if empty."""
    for key in (language, "", "en"):
        if key in text:
            return text[key]
    return next(iter(text.values()), "")
