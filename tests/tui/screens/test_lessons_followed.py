"""Every lesson is followed: the keys that it names are pressed, and what it promises is on the screen."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from support.scenarios import each_scenario

from dlsim.engine import builtin_scenarios, load
from dlsim.engine.text import in_language
from dlsim.tui.drawing.reports import markdown_lines
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.session.session import SPEEDS
from dlsim.tui.widgets import moment

STEPS = tomllib.loads((Path(__file__).parents[2] / "scenarios" / "lessons.toml").read_text(encoding="utf-8"))
SIZE = (120, 40)
CELLS, LINES = 56, 30
"""A lesson is read in a panel: so wide, and so long at most."""
CALLED = {".": "full_stop", ",": "comma", ":": "colon", "[": "left_square_bracket", "←": "left", "pgdn": "pagedown"}
"""Keys that lessons call something else than Textual does."""
WORDS = {"space", "enter", "home", "pgdn", "tab"}
PICTURES = {"plane": "Plane", "statistics": "Statistics", "shapes": "Shapes"}
"""In a step: `p` until this picture is there."""
ENOUGH = 12
"""No lesson needs more presses to a picture or a variant."""


def lesson_of(name):
    return in_language(load(name).lesson, "en")


def keys_named(lesson):
    """Those between backticks: a word that is a key, or a single character."""
    return {piece for piece in re.findall(r"`([^`]+)`", lesson) if piece in WORDS or len(piece) == 1}


def keys_pressed(steps):
    pressed = set()
    for keys, *_ in steps:
        words = [keys.split()[0]] if keys.startswith("until") else keys.split()
        for word in words:
            pressed.add("p" if word in PICTURES else "v" if word == "until" else word.split("*")[-1])
        if keys.startswith("until"):
            pressed |= {word for word in keys.split()[1:] if len(word) == 1}
    return pressed


@pytest.mark.parametrize("name", builtin_scenarios())
def test_a_lesson_fits_its_panel(name):
    assert len(markdown_lines(lesson_of(name), CELLS)) <= LINES


@pytest.mark.parametrize("name", builtin_scenarios())
def test_a_lesson_names_keys_that_there_are_and_no_shell_commands(name):
    bound = {key for each in SIMULATOR_KEYS for key in each.keys.split(",")}
    assert {CALLED.get(key, key) for key in keys_named(lesson_of(name))} <= bound
    assert not re.search(r"`dlsim |--set|--iterations", lesson_of(name))


@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_key_that_a_lesson_names_is_pressed_when_it_is_followed(name):
    assert keys_named(lesson_of(name)) <= keys_pressed(STEPS[name]["steps"])


def test_a_lesson_whose_curve_takes_its_place_says_how_to_get_it_back():
    for name in builtin_scenarios():
        if "r" in keys_named(lesson_of(name)):
            assert "5" in keys_named(lesson_of(name)), name


@each_scenario(besides=["backprop-2-2-2"])
async def test_what_a_lesson_promises_is_on_the_screen(open_at, screen_text, eager_curve, until, monkeypatch, name):
    monkeypatch.setattr(moment, "THROTTLE_SECONDS", 0.0)
    app = open_at(name)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for keys, *promised in STEPS[name]["steps"]:
            await press_all(pilot, until, screen_text, keys)
            await pilot.pause()
            screen = screen_text(app)
            lines = [" ".join(re.sub("[│▶◀┃]", " ", line).split()) for line in screen]
            for text in promised:
                assert any(text in line for line in lines), f"{name}: after {keys}: no {text!r} on\n" + "\n".join(
                    screen
                )


async def press_all(pilot, until, screen_text, keys):
    """The keys of a step, a run to its end."""
    words = keys.split()
    while words:
        word = words.pop(0)
        if word == "until":
            wanted = []
            while words and not (len(words[0]) == 1 and words[0].isdigit() and wanted):
                wanted.append(words.pop(0))
            variant = " ".join(wanted) or None
            await press_until(pilot, "v", lambda variant=variant: pilot.app.screen.work.session.variant == variant)
        elif word in PICTURES:
            tab = f"1 {PICTURES[word]}"
            await press_until(pilot, "p", lambda tab=tab: any(tab in line for line in screen_text(pilot.app)))
        elif word.startswith("'"):
            await pilot.press(*(CALLED.get(key, key) for key in word[1:]))
        else:
            times, _, key = word.rpartition("*")
            await pilot.press(*[CALLED.get(key, key)] * int(times or 1))
            if key == "r":
                await run_to_its_end(pilot, until)


async def press_until(pilot, key, condition):
    for _ in range(ENOUGH):
        if condition():
            return
        await pilot.press(key)
        await pilot.pause()
    raise AssertionError(f"{key} never led there")


async def run_to_its_end(pilot, until):
    """As fast as it goes."""
    while pilot.app.screen.work.session.speed != SPEEDS[-1]:
        await pilot.press("right_square_bracket")
    await until(pilot, lambda: not pilot.app.screen.work.running.is_running, looks=4_000)
