"""What is kept between two sittings: what a user has chosen, and where they left off, in two files, read without
trusting them.

    store = Store()
    settings = store.settings()        # defaults for whatever is not there or is wrong
    store.save_settings(settings)      # False where nothing can be written
    store.messages                     # what a user should hear about, one line each, once

A file that cannot be read is set aside as `.bak` before another takes its place, and so is one written by hand,
for its comments. A folder that cannot be written costs a message, never the app. Without a store nothing is read and
nothing remembered: so are pictures of the app made, and tests.

Files are where the platform's own rules say (XDG on Linux), or all under the folder that DLSIM_HOME names.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
from msgspec import Meta, Struct, field

from dlsim.engine.errors import DlsimError, reason_of
from dlsim.engine.names import nearest
from dlsim.engine.numbers import DIGITS
from dlsim.engine.scenario.toml import LARGEST_TOML, parse_toml, read_bytes, read_toml, write_at_once, write_toml
from dlsim.engine.text import shorten
from dlsim.tui.session.keys import usable

HOME = "DLSIM_HOME"
NAME = "dlsim"


class Folders(Struct, frozen=True):
    """Files and folders by what they hold; none of them need be there yet."""

    settings: Path
    last: Path
    copies: Path
    screenshots: Path


def folders() -> Folders:
    """Where they are at present; nothing is made."""
    home = os.environ.get(HOME, "").strip()
    if home:
        config = state = data = _expanded(home).absolute()
    else:
        config = platformdirs.user_config_path(NAME, appauthor=False)
        state = platformdirs.user_state_path(NAME, appauthor=False)
        data = platformdirs.user_data_path(NAME, appauthor=False)
    return Folders(config / "settings.toml", state / "last.json", data / "copies", data / "screenshots")


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; of one that may not be looked at, reading says what is wrong with it."""
    try:
        return path.exists()
    except OSError:
        return True


def _expanded(home: str) -> Path:
    try:
        return Path(home).expanduser()
    except RuntimeError:  # ~somebody who is not there
        return Path(home)


def keep(folder: Path, name: str, ending: str, text: str) -> Path:
    """Write the text into a new file of the folder; OSError where that cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w-]+", "-", name)[:60].strip("-") or "dlsim"
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        file = folder / f"{stem}-{moment}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            continue
        return file
    raise AssertionError("unreachable")


def in_forms(path: Path) -> Iterator[str]:
    """A path in less and less room; the name of the file whole in each."""
    yield in_short(path)
    yield f"…/{path.parent.name}/{path.name}"
    yield f"…/{path.name}"
    yield path.name


def in_short(path: Path) -> str:
    """A path as one would type it, `~` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)


