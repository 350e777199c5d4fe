"""Copies and screenshots as files: named by what and when, never over another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path


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
