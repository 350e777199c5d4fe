"""Help is made from the bindings."""

from __future__ import annotations

import pytest

from dlsim.tui.keys import SIMULATOR_KEYS
from dlsim.tui.words import words


async def test_help_lists_every_key_of_the_screen_it_was_opened_on(open_at, until):
    say = words()
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 100)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join("".join(piece for piece, _ in line) for line in app.screen.reading._all)
        for key in SIMULATOR_KEYS:
            assert say(f"key.{key.id}.text").split()[0] in text, key.id


async def test_help_can_be_searched(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1", *"logarithmic")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "logarithmic scale, and back" in screen
        assert "Take the last computation back" not in screen
        await pilot.press("escape")
        await pilot.pause()
        assert "START" in screen_text(app)[0]


async def test_the_palette_holds_every_action(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        titles = {command.title.casefold() for command in app.get_system_commands(app.screen)}
        say = words()
        missing = {say(f"key.{key.id}.name").casefold() for key in SIMULATOR_KEYS} - titles
        assert missing <= {"same start"}


async def test_the_palette_names_nothing_twice(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        told = [(command.title, command.help) for command in app.get_system_commands(app.screen)]
        assert len(told) == len(set(told))
        assert sum(title == "Quit" for title, _ in told) == 1


async def test_what_a_picture_is_usually_called_finds_it_in_the_help_and_in_the_palette(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1", *"confusion")
        await pilot.pause()
        assert "Right and wrong" in "\n".join(screen_text(app))
        await pilot.press("escape")
        commands = app.get_system_commands(app.screen)
        (found,) = (command for command in commands if "confusion matrix" in command.title)
        assert "Right and wrong" in found.title
        assert "confusion matrix" in found.help
        found.callback()
        await pilot.pause()
        assert app.screen.tabs.picture == "confusion"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("checkpoint", "The line under the header is the whole run so far"),
        ("kink", "Which rules the arithmetic of this scenario keeps to"),
        ("edit", "Change the selected number"),
        ("stepped", "A variant is the same scenario with some of its settings changed"),
    ],
)
async def test_the_help_tells_of_the_timeline_and_of_every_panel(wanted, told, open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark", *wanted)
        await pilot.pause()
        assert told in " ".join(" ".join(screen_text(app)).split())
