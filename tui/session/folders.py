"""Where dlsim keeps what it keeps: settings, the last position, copies, screenshots; and how files are named and told.

By the platform's own rules (XDG on Linux), or all under the folder that DLSIM_HOME names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import platformdirs
from msgspec import Struct

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