Glyphs = Literal["unicode", "ascii"]
LONGEST_MESSAGE = 500
MOST_DIGITS = 15
"""A number in double precision has no more that mean something."""
Digits = Annotated[int, Meta(ge=0, le=MOST_DIGITS)]
Short = Annotated[str, Meta(max_length=4096)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a user has chosen. `theme` "" is the app's own choice; `keymap` has keys by binding id."""

    theme: Short = ""
    glyphs: Glyphs = "unicode"
    digits: Digits = DIGITS
    keymap: dict[str, str] = field(default_factory=dict)


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """Where the app was left: the scenario, its variant, updates done, values revealed after them, the lens."""

    scenario: Short
    variant: Short | None = None
    iteration: Annotated[int, Meta(ge=0)] = 0
    cursor: Annotated[int, Meta(ge=0)] = 0
    sample: Annotated[int, Meta(ge=0)] = 0


class Store:
    """The two files. `messages` gathers what went wrong."""

    def __init__(self, places: Folders | None = None) -> None:
        self.places = folders() if places is None else places
        self.messages: list[str] = []

    def settings(self) -> Settings:
        """What was chosen, with the default for each setting that is missing or wrong."""
        tables = self._settings_tables()
        good: dict[str, Any] = {}
        for setting in msgspec.structs.fields(Settings):
            if setting.name not in tables:
                continue
            try:
                good[setting.name] = msgspec.convert(tables[setting.name], setting.type)
            except msgspec.ValidationError as error:
                default = "none" if setting.default is msgspec.NODEFAULT else repr(setting.default)
                self._tell(f"{self.places.settings}: {setting.name}: {error}; {default} is used")
        return Settings(**good)

    def save_settings(self, settings: Settings) -> bool:
        """Keep them; settings of another version that stand in the file stay there."""
        file = self.places.settings
        before = _text(file)
        known: dict[str, Any] = msgspec.to_builtins(settings)
        with suppress(DlsimError):
            known = {**parse_toml(before or "", str(file)), **known}
        if before is not None and not _is_ours(before):
            self._set_aside(file)
        return self._write(file, write_toml(known))

    def last(self) -> Last | None:
        """Where the app was left; None where that is not known."""
        file = self.places.last
        if not is_there(file):
            return None
        try:
            return msgspec.json.decode(read_bytes(file, LARGEST_TOML, str(file)), type=Last)
        except (DlsimError, msgspec.MsgspecError, ValueError, RecursionError) as error:
            self._tell(f"{file} cannot be read and is ignored: {error}")
            self._set_aside(file)
            return None

    def save_last(self, last: Last) -> bool:
        """Keep it."""
        return self._write(self.places.last, msgspec.json.encode(last).decode() + "\n")

    # inside

    def _settings_tables(self) -> Mapping[str, Any]:
        file = self.places.settings
        if not is_there(file):
            return {}
        try:
            return read_toml(file, str(file))
        except DlsimError as error:
            self._tell(f"{error}; it is ignored")
            self._set_aside(file)
            return {}

    def _tell(self, message: str) -> None:
        line = shorten(message, LONGEST_MESSAGE)
        if line not in self.messages:
            self.messages.append(line)

    def _set_aside(self, file: Path) -> None:
        """A copy beside it that nothing here ever reads."""
        with suppress(OSError, shutil.SameFileError):
            if file.is_file():
                shutil.copyfile(file, file.with_name(f"{file.name}.bak"))

    def _write(self, file: Path, text: str) -> bool:
        """All of it or nothing; through a link into the file that it leads to, never over what is no file."""
        try:
            if file.exists() and not file.is_file():
                self._tell(f"{file} is not a regular file; nothing is kept in it")
                return False
            file.parent.mkdir(parents=True, exist_ok=True)
            write_at_once(file, text)
        except OSError as error:
            self._tell(f"{file} cannot be written: {shorten(reason_of(error))}")
            return False
        return True


def _text(file: Path) -> str | None:
    try:
        return read_bytes(file, LARGEST_TOML, str(file)).decode("utf-8", "replace") if is_there(file) else None
    except DlsimError:
        return None


def _is_ours(text: str) -> bool:
    """Whether the text is as we write it, so that writing it again loses nothing."""
    try:
        return write_toml(parse_toml(text)) == text
    except DlsimError:
        return False


class Preferences:
    """Settings as the app can use them. `notice()` has what a user should hear about, a line, once."""

    def __init__(self, store: Store | None = None, *, only_ascii: bool = False) -> None:
        """With `only_ascii` the terminal can be sent nothing else, whatever was chosen."""
        self._store = store
        self.only_ascii = only_ascii
        self._settings = Settings() if store is None else store.settings()
        self.digits = self._settings.digits
        """How many decimals numbers have on screen, where there is room for them."""
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

    def theme(self, available: Iterable[str], otherwise: str) -> str:
        """The chosen one, if there is such a one."""
        wanted, names = self._settings.theme, sorted(available)
        if not wanted or wanted in names:
            return wanted or otherwise
        near = nearest(wanted, names)
        hint = f"; did you mean {near!r}?" if near else ""
        self._problems.append(f"theme: no theme is called {wanted[:40]!r}{hint}")
        return otherwise

    def choose(self, **chosen: object) -> None:
        """Remember settings, by their names."""
        self._settings = msgspec.structs.replace(self._settings, **chosen)
        self.digits = self._settings.digits
        if self._store is not None:
            self._store.save_settings(self._settings)

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
