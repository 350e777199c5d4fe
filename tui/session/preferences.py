"""What the app takes from the settings, and what it keeps of a session. Nothing that is wrong with them stops it.

Without a store nothing is read and nothing remembered: so are pictures of the app made, and tests.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from dlsim.engine.errors import nearest
from dlsim.tui.session.folders import Folders, folders
from dlsim.tui.session.keys import usable
from dlsim.tui.session.settings import Glyphs, Last, Settings, Store


class Preferences:
    """Settings as the app can use them. `notice()` has what a user should hear about, a line, once."""

    def __init__(self, store: Store | None = None, *, only_ascii: bool = False) -> None:
        """With `only_ascii` the terminal can be sent nothing else, whatever was chosen."""
        self._store = store
        self.only_ascii = only_ascii
        self._settings = Settings() if store is None else store.settings()
        self.is_plain = only_ascii or self._settings.glyphs == "ascii"
        """Whether nothing but ASCII may be drawn; what is chosen meanwhile holds from the next start on."""
        self.last: Last | None = None if store is None else store.last()
        self.keymap, self._problems = usable(self._settings.keymap)
        self._told = 0

    @property
    def places(self) -> Folders:
        """Where copies and screenshots go."""
        return folders() if self._store is None else self._store.places

    @property
    def other_glyphs(self) -> Glyphs:
        """Those that are not chosen."""
        return "unicode" if self._settings.glyphs == "ascii" else "ascii"

    @property
    def digits(self) -> int:
        """How many decimals numbers have on screen, where there is room for them."""
        return self._settings.digits

    def theme(self, available: Iterable[str], otherwise: str) -> str:
        """The chosen one, if there is such a one."""
        wanted, names = self._settings.theme, sorted(available)
        if not wanted or wanted in names:
            return wanted or otherwise
        near = nearest(wanted, names)
        hint = f"; did you mean {near!r}?" if near else ""
        self._problems.append(f"theme: there is none called {wanted[:40]!r}{hint}")
        return otherwise

    def choose_theme(self, name: str) -> None:
        """Remember it."""
        self._choose(msgspec.structs.replace(self._settings, theme=name))

    def choose_other_glyphs(self) -> None:
        """Remember them."""
        self._choose(msgspec.structs.replace(self._settings, glyphs=self.other_glyphs))

    def choose_digits(self, digits: int) -> None:
        """Remember it."""
        self._choose(msgspec.structs.replace(self._settings, digits=digits))

    def _choose(self, settings: Settings) -> None:
        self._settings = settings
        if self._store is not None:
            self._store.save_settings(settings)

    def leave(self, last: Last) -> None:
        """Remember where one left off."""
        if self._store is not None:
            self._store.save_last(last)

    def notice(self) -> str:
        """What has gone wrong since it was asked last: the first of it, and how much more there is."""
        told = list(self._problems)
        if self._store is not None:
            name = self._store.places.settings.name
            told = [f"{name}: {problem}" for problem in told]
            told += [text.replace(str(self._store.places.settings), name) for text in self._store.messages]
        new, self._told = told[self._told :], len(told)
        if not new:
            return ""
        return new[0] if len(new) == 1 else f"{new[0]} (and {len(new) - 1} more)"


def preferences_of(app: object) -> Preferences:
    """Those of this app; for an app that has none, the defaults."""
    preferences = getattr(app, "preferences", None)
    return preferences if isinstance(preferences, Preferences) else Preferences()
