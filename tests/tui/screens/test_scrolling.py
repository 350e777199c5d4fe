"""Whatever holds more than it shows says so at its ends, in the same way everywhere, and a key brings the rest."""

from __future__ import annotations

import itertools
import re

import pytest
from support.scenarios import thinned
from textual import events

from dlsim.tui.app import DlsimApp
from dlsim.tui.session.session import Session

EDITED = ("i", "i", "I", "tab", "w", "ctrl+u", *"0.9", "enter")

HOLD_MORE = {
    "weights": ("backprop-2-2-2", ("2",), (80, 24)),
    "data": ("over-and-underfitting", ("4",), (80, 24)),
    "variants": ("optimizers-on-a-bowl", ("8",), (80, 17)),
    "lesson": ("backprop-2-2-2", ("6",), (80, 24)),
    "rules": ("backprop-2-2-2", ("7",), (80, 24)),
    "lesson beside the network": ("backprop-2-2-2", ("6", "1"), (120, 40)),
    "a long answer": ("over-and-underfitting", ("i", "1", "2", "down", "tab"), (80, 24)),
    "a long answer, wide": ("over-and-underfitting", ("i", "2", "down", "tab"), (120, 40)),
    "gradient check": ("xor-train", ("i", "c"), (80, 24)),
    "comparison": ("backprop-2-2-2", (*EDITED, "d"), (80, 19)),
    "help": ("backprop-2-2-2", ("question_mark",), (80, 24)),
    "preview": (None, (), (80, 24)),
    "what to change": ("backprop-2-2-2", ("w",), (80, 20)),
}


def bottom_and_top(lines):
    """The lines whose last cell says that there is more below, and those of more above."""
    bare = [line.rstrip("│ ") for line in lines]
    return [line for line in bare if line.endswith("↓")], [line for line in bare if line.endswith("↑")]


@thinned("place", HOLD_MORE, ["weights", "lesson", "a long answer", "comparison", "help", "preview"])
async def test_what_holds_more_than_it_shows_says_so_until_its_end_is_in_view(open_at, screen_text, place):
    scenario, keys, size = HOLD_MORE[place]
    app = open_at(scenario)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        below, above = bottom_and_top(screen_text(app))
        assert below
        expected, above_at_first = len(below) - 1, len(above)
        for _ in range(30):
            before = screen_text(app)
            await pilot.press("pagedown")
            await pilot.pause()
            if screen_text(app) == before:
                break
        below, above = bottom_and_top(screen_text(app))
        assert len(below) == expected
        assert len(above) == above_at_first + 1
        for _ in range(30):
            await pilot.press("pageup")
        await pilot.pause()
        assert len(bottom_and_top(screen_text(app))[0]) == expected + 1


@thinned(
    ("size", "by_key"),
    itertools.product([(120, 40), (80, 24)], [True, False]),
    [((120, 40), False), ((80, 24), True)],
)
async def test_a_long_answer_is_read_to_its_end_by_key_and_by_wheel(open_at, screen_text, size, by_key):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "2", "down", "tab")
        await pilot.pause()
        seen = [line.strip("│ ") for line in screen_text(app)]
        at_first = list(seen)
        for _ in range(12):
            if by_key:
                await pilot.press("pagedown")
            else:
                app.screen.view.formula.post_message(wheel_down(app.screen.view.formula))
            await pilot.pause()
            seen += screen_text(app)
        text = "\n".join(seen)
        assert "How much does the total error change with W[1][1,1]?" in text
        assert "Positive: a larger W[1][1,1]" in text
        assert "Made of" in text
        assert "backward: slope of E" in text
        assert "(-0.04989716)" in text, "of the sum, every number that its formula names"
        await pilot.press(*["pageup"] * 12)
        await pilot.pause()
        assert [line.strip("│ ") for line in screen_text(app)] == at_first
        await pilot.press("pagedown", "tab")
        await pilot.pause()
        assert not bottom_and_top(screen_text(app)[:12])[1], "another number's answer begins at its top"


def wheel_down(widget):
    return events.MouseScrollDown(widget, 1, 1, 0, 1, 0, shift=False, meta=False, ctrl=False)


async def test_the_mark_counts_the_lines_that_are_out_of_view(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert any(line.endswith("2 more ↓") and "W6" in line for line in screen_text(app))
        await pilot.press("pagedown")
        await pilot.pause()
        assert any(line.endswith("2 more ↑") and "gradient" in line for line in screen_text(app))
        assert any("W8" in line for line in screen_text(app))


async def test_where_a_list_stands_there_in_short_the_mark_names_the_key_to_all_of_it(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "space", "space")
        await pilot.pause()
        assert any("h4 = tanh(0) = 0" in line for line in screen_text(app)), "none of the numbers is out of view"
        assert any(line.endswith(" pgdn: in full ↓") for line in screen_text(app))
        assert "more ↓" not in "\n".join(screen_text(app))
        await pilot.press("pagedown")
        await pilot.pause()
        assert any("h4 = tanh(z4)" in line for line in screen_text(app))


async def test_where_all_is_on_screen_a_scroll_key_says_so(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(300, 120)) as pilot:
        await pilot.press("pagedown")
        await pilot.pause()
        assert "Everything is already on screen." in screen_text(app)[-1]


async def test_a_terminal_with_ascii_only_gets_the_marks_in_ascii(screen_text):
    app = DlsimApp(Session("backprop-2-2-2"), only_ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert any(line.endswith("2 more v") for line in screen_text(app))


@thinned("width", [30, 40, 50, 60, 70, 80, 100, 140], [30, 60, 80])
@thinned("keys", [(), ("tab",), ("p",)], [(), ("tab",)])
async def test_help_is_the_last_key_that_the_footer_gives_up(open_at, screen_text, width, keys):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert "? help" in screen_text(app)[-1]


@pytest.mark.parametrize(("width", "is_there"), [(80, False), (111, False), (112, True), (140, True)])
async def test_the_palette_is_the_first_that_it_gives_up(open_at, screen_text, width, is_there):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        assert re.search(r"o open  (p next picture  )?\? help", screen_text(app)[-1])
        assert ("p next picture" in screen_text(app)[-1]) == (width >= 96)
        assert screen_text(app)[-1].endswith("ctrl+p palette ") == is_there


@pytest.mark.parametrize(("key", "before", "after"), [("1", False, True), ("3", True, True), ("7", True, False)])
async def test_tabs_that_do_not_fit_leave_a_mark_on_their_side(open_at, screen_text, key, before, after):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(34, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        edge = next(line for line in screen_text(app)[1:] if re.search(rf"[ │]{key} ", line) and "──" in line)
        assert edge.startswith("─…") == before
        assert ("…" in edge[2:]) == after
