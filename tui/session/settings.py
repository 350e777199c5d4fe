"""What a user has chosen, and where they left off: kept in two files, read without trusting them. No Textual here.

    store = Store()
    settings = store.settings()        # defaults for whatever is not there or is wrong
    store.save_settings(settings)      # False where nothing can be written
    store.messages                     # what a user should hear about, one line each, once

A file that cannot be read is set aside as `.bak` before another takes its place, and so is one written by hand,
for its comments. A folder that cannot be written costs a message, never the app.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from dlsim.engine.errors import DlsimError, reason_of
from dlsim.engine.numbers import DIGITS
from dlsim.engine.scenario.toml import LARGEST_FILE, parse_toml, read_bytes, read_toml, write_toml
from dlsim.engine.text import shorten
from dlsim.engine.writing import write_at_once
from dlsim.tui.session.folders import Folders, folders, is_there

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
            return msgspec.json.decode(read_bytes(file, LARGEST_FILE, str(file)), type=Last)
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
            if not file.is_file():
                return
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
        return read_bytes(file, LARGEST_FILE, str(file)).decode("utf-8", "replace") if is_there(file) else None
    except DlsimError:
        return None


def _is_ours(text: str) -> bool:
    """Whether the text is as we write it, so that writing it again loses nothing."""
    try:
        return write_toml(parse_toml(text)) == text
    except DlsimError:
        return False
