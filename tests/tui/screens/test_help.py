"""Help is made from the bindings."""

from __future__ import annotations

import re

import pytest
from support.scenarios import FORWARD_ONLY, each_scenario

from dlsim.tui.screens.help import bound, help_lines, told_on
from dlsim.tui.screens.palette import Commands
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.words import words

UNTRAINED = ("and", "or", "nand", "xor-mlp", "threshold-and-bias", "activations", "losses")
OF_TRAINING = r"\b(epoch|iteration|gradient|training|learning rate|update|batch)"


def help_of(screen, wanted=""):
    """The help for a screen: lines of text, those of what was looked for."""
    lines = help_lines(bound(screen), told_on(screen), wanted, 1000)
    return ["".join(piece for piece, _ in line) for line in lines]


async def test_help_lists_every_key_of_the_screen_it_was_opened_on(open_at, until):
    say = words()
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 100)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join("".join(piece for piece, _ in line) for line in app.screen.reading.all)
        for key in SIMULATOR_KEYS:
            assert say(f"key.{key.id}.text").split()[0] in text, key.id


@pytest.mark.parametrize("scenario", ["backprop-2-2-2", "and", "activations", "optimizers", "xor-single"])
async def test_help_begins_with_a_card_of_the_keys_one_needs_all_on_one_screen(scenario, open_at, screen_text):
    app = open_at(scenario)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        screen = screen_text(app)
        heading = next(number for number, line in enumerate(screen) if "The keys you need" in line)
        card = [line.strip("│ ") for line in screen[heading + 1 : heading + 13]]
        keys = ["space", "←", "g", "i", "r", "↓", "enter", "w", "p", "6", "o", "q"]
        assert [line.split()[0] for line in card] == keys, "one line each"
        assert any("Below: every key" in line for line in screen)
        await pilot.press("pagedown")
        await pilot.pause()
        assert "Take the last computation back" in " ".join(screen_text(app))


async def test_the_card_names_the_keys_that_one_has_chosen(open_at, monkeypatch):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_keymap({"step.forward": "n"})
        await pilot.pause()
        assert next(line.split()[0] for line in help_of(app.screen) if "do the next computation" in line) == "n"


