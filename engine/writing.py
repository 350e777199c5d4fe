"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory


def write_at_once(file: Path, text: str) -> None:
    """Put `text` in place of what `file` holds, or make it: written beside it, then moved there, so that a reader finds
    the old text or the new one, and an error leaves the old one. Its mode stays; a link leads to what is replaced.

    Raises OSError where it cannot be written, ValueError for a NUL in its name.
    """
    place = file.resolve()
    with TemporaryDirectory(prefix=".dlsim-", dir=place.parent) as folder:
        fresh = Path(folder) / "text"
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            shutil.copymode(place, fresh)
        fresh.replace(place)
