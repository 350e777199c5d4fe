"""What is drawn as text: its characters, beside them the role that each is written in, and the role of its ground.

A role is one letter, in its place; the legend says which. So a line that changed is one line of a diff.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from string import ascii_letters, digits, punctuation

import pytest
from rich.cells import cell_len

from dlsim.tui.widgets.styles import STYLES

ROLES_OF_GROUND = "@"
POOL = ascii_letters + digits + punctuation.replace(".", "").replace("│", "")
STORED = Path(__file__).parent.parent / "tui" / "__snapshots__"


def text_with_roles(rows: Iterable[Iterable[tuple[str, str]]]) -> str:
    """The rows of (text, role) as three columns (the grounds only where there are any), and what the letters mean."""
    lines = [list(row) for row in rows]
    split = [[(text, *_front_and_ground(role)) for text, role in line] for line in lines]
    fronts = _letters(front for line in split for _, front, _ in line)
    grounds = _letters(ground for line in split for _, _, ground in line)
    texts = ["".join(text for text, _, _ in line) for line in split]
    columns = [texts, ["".join(_letters_of(text, front, fronts[front]) for text, front, _ in line) for line in split]]
    legend = [_legend("roles", fronts)]
    if len(grounds) > 1:
        columns.append(["".join(grounds[ground] * cell_len(text) for text, _, ground in line) for line in split])
        legend.append(_legend("grounds", grounds))
    return "\n".join([*_beside_each_other(columns), "", *legend, ""])


def _letters_of(text: str, role: str, letter: str) -> str:
    """A letter for each cell of a piece; on a blank only one that is seen there, reverse or underlined."""
    is_seen = re.search("reverse|underline", STYLES.get(role, ""))
    return "".join(" " if one == " " and not is_seen else letter * cell_len(one) for one in text)


def _front_and_ground(role: str) -> tuple[str, str]:
    front, _, ground = str(role).partition(ROLES_OF_GROUND)
    return front, ground


def _letters(roles: Iterable[str]) -> dict[str, str]:
    """A letter for each: its last digit or its first letter, else another of its own, else any; a blank for plain."""
    found = {"": " "}
    for role in sorted({*roles} - {""}):
        level = role[-1] if role[-1].isdigit() else ""
        wanted = chain(level, role.replace("-", ""), role.upper().replace("-", ""), POOL)
        found[role] = next(letter for letter in wanted if letter not in found.values())
    return found


def _legend(title: str, letters: dict[str, str]) -> str:
    return f"{title}: " + ", ".join(f"{letter} {role}" for role, letter in letters.items() if role)


def _beside_each_other(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    rooms = [max(map(cell_len, column), default=0) for column in columns]
    for cells in zip(*columns, strict=True):
        padded = (text + " " * (room - cell_len(text)) for text, room in zip(cells, rooms, strict=True))
        yield "│".join(padded).rstrip()


def compare_with_stored(name: str, drawn: str, *, update: bool) -> None:
    """Fail with what differs from the stored file of that name; `update` stores what is drawn."""
    file = STORED / f"{name}.txt"
    if update:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(drawn, encoding="utf-8")
        return
    stored = file.read_text(encoding="utf-8") if file.exists() else ""
    if stored != drawn:
        lines = difflib.unified_diff(stored.splitlines(), drawn.splitlines(), "stored", "drawn", lineterm="")
        told = "\n".join(lines)
        pytest.fail(f"{name} is drawn otherwise; `--snapshot-update` stores it anew\n{told}", pytrace=False)
