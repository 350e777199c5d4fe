"""What was chosen holds, what was left is found again, what was copied is in a file."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from support.scenarios import thinned
from textual.color import Color

from dlsim.tui.app import DlsimApp
from dlsim.tui.session.keys import usable
from dlsim.tui.session.session import Session
from dlsim.tui.session.settings import Last, Store
from dlsim.tui.widgets.styles import BLUE_ORANGE

SIZE = (120, 40)


@pytest.fixture
def write(home):
    """A function that writes settings.toml."""

    def write(text: str) -> None:
        home.mkdir(exist_ok=True)
        (home / "settings.toml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def start():
    """A function: scenario or None → the app as the command opens it."""

    def start(scenario: str | None = "backprop-2-2-2", **settings) -> DlsimApp:
        return DlsimApp(None if scenario is None else Session(scenario, **settings), Store())

    return start


# theme


async def test_a_theme_is_remembered(start, home):
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not (home / "settings.toml").exists(), "nothing was chosen yet"
        app.theme = "blue-orange"
        await pilot.pause()
    assert 'theme = "blue-orange"' in (home / "settings.toml").read_text()
    assert start().theme == "blue-orange"


@thinned(
    ("before", "typed", "after"),
    [("unicode", "ascii", "ascii"), ("ascii", "glyph", "unicode")],
    [("unicode", "ascii", "ascii")],
)
async def test_the_palette_chooses_the_glyphs_for_the_next_start(
    start, write, home, screen_text, until, before, typed, after
):
    write(f'glyphs = "{before}"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p", *typed)
        await until(pilot, lambda: "glyphs" in "\n".join(screen_text(app)))
        await pilot.press("enter")
        await until(pilot, lambda: "From the next start on" in screen_text(app)[-1])
        assert app.preferences.is_plain == (before == "ascii"), "what is on screen stays as it is drawn"
    assert f'glyphs = "{after}"' in (home / "settings.toml").read_text()
    assert start().preferences.is_plain == (after == "ascii")


async def test_where_the_terminal_has_only_ascii_the_palette_offers_nothing_else(home):
    app = DlsimApp(Session("backprop-2-2-2"), Store(), only_ascii=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not any("glyphs" in command.title for command in app.get_system_commands(app.screen))


async def test_a_theme_that_there_is_not_costs_one_line(start, write, screen_text):
    write('theme = "blue-orang"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert (
            "settings.toml: theme: no theme is called 'blue-orang'; did you mean 'blue-orange'?"
            in (screen_text(app)[-1])
        )
        await pilot.press("space")
        assert "settings.toml" not in screen_text(app)[-1]


def as_seen_without_red_or_green(colour: str, kind: str) -> np.ndarray:
    """Linear light as protan and deutan eyes have it (Viénot, Brettel and Mollon 1999)."""
    light = (np.array(Color.parse(colour).rgb) / 255) ** 2.2
    red, green, blue = light
    if kind == "protan":
        return np.array([0.112 * red + 0.888 * green, 0.112 * red + 0.888 * green, 0.004 * (red - green) + blue])
    return np.array([0.293 * red + 0.707 * green, 0.293 * red + 0.707 * green, 0.022 * (green - red) + blue])


@pytest.mark.parametrize("kind", ["protan", "deutan"])
def test_blue_and_orange_stay_apart_for_eyes_without_red_or_green(kind):
    colours = BLUE_ORANGE.to_color_system().generate()
    positive, negative = (as_seen_without_red_or_green(colours[f"text-{role}"], kind) for role in ("primary", "error"))
    assert positive[2] > positive[0], "blue"
    assert negative[2] < negative[0], "yellow"


# keys


async def test_keys_of_ones_own_hold_and_are_named(start, write, screen_text):
    write('[keymap]\n"step.forward" = "j,f4"\n"step.back" = "k"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert " j step" in screen_text(app)[-1]
        await pilot.press("j", "f4", "space", "right", "j", "k")
        assert "FORWARD 2/48" in screen_text(app)[0]


async def test_a_key_given_to_something_else_is_taken_from_what_had_it(start, write, screen_text):
    write('[keymap]\n"step.forward" = "i"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("i")
        assert "FORWARD 1/48" in screen_text(app)[0]
        assert "i iteration" not in screen_text(app)[-1]


@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ({"step.foward": "n"}, "did you mean 'step.forward'?"),
        ({"step.forward": "spcae"}, "'spcae' is no key"),
        ({"step.forward": ""}, "'' is no key"),
        ({"step.forward": "ctrl+nothing"}, "is no key"),
        ({"app.leave": "x"}, "also works while you type"),
        ({"step.forward": "n,ctrl+q"}, "'ctrl+q' has a fixed use"),
        ({"step.forward": "ctrl+c"}, "'ctrl+c' has a fixed use"),
        ({"app.palette": "ctrl+z"}, "'ctrl+z' has a fixed use"),
        ({"step.forward": "escape"}, "'escape' has a fixed use"),
        ({"step.forward": "enter"}, "'enter' has a fixed use"),
        ({"step.forward": "ctrl+i"}, "'ctrl+i' has a fixed use"),
        ({"time.iteration": "down"}, "'down' has a fixed use"),
        ({"select.leave": "x"}, "'escape' must stay among its keys: write escape,x"),
        ({"\x1b[31m": "n"}, "no action is called"),
    ],
)
def test_an_entry_that_cannot_be_used_is_left_out_with_a_message(keymap, words):
    good, (problem,) = usable({**keymap, "step.back": "k, f3, question_mark, ?, ctrl+k, less_than_sign"})
    assert good == {"step.back": "k,f3,question_mark,?,ctrl+k,less_than_sign"}
    assert words in problem
    assert "\x1b" not in problem


async def test_quitting_can_have_a_letter_of_ones_own(start, write, screen_text):
    write('[keymap]\n"app.quit" = "Q"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("q", "ctrl+c")
        await pilot.pause()
        assert "Q quits dlsim" in screen_text(app)[-1]
        await pilot.press("Q")
    assert not app.is_running
    assert app.return_code == 0


def test_what_lists_and_prompts_need_may_have_more_keys():
    keymap = {"select.leave": "escape,x", "select.down": "down,j", "choose.take": "enter,f5", "app.palette": "ctrl+o"}
    assert usable(keymap) == (keymap, [])


async def test_with_a_refused_key_the_prompt_still_closes(start, write, screen_text):
    write('[keymap]\n"step.forward" = "escape"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "step.forward: 'escape' has a fixed use" in screen_text(app)[-1]
        await pilot.press("tab", "w")
        assert app.screen.view.prompt.is_open
        await pilot.press("escape")
        assert not app.screen.view.prompt.is_open
        assert "START" in screen_text(app)[0]


# characters


@thinned(
    ("scenario", "size"),
    itertools.product(["backprop-2-2-2", "xor-train", "optimizers"], [(120, 40), (80, 24)]),
    [("xor-train", (120, 40)), ("optimizers", (80, 24))],
)
async def test_with_plain_glyphs_nothing_but_ascii_is_on_the_screen(start, write, screen_text, scenario, size):
    write('glyphs = "ascii"\n')
    app = start(scenario)
    async with app.run_test(size=size) as pilot:
        for keys in (["space"], ["g", *["space"] * 9], ["i", "i", "i", "5"], ["p"], ["6"], ["7"], ["8"], ["c"]):
            await pilot.press(*keys)
            await pilot.pause()
            strange = {character for line in screen_text(app) for character in line if not character.isascii()}
            assert not strange, keys


async def test_plain_glyphs_change_no_number_and_no_place(start, write, screen_text, open_at):
    keys = [*["space"] * 20]
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)
        before = screen_text(app)
    write('glyphs = "ascii"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys, "y")
        await pilot.pause()
        after = screen_text(app)
        assert app.clipboard.startswith("∂E/∂W5 = "), "what is copied is what it is"
    assert [len(line) for line in after] == [len(line) for line in before]
    assert any("0.02592286" in line for line in after)


# copies and screenshots


async def test_what_is_copied_is_in_a_file_as_well_and_the_hint_names_both(start, home, screen_text):
    app = start()
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.press(*["space"] * 20, "y", "y")
        await pilot.pause()
        files = sorted((home / "copies").iterdir())
        assert len(files) == 2, "no copy takes another's place"
        assert {file.read_text(encoding="utf-8") for file in files} == {app.clipboard + "\n"}
        assert "clipboard" in screen_text(app)[-1]
        assert "copies/backprop-2-2-2-" in screen_text(app)[-1]


async def test_the_name_of_a_copy_stands_whole_on_a_small_screen(home, start, screen_text):
    app = start("over-and-underfitting")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "y")
        await pilot.pause()
        (file,) = (home / "copies").iterdir()
        assert file.name in screen_text(app)[-1]


async def test_messages_name_the_keys_that_one_has_chosen(start, write, screen_text, until):
    write('[keymap]\n"run.toggle" = "m"\n"edit.undo" = "z"\n"scenario.variant" = "f"\n')
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("i", "greater_than_sign")
        await pilot.pause()
        assert "m runs on" in screen_text(app)[-1]
        app.screen.work.session.simulator.seek(iteration=app.screen.work.session.simulator.end - 1)
        app.screen.work.session.changed()
        await pilot.press("m")
        await until(pilot, lambda: "All epochs are done" in screen_text(app)[-1])
        assert "Press m again" in screen_text(app)[-1]


async def test_where_no_file_can_be_written_the_clipboard_has_it_all_the_same(start, home, screen_text):
    home.mkdir()
    (home / "copies").write_text("in the way")
    app = start()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "y")
        await pilot.pause()
        assert app.clipboard.startswith("z1 = ")
        assert "clipboard only" in screen_text(app)[-1]


async def test_a_screenshot_is_a_file(start, home, screen_text):
    app = start()
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.press("space")
        app.save_picture()
        await pilot.pause()
        (file,) = (home / "screenshots").iterdir()
        assert file.suffix == ".svg"
        assert "FORWARD" in file.read_text(encoding="utf-8")
        assert file.name in screen_text(app)[-1]


# where one left off


async def test_the_last_scenario_is_offered_and_enter_goes_on_from_there(start, screen_text):
    app = start("xor-train")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*["i"] * 3, "space", "space", "full_stop")
        await pilot.pause()
        before = screen_text(app)
        await pilot.press("q")
    app = start(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "xor-train" in next(line for line in screen_text(app) if "▶" in line)
        assert "You left this scenario at iteration 3" in screen_text(app)[-1]
        await pilot.press("down")
        assert "You left" not in screen_text(app)[-1]
        await pilot.press("up", "enter")
        await pilot.pause()
        assert screen_text(app)[:2] == before[:2]
        assert "Back where you left off." in screen_text(app)[-1]


async def test_while_it_runs_one_can_leave_and_the_place_is_kept(start, home, until):
    app = start("xor-train")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app._simulator.work.running.latest is not None)
        await pilot.press("q")
    assert json.loads((home / "last.json").read_text())["scenario"] == "xor-train"


async def test_a_file_of_ones_own_is_offered_too(start, tmp_path, root, screen_text):
    file = tmp_path / "mine.toml"
    file.write_text((root / "scenarios" / "backprop-2-2-2.toml").read_text(encoding="utf-8"), encoding="utf-8")
    app = start(str(file))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("i", "q")
    app = start(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert " mine " in next(line for line in screen_text(app) if "▶" in line)
        await pilot.press("enter")
        await pilot.pause()
        assert "iteration 1" in screen_text(app)[0]


@pytest.mark.parametrize(
    "last",
    [
        Last(scenario="no-such-scenario"),
        Last(scenario="/no/such/file.toml", iteration=5),
        Last(scenario="and", iteration=7, cursor=10_000, sample=99),
        Last(scenario="xor-train", variant="gone", iteration=2, cursor=10_000, sample=99),
        Last(scenario="xor-train", iteration=10**15),
    ],
)
async def test_a_place_that_is_no_more_does_not_stop_the_app(start, last, screen_text):
    Store().save_last(last)
    app = start(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("enter", "space")
        await pilot.pause()
        assert "next" in "\n".join(screen_text(app)) or "FORWARD" in screen_text(app)[0]


# nothing of it is ever in the way


@pytest.mark.parametrize("scenario", [None, "and"])
async def test_broken_settings_cost_one_line_and_no_more(start, write, screen_text, home, scenario):
    write("not toml at all")
    (home / "last.json").write_text("{")
    app = start(scenario)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "settings.toml" in screen_text(app)[-1]
        assert sum("settings.toml" in line for line in screen_text(app)) == 1


async def test_without_a_store_nothing_is_kept(open_at, home):
    app = open_at("and")
    async with app.run_test(size=SIZE) as pilot:
        app.theme = "nord"
        await pilot.press("space", "q")
    assert not home.exists()
