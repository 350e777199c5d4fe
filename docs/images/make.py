"""Draw the README's pictures of the app: python docs/images/make.py

Each is a scenario, some keys, and the screen as it then is at 120×40. The same keys give the same picture. Textual's
SVG names fonts on an outside host; those lines are left out, so that a picture asks nobody for anything.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from dlsim.tui.app import DlsimApp
from dlsim.tui.session import Session

HERE = Path(__file__).parent
SIZE = (120, 40)
PICTURES: dict[str, tuple[str, list[str]]] = {
    "backprop-2-2-2": ("backprop-2-2-2", ["space"] * 19),  # as far as ∂E/∂W5
    "xor-train": ("xor-train", ["e"] * 400),
    "optimizers": ("optimizers", ["i"] * 40),
    "activations": ("activations", ["i"] * 65 + ["space"] * 2),
}
"""File name: scenario, keys."""
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
UNIQUE = re.compile(r"terminal-\d+")


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
    return UNIQUE.sub("terminal", FONT_FACE.sub("", picture))


def main() -> None:
    """Draw those named on the command line, or all."""
    for name in sys.argv[1:] or PICTURES:
        file = HERE / f"{name}.svg"
        file.write_text(asyncio.run(draw(name)), encoding="utf-8")
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
