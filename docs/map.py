"""Writes docs/map.md: every file of the project with the first sentence that it says of itself.

python docs/map.py > docs/map.md
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("engine", "tui", "cli", "bench")


def about(file: Path) -> str:
    """The first paragraph of a module's docstring, or the comment that another file begins with, in one line."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        paragraph = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    elif file.suffix == ".tcss":
        paragraph = text.removeprefix("/*").partition("*/")[0]
    else:
        lines = text.splitlines()
        comment = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
        paragraph = " ".join(line.lstrip("# ") for line in lines[:comment])
    return " ".join(paragraph.split()).replace("|", "\\|")


def files(room: str) -> list[Path]:
    """The room's modules, style sheets and catalogues of words, by folder."""
    found = (file for suffix in ("py", "toml", "tcss") for file in (ROOT / room).rglob(f"*.{suffix}"))
    return sorted(found, key=lambda file: (file.parent, file.name != "__init__.py", file.name))


def text() -> str:
    """The whole page."""
    lines = [
        "# The map",
        "",
        "Every file, with what it says of itself. Made by `python docs/map.py > docs/map.md`; a test holds it true.",
        "",
    ]
    folder = None
    for file in (file for room in ROOMS for file in files(room)):
        if file.parent != folder:
            folder = file.parent
            init = folder / "__init__.py"
            lines += ["", f"## `{folder.relative_to(ROOT)}/`", ""] if folder else []
            lines += [about(init), ""] if init.exists() and about(init) else []
            lines += ["| file | what it holds |", "| --- | --- |"]
        if file.name != "__init__.py":
            lines.append(f"| `{file.name}` | {about(file)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(text(), end="")
