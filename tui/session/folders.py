"""Where dlsim keeps what it keeps: settings, the last position, copies, screenshots.

By the platform's own rules (XDG on Linux), or all under the folder that DLSIM_HOME names.
"""

from __future__ import annotations

import os
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
