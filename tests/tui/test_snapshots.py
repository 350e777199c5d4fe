"""How the app looks: pictures of its screens, compared with the stored ones to the last cell and colour.

`pytest tests/tui/test_snapshots.py --snapshot-update` draws them anew; look at them before they are kept. What draws
them has a say in how they look: where another version of it is installed, nothing is compared, and the tests say so.
"""

from __future__ import annotations

import math
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from dlsim.engine import builtin_scenarios
from dlsim.tui.app import DlsimApp
from dlsim.tui.screens import view
from dlsim.tui.widgets import picture

STORED = Path(__file__).parent / "__snapshots__"
DRAWN_WITH = STORED / "drawn-with.txt"
DRAWING = ("textual", "rich", "plotext")
SIZES = [(80, 24), (120, 40)]
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Textual's SVG names fonts on an outside host."""

PLACES: dict[str, tuple[int, int, str]] = {
    "and": (0, 0, "space " * 5),
    "or": (0, 0, "p i i"),
    "nand": (0, 0, "i" + " space" * 3),
    "threshold-and-bias": (0, 0, "space " * 8),
    "xor-mlp": (0, 0, "i" + " space" * 7),
    "xor-single": (40, 0, "p"),
    "activations": (65, 2, ""),
    "losses": (30, 1, ""),
    "linear-collapse": (60, 0, "p"),
    "logistic-and": (50, 9, "p"),
    "backprop-2-2-2": (1, 11, "7"),
    "xor-train": (600, 0, "p"),
    "dying-relu": (20, 40, "2"),
    "vanishing-gradient": (5, 120, "p p"),
    "matrix-shapes": (0, 20, "p p"),
    "batch-modes": (6, 0, "8"),
    "epochs-batches-iterations": (7, 9, "5"),
    "over-and-underfitting": (60, 0, "5 l"),
    "optimizers": (40, 1, ""),
    "optimizers-on-a-bowl": (30, 2, ""),
    "optimizers-on-a-saddle": (30, 3, ""),
    "optimizers-on-two-valleys": (30, 0, ""),
    "optimizers-on-a-network": (25, 0, "8"),
    "feedforward-or-recurrent": (3, 0, "space " * 9),
    "momentum-escape": (60, 0, ""),
}
"""Where each scenario has much to tell: so many iterations done, so many values of the next, then these keys."""
ERROR_BY_W5, ERROR_BY_W1 = "space " * 20, "space " * 40


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
    monkeypatch.setattr(picture, "THROTTLE_SECONDS", 0.0)
    monkeypatch.setattr(view, "AT_ONCE_SECONDS", math.inf)
    monkeypatch.setattr(
        DlsimApp, "export_screenshot", lambda app, **how: FONT_FACE.sub("", App.export_screenshot(app, **how))
    )


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def looks_as_stored(request, open_at, snap_compare):
    """A function: (scenario or None, iterations, values, keys, theme) → whether this size of it is as stored."""

    def compare(scenario=None, done=0, values=0, keys="", theme="textual-dark", size=request.param):
        app = open_at(scenario)
        app.animation_level = "none"
        app.theme = theme
        if done or values:
            app._session.simulator.seek(iteration=done, cursor=values)
            app._session.changed()

        async def press(pilot):
            await pilot.pause()
            for key in keys.split():
                await pilot.press(key)
            for field in app.screen.query(Input):
                field.cursor_blink = False

        return snap_compare(app, terminal_size=size, run_before=press)

    return compare


@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_scenario_where_it_has_much_to_tell(looks_as_stored, name):
    if name not in PLACES:
        pytest.skip(f"{name} has no place in PLACES yet")
    assert looks_as_stored(name, *PLACES[name])


@pytest.mark.parametrize("keys", [ERROR_BY_W5, ERROR_BY_W1], ids=["W5", "W1"])
def test_the_error_by_a_weight(looks_as_stored, keys):
    assert looks_as_stored("backprop-2-2-2", keys=keys)


def test_the_browser(looks_as_stored):
    assert looks_as_stored(None, keys="down down down")


def test_the_help_screen(looks_as_stored):
    assert looks_as_stored("backprop-2-2-2", keys="f1")


def test_the_light_theme(looks_as_stored):
    assert looks_as_stored("xor-train", 200, 1, "p", theme="textual-light")


def test_without_colours(looks_as_stored, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_stored("backprop-2-2-2", keys=ERROR_BY_W5)