async def test_the_palette_shows_the_key_of_each_command_and_begins_with_those_of_most_use(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = [str(hit.display).split() async for hit in Commands(app.screen).discover()]
        assert shown[:5] == [["Step", "space"], ["Back", "←"], ["Grain", "g"], ["Iteration", "i"], ["Run", "r"]]
        found = {str(hit.text): str(hit.match_display) async for hit in Commands(app.screen).search("undo")}
        assert found["Undo"].split() == ["Undo", "u"]


CALLED_SO = [
    ("step", "Step"),
    ("run", "Run"),
    ("lesson", "Lesson"),
    ("quit", "Quit"),
    ("copy", "Copy"),
    ("xor-t", "Open xor-train"),
]


async def test_in_the_palette_what_is_called_so_comes_first(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for wanted, first in CALLED_SO:
            hits = sorted([hit async for hit in Commands(app.screen).search(wanted)], reverse=True)
            assert str(hits[0].text) == first, wanted


async def test_a_scenario_that_the_palette_finds_is_opened(open_at, screen_text, until):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        hits = sorted([hit async for hit in Commands(app.screen).search("과적합")], reverse=True)
        hits[0].command()
        await until(pilot, lambda: "over-and-underfitting" in screen_text(app)[0])


async def test_help_can_be_searched(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1", *"logarithmic")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "logarithmic or a linear scale" in screen
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


@each_scenario("scenario")
async def test_the_palette_names_nothing_twice(scenario, open_at):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        for keys in ((), ("o",)):
            await pilot.press(*keys)
            await pilot.pause()
            titles = [command.title for command in app.get_system_commands(app.screen)]
            assert len(titles) == len(set(titles))
            assert "Quit" in titles


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
        assert app.screen.work.tabs.picture == "confusion"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("checkpoint", "The line under the header is the whole run so far"),
        ("kink", "The rules that the arithmetic of this scenario follows"),
        ("edit", "Edit the selected number"),
        ("stepped", "A variant is the same scenario with some of its settings changed"),
    ],
)
async def test_the_help_tells_of_the_timeline_and_of_every_panel(wanted, told, open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark", *wanted)
        await pilot.pause()
        assert told in " ".join(" ".join(screen_text(app)).split())


TYPED_BY_STUDENTS = [
    *((name, "Edit the selected number", "Edit") for name in ("eta", "lr", "sgd", "relu", "momentum", "softmax")),
    *((name, "Edit the selected number", "Edit") for name in ("adam", "learning_rate", "batch size", "optimiser")),
    ("step back", "Take the last computation back", "Back"),
    ("undo", "Undo the last edit", "Undo"),
    ("xor", "Open a scenario", "Open"),
    ("colour", "The file settings.toml", "Theme"),
    ("train", "Run, and pause", "Run"),
]


async def test_what_a_student_types_finds_what_it_is_done_with(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for wanted, told, command in TYPED_BY_STUDENTS:
            assert any(told in line for line in help_of(app.screen, wanted)), wanted
            hits = sorted([hit async for hit in Commands(app.screen).search(wanted)], reverse=True)
            assert command in [str(hit.text) for hit in hits if hit.score >= 100], wanted


@each_scenario("scenario", UNTRAINED, besides=[FORWARD_ONLY])
async def test_where_nothing_is_trained_the_help_and_the_palette_do_not_speak_of_it(scenario, open_at):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        told = [*help_of(app.screen), *(f"{one.title} {one.help}" for one in app.get_system_commands(app.screen))]
        spoken = [line for line in told if re.search(OF_TRAINING, line.casefold()) and "breakpoints" not in line]
        assert not spoken


@each_scenario("scenario")
async def test_the_help_tells_of_every_table_and_picture_of_the_scenario(scenario, open_at):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        say, lines = words(), help_of(app.screen)
        for tab in (*app.screen.work.tabs.tables, *app.screen.work.tabs.pictures):
            assert any(line.startswith(f" {say(f'panel.{tab}')} ") for line in lines), tab


@each_scenario("scenario", UNTRAINED, besides=[FORWARD_ONLY])
async def test_where_nothing_is_trained_no_key_is_answered_with_training(scenario, open_at, screen_text):
    app = open_at(scenario)
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.pause()
        for key in ("space", "i", "I", "e", "E", "comma", "full_stop", "x", "less_than_sign", "l", "c", "home"):
            await pilot.press(key)
            await pilot.pause()
            header, footer = screen_text(app)[0], screen_text(app)[-1]
            footer = re.sub("Nothing is trained here[^.]*", "", footer)
            assert not re.search(OF_TRAINING, f"{header} {footer}".casefold().replace("backward", "")), key


TYPED_INTO_THE_HELP = [
    ("keras", "follows"),
    ("2.2", "matrix-shapes"),
    ("3.1", "backprop-2-2-2: "),
    ("dnn", "xor-mlp: "),
    ("projection", "linear-collapse: "),
    ("overfit", "over-and-underfitting: "),
    ("local minimum", "momentum-escape: "),
    ("trace", "'dlsim trace' every computation"),
    ("print", "'dlsim run' prints"),
    ("save", "'dlsim export' saves a run"),
    ("bce", "losses: "),
    ("lr", "Edit the selected number"),
    ("dead", "dying-relu: "),
    ("chain", "backprop-2-2-2: "),
    ("역전파", "backprop-2-2-2: "),
    ("학습률", "Edit the selected number"),
    ("편향", "Every weight W and bias b"),
    ("notes", "wikidocs.net/22882"),
    ("강의 노트", "wikidocs.net/22882"),
]


async def test_what_is_typed_into_the_help_finds_what_it_means(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for wanted, told in TYPED_INTO_THE_HELP:
            assert any(told in line for line in help_of(app.screen, wanted)), wanted
            assert [hit async for hit in Commands(app.screen).search(wanted)], wanted
