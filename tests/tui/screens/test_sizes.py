"""Any size: what is there says less, and never breaks."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from support.scenarios import thinned
from textual.command import CommandPalette
from textual.geometry import Size

from dlsim.engine.numbers import DIGITS
from dlsim.tui.app import has_room
from dlsim.tui.drawing.formula import panel_parts
from dlsim.tui.session.selection import Selection
from dlsim.tui.session.session import Session
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words

SIZES = [
    (1, 1),
    (2, 2),
    (5, 3),
    (10, 5),
    (20, 10),
    (40, 12),
    (60, 20),
    (80, 24),
    (99, 29),
    (100, 30),
    (120, 40),
]
SIZES += [(300, 100), (300, 5), (10, 100), (120, 1), (1, 40)]
SHOWN = [(1, 1), (20, 10), (99, 29), (300, 5)]


@thinned("size", SIZES, SHOWN, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_opens_and_steps_at_any_size(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("space", *["1", "2", "3", "4", "5", "6"], *["space"] * 4, "i")
        await pilot.pause()
        assert all(cell_len(line) == size[0] for line in screen_text(app))
        await pilot.press("f1")
        await pilot.pause()
        await pilot.press("escape", "o")
        await pilot.pause()
        await pilot.press("down", "escape", "c")
        await pilot.pause()
        assert len(screen_text(app)) == size[1]


async def test_resizing_again_and_again_never_fails(open_at):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.press("space", "l", "6")
            await pilot.pause()


async def test_no_widget_comes_or_goes_with_a_step_or_a_resize(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        before = list(app.screen.walk_children())
        await pilot.press("space", "space", "i", "e", "2", "6")
        await pilot.resize_terminal(80, 24)
        await pilot.press(*"123456")
        await pilot.pause()
        assert list(app.screen.walk_children()) == before


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 12)])
async def test_header_formula_and_error_are_always_visible(open_at, screen_text, size):
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=size) as pilot:
        for key in "123456":
            await pilot.press(key)
            await pilot.pause()
            lines = screen_text(app)
            assert "20/48" in lines[0]
            assert any("= 0.02592286" in line for line in lines)
            assert any("0.02397190" in line for line in lines)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_every_theme_shows_the_same_characters(open_at, screen_text, theme):
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = screen_text(app)
        app.theme = theme
        await pilot.pause()
        assert screen_text(app) == before


async def test_without_colours_the_active_value_still_stands_out(open_at, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        bold = [
            segment.text
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.bold and "0.02592286" in segment.text
        ]
        assert len(bold) >= 2  # in the formula and in the table


@thinned(
    "size",
    [(1, 1), (4, 28), (80, 4), (23, 40), (24, 10), (60, 20)],
    [(1, 1), (80, 4), (24, 10)],
)
async def test_the_palette_opens_where_there_is_room_and_breaks_nowhere(open_at, size):
    app = open_at("and")
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+p", "pagedown", "x", "backspace", "pageup")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette) == has_room(Size(*size))
        await pilot.resize_terminal(3, 3)
        await pilot.pause()
        assert not isinstance(app.screen, CommandPalette)


@pytest.mark.parametrize("cells", range(48, 90))
def test_the_mean_error_of_a_batch_is_told_in_the_form_that_fits_beside_its_samples(cells):
    session = Session("xor-train")
    session.forward("iteration")
    _, line = panel_parts(words(), session.snapshot, CAPS, cells, DIGITS, Selection(), ())
    foot = f" {''.join(text for text, _ in line)}"
    assert len(foot) <= cells
    assert re.search(r"mean E( of 4:)? 0\.\d{8}  this (sample: )?E 0\.\d{8}", foot), (
        "whose E the second is can be told, and both have the same decimals"
    )
    assert bool(re.search(r"(next:|→) iteration 2  ", foot)) == (cells >= 53), "with a gap behind it"
