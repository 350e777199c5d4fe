"""Draw the README's pictures of the app: `python docs/images/make.py`.

Each is a scenario, some keys, and the screen as it then is at 120×40. The same keys give the same picture. Textual's
SVG names fonts on an outside host; those lines are left out, so that a picture asks nobody for anything.
"""

from __future__ import annotations

import asyncio
import re
import sys
from html import escape, unescape
from pathlib import Path

from dlsim.tui.app import DlsimApp
from dlsim.tui.session.session import Session

HERE = Path(__file__).parent
SIZE = (120, 40)


def go_to(iteration: int) -> list[str]:
    """The keys that lead to where so many iterations are done."""
    return ["colon", *str(iteration), "enter"]


PICTURES: dict[str, tuple[str, list[str]]] = {
    "backprop-2-2-2": ("backprop-2-2-2", ["6"] + ["space"] * 20),  # as far as ∂E/∂W5
    "hidden-weight": ("backprop-2-2-2", ["space"] * 40 + ["enter"]),  # ∂E/∂W1, and what it is made of
    "branch": (
        "backprop-2-2-2",  # on to 40, back to 20, another W5 from there, and on to 50
        [*go_to(40), *go_to(20), "2", *["down"] * 5, "w", *"0.9", "enter", "escape", *go_to(50)],
    ),
    "xor-train": ("xor-train", ["p", *go_to(600)]),
    "optimizers": ("optimizers", go_to(40)),
    "activations": ("activations", ["6", *go_to(65), "space", "space"]),
}
"""File name: scenario, keys."""
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
UNIQUE = re.compile(r"terminal-\d+")
TEXT = re.compile(r'<text (class="[^"]*") x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)" ([^>]*)>([^<]*)</text>')
WORDS = re.compile("[^\xa0]+(?:\xa0[^\xa0]+)*")


def in_columns(match: re.Match[str]) -> str:
    """A line's pieces each at their own column, so that they stand there whatever font is at hand."""
    style, x, y, length, rest, text = match.groups()
    plain = unescape(text)
    cell = float(length) / max(len(plain), 1)
    return "".join(
        f'<text {style} x="{float(x) + piece.start() * cell:g}" {y} textLength="{len(piece[0]) * cell:g}" {rest}>'
        f"{escape(piece[0])}</text>"
        for piece in WORDS.finditer(plain)
    )


async def draw(name: str) -> str:
    """The picture called `name`, as SVG."""
    scenario, keys = PICTURES[name]
    app = DlsimApp(Session(scenario))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        for _ in range(30):  # what is drawn off the keyboard's path lands a little later
            await pilot.pause(0.05)
        picture = app.export_screenshot(title=f"dlsim {scenario}", simplify=True)
    return TEXT.sub(in_columns, UNIQUE.sub("terminal", FONT_FACE.sub("", picture)))


def main() -> None:
    """Draw those named on the command line, or all."""
    names = sys.argv[1:] or list(PICTURES)
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        print(f"no picture is called {unknown[0]!r}; there are: {', '.join(PICTURES)}", file=sys.stderr)
        sys.exit(2)
    for name in names:
        file = HERE / f"{name}.svg"
        file.write_text(asyncio.run(draw(name)), encoding="utf-8")
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
