"""How the app is laid out, in which colours: pictures of six screens, compared with the stored ones to the last cell.

What the panels say is held by `drawing/test_what_is_drawn.py`. `pytest tests/tui/test_snapshots.py --snapshot-update`
draws them anew; look at them before they are kept. What draws them has a say in how they look: where another version
of it is installed, nothing is compared, and the tests say so.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from dlsim.tui.app import DlsimApp
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.screens import looking
from dlsim.tui.widgets import moment

STORED = Path(__file__).parent / "__snapshots__"
DRAWN_WITH = STORED / "drawn-with.txt"
DRAWING = ("textual", "rich", "plotext")
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Textual's SVG names fonts on an outside host."""

ERROR_BY_W5 = "space " * 20
TABS = ("region", "bars", "history")
"""Of all pictures only these have a tab here: another one leaves the stored screens as they are."""


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
    monkeypatch.setattr(looking, "pictures_of", lambda scenario: tuple(PICTURES[key] for key in TABS))
    monkeypatch.setattr(moment, "THROTTLE_SECONDS", 0.0)
    monkeypatch.setattr(
        DlsimApp, "export_screenshot", lambda app, **how: FONT_FACE.sub("", App.export_screenshot(app, **how))
    )


@pytest.fixture
def looks_as_stored(open_at, snap_compare):
    """A function: (scenario or None, size, keys, iterations, theme) → whether that screen is as stored."""

    def compare(scenario, size, keys, done=0, theme="textual-dark"):
        app = open_at(scenario)
        app.animation_level = "none"
        app.theme = theme
        if done:
            app._session.simulator.seek(iteration=done)
            app._session.changed()

        async def press(pilot):
            await pilot.pause()
            await pilot.press(*keys.split())
            for field in app.screen.query(Input):
                field.cursor_blink = False

        return snap_compare(app, terminal_size=size, run_before=press)

    return compare


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_error_by_a_weight(looks_as_stored, size):
    assert looks_as_stored("backprop-2-2-2", size, ERROR_BY_W5)


def test_a_picture_in_the_light_theme(looks_as_stored):
    assert looks_as_stored("xor-train", (120, 40), "1", done=200, theme="textual-light")


def test_the_colours_of_the_terminal(looks_as_stored):
    assert looks_as_stored("backprop-2-2-2", (80, 24), ERROR_BY_W5, theme="ansi-dark")


def test_without_colours(looks_as_stored, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert looks_as_stored("backprop-2-2-2", (80, 24), ERROR_BY_W5)


def test_the_browser(looks_as_stored):
    assert looks_as_stored(None, (120, 40), "x o r down")
