"""Everything the app says, by key: one catalogue a language, `<code>.toml`; and how keys are named.

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

from dlsim.tui.session.keys import Key

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


def cap(say: Words, key: str) -> str:
    """How a key is named on screen: `→` for right, `ctrl+p` as it stands; no arrow in ASCII: `<` is a key."""
    names = ("keycap.plain", "keycap") if Caps.are_plain else ("keycap",)
    parts = key.split("+")
    return "+".join(
        [next((say(f"{name}.{part}") for name in names if f"{name}.{part}" in say), part) for part in parts]
    )


class Caps(Mapping[str, str]):
    """The first key of every binding as it is named on screen, by id: always as the keys are at present."""

    own: Mapping[str, str] = {}
    """The keys that the user has chosen, by id; there is one keyboard, and so one of these."""
    are_plain = False
    """Whether they are named without arrows, on a terminal that has none: there is one terminal too."""

    def __init__(self, say: Words, keys: Mapping[str, str]) -> None:
        self._say, self._keys = say, keys
        self._named: dict[str, str] = {}
        """Those that were asked for: a step asks for 27, each of which takes nine calls to name."""
        self._named_for: tuple[Mapping[str, str], bool] = (Caps.own, Caps.are_plain)

    def __getitem__(self, name: str) -> str:
        named_for = (Caps.own, Caps.are_plain)
        if named_for != self._named_for:
            self._named, self._named_for = {}, named_for
        if name not in self._named:
            self._named[name] = self._name(name)
        return self._named[name]

    def _name(self, name: str) -> str:
        keys = self._keys[name]
        taken = {key for id_, own in Caps.own.items() if id_ != name for key in own.split(",")}
        free = (key for key in keys.split(",") if key not in taken)
        return cap(self._say, Caps.own[name].split(",")[0] if name in Caps.own else next(free, ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def caps(say: Words, keys: Iterable[Key]) -> Mapping[str, str]:
    """The first key of every binding as it is named on screen, by id."""
    return Caps(say, {key.id: key.keys for key in keys})


def has_all(text: str, wanted: str) -> bool:
    """Whether every word of `wanted` is in the text: so lists are searched."""
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())
