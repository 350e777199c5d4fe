"""How keys are named on screen: `→` for right, `ctrl+p` as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dlsim.tui.session.keys import Key
from dlsim.tui.words import Words


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
