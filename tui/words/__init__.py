"""Everything the app says, by key: one catalogue a language, `<code>.toml`.

    say = words("en")
    say("question.z", unit="h1")

A key that a catalogue lacks is said in English; a key that English lacks is a mistake, and raises KeyError.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = "en"


class Words:
    """One language's catalogue. Call it with a key and the values for its {placeholders}."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The text at `key`, filled in; whole numbers are grouped, 31,760."""
        text = self._texts[key]
        for name, value in values.items():
            if type(value) is int:
                values[name] = f"{value:,}"
        return text.format(**values) if values else text

    def first(self, keys: Iterable[str], /, **values: object) -> str:
        """The text at the first of `keys` that exists."""
        for key in keys:
            if key in self._texts:
                break
        return self(key, **values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


@cache
def words(language: str = ENGLISH) -> Words:
    """The catalogue of `language`; what it lacks, and a language that is not there, in English."""
    return Words(language, {**_read(ENGLISH), **_read(language)})


@cache
def _read(language: str) -> dict[str, str]:
    """The texts of a language's files: its own, and those of parts that have theirs apart (`en_pictures.toml`)."""
    texts: dict[str, str] = {}
    for file in sorted(Path(__file__).parent.iterdir()):
        if file.suffix == ".toml" and file.stem.partition("_")[0] == language:
            texts.update(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    return texts


def _flat(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)
