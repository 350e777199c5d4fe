"""How the app looks: pictures of its screens, compared with the stored ones to the last cell and colour.

`pytest tests/tui/test_snapshots.py --snapshot-update` draws them anew; look at them before they are kept. What draws
them has a say in how they look: where another version of it is installed, nothing is compared, and the tests say so.
"""

from __future__ import annotations

import math
import re
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from dlsim.engine import builtin_scenarios
from dlsim.tui.app import DlsimApp
from dlsim.tui.pictures import view
from dlsim.tui.screens import looking

STORED = Path(__file__).parent / "__snapshots__"
DRAWN_WITH = STORED / "drawn-with.txt"
DRAWING = ("textual", "rich", "plotext")
SIZES = [(80, 24), (120, 40)]
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Textual's SVG names fonts on an outside host."""

step, pictures = partial(lambda key, times: [key] * times, "space"), partial(lambda key, times: [key] * times, "p")
PLACES: dict[str, tuple[int, list[str]]] = {
    "and": (0, step(5)),
    "or": (0, [*pictures(1), "i", "i"]),
    "nand": (0, ["i", *step(3)]),
    "threshold-and-bias": (0, step(8)),
    "xor-mlp": (0, ["i", *step(7)]),
    "xor-single": (40, []),
    "activations": (65, step(2)),
    "losses": (30, step(1)),
    "linear-collapse": (60, pictures(1)),
    "logistic-and": (50, pictures(1)),
    "backprop-2-2-2": (1, ["7", *step(11)]),
    "xor-train": (600, pictures(1)),
    "dying-relu": (20, ["2"]),
    "vanishing-gradient": (5, pictures(1)),
    "matrix-shapes": (0, [*pictures(2), *step(9)]),
    "batch-modes": (6, ["8"]),
    "epochs-batches-iterations": (7, ["5"]),
    "over-and-underfitting": (60, ["5"]),
    "optimizers": (40, []),
    "optimizers-on-a-bowl": (30, []),
    "optimizers-on-a-saddle": (30, []),
    "optimizers-on-two-valleys": (30, []),
    "optimizers-on-a-network": (25, ["8"]),
    "feedforward-or-recurrent": (3, step(9)),
    "momentum-escape": (60, []),
}
"""Where each scenario has most to tell: so many iterations done, then these keys."""
ERROR_BY_W5, ERROR_BY_W1 = 20, 40
"""So many steps lead there in the worked example."""


def drawing_here() -> str:
    """What draws the pictures, in its present versions."""
    return "".join(f"{name} {'.'.join(version(name).split('.')[:3])}\n" for name in DRAWING)


@pytest.fixture(autouse=True)
def same_drawing(request):
    """Compared is only what was drawn with the same versions."""
    here = drawing_here()
    if request.config.option.update_snapshots:
        STORED.mkdir(exist_ok=True)
        DRAWN_WITH.write_text(here, encoding="utf-8")
        return
    stored = DRAWN_WITH.read_text(encoding="utf-8")
    if stored != here:
        told = [", ".join(text.splitlines()) for text in (stored, here)]
        pytest.skip(f"the stored pictures were drawn with {told[0]}; installed are {told[1]}")


@pytest.fixture(autouse=True)
def same_surroundings(monkeypatch, tmp_path, eager_curve):
    """A terminal with all colours, nobody's settings, and nothing that waits for a clock."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("DLSIM_HOME", str(tmp_path))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(view, "THROTTLE_SECONDS", 0.0)
    monkeypatch.setattr(looking, "AT_ONCE_SECONDS", math.inf)
    monkeypatch.setattr(
        DlsimApp, "export_screenshot", lambda app, **how: FONT_FACE.sub("", App.export_screenshot(app, **how))
    )


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def looks_as_stored(request, open_at, snap_compare):
    """A function: (scenario or None, iterations, keys, theme) → whether the screen is as it was, in this size."""

    def compare(scenario=None, done=0, keys=(), theme="textual-dark", size=request.param):
        app = open_at(scenario)
        app.animation_level = "none"
        app.theme = theme
        if done:
            app._session.simulator.seek(iteration=done)
            app._session.changed()

        async def press(pilot):
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
            for field in app.screen.query(Input):
                field.cursor_blink = False

        return snap_compare(app, terminal_size=size, run_before=press)

    return compare


@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_scenario_at_a_telling_place(looks_as_stored, name):
    assert looks_as_stored(name, *PLACES[name])


@pytest.mark.parametrize("values", [ERROR_BY_W5, ERROR_BY_W1], ids=["W5", "W1"])
def test_the_error_by_a_weight(looks_as_stored, values):
    assert looks_as_stored("backprop-2-2-2", 0, step(values))


def test_the_browser(looks_as_stored):
    assert looks_as_stored(None, 0, ["down"] * 3)


def test_the_help_screen(looks_as_stored):
    assert looks_as_stored("backprop-2-2-2", 0, ["f1"])


def test_the_light_theme(looks_as_stored):
    assert looks_as_stored("xor-train", 200, [*pictures(1), "space"], theme="textual-light")


def test_without_colours(looks_as_stored, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_stored("backprop-2-2-2", 0, step(ERROR_BY_W5))
