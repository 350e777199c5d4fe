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
HEADING = "\n["
"""Where a table of a catalogue begins: `[key.step]`."""


class Words:
    """One language's catalogue. Call it with a key and the values for its {placeholders}.

    A table is parsed when a key of it is first asked for: all of them would be a fiftieth of every start.
    """

    def __init__(self, language: str, tables: Mapping[str, Iterable[str]]) -> None:
        """`tables` are the texts of each table in TOML, a later one's keys above an earlier one's."""
        self.language = language
        self._tables = dict(tables)
        self._texts: dict[str, str] = {}

    def __call__(self, key: str, /, **values: object) -> str:
        """The text at `key`, filled in; whole numbers are grouped, 31,760."""
        if key not in self:
            raise KeyError(key)
        text = self._texts[key]
        return text.format(**{name: _grouped(value) for name, value in values.items()}) if values else text

    def first(self, keys: Iterable[str], /, **values: object) -> str:
        """The text at the first of `keys` that exists."""
        wanted = list(keys)
        for key in wanted:
            if key in self:
                return self(key, **values)
        raise KeyError(wanted[-1])

    def __contains__(self, key: str) -> bool:
        if key in self._texts:
            return True
        table = ""
        for part in key.split(".")[:-1]:
            table = f"{table}.{part}" if table else part
            self._parse(table)
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        for table in list(self._tables):
            self._parse(table)
        return iter(self._texts)

    def _parse(self, table: str) -> None:
        for text in self._tables.pop(table, ()):
            self._texts.update(_flat(tomllib.loads(text)))


@cache
def words(language: str = ENGLISH) -> Words:
    """The catalogue of `language`; what it lacks, and a language that is not there, in English."""
    tables = _read(ENGLISH)
    if language != ENGLISH:
        for table, texts in _read(language).items():
            tables.setdefault(table, []).extend(texts)
    return Words(language, tables)


def _grouped(value: object) -> object:
    return f"{value:,}" if type(value) is int else value


def _read(language: str) -> dict[str, list[str]]:
    """The tables of a language's files: its own, and those of parts that have theirs apart (`en_pictures.toml`)."""
    tables: dict[str, list[str]] = {}
    for file in sorted(Path(__file__).parent.iterdir()):
        if file.suffix == ".toml" and file.stem.partition("_")[0] == language:
            for table in f"\n{file.read_text(encoding='utf-8')}".split(HEADING)[1:]:
                tables.setdefault(table.partition("]")[0], []).append(f"[{table}")
    return tables


def _flat(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)
