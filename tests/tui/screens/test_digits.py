"""How many decimals numbers have is the reader's choice, and it holds wherever a number is written."""

import re

import pytest
from support.numbers import ref_to
from support.scenarios import thinned

from dlsim.engine import Simulator, load
from dlsim.tui.app import DlsimApp
from dlsim.tui.drawing.diagram.picture import draw
from dlsim.tui.drawing.reports import comparison_lines
from dlsim.tui.drawing.text import number, number_alone
from dlsim.tui.screens.reports import GradientScreen
from dlsim.tui.session.keys import COMPARING_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.session.settings import MOST_DIGITS, Settings, Store
from dlsim.tui.words import caps, words

SIZES = [(120, 40), (80, 24)]
AT_W5 = {"values": 20}
GRADIENT = 0.025922855603647404
"""∂E/∂W5 of the worked example, in the first iteration."""


@pytest.fixture
def start(home):
    """A function: (scenario, digits, iterations, values computed) → the app as the command opens it."""

    def start(
        scenario: str = "backprop-2-2-2", digits: int | None = None, *, done: int = 0, values: int = 0
    ) -> DlsimApp:
        if digits is not None:
            home.mkdir(exist_ok=True)
            (home / "settings.toml").write_text(f"digits = {digits}\n", encoding="utf-8")
        session = Session(scenario)
        session.simulator.seek(iteration=done, cursor=values)
        session.changed()
        return DlsimApp(session, Store())

    return start


def decimals_in(lines):
    """Of all numbers with a point: how many decimals they have."""
    return {len(found) for line in lines for found in re.findall(r"\d\.(\d+)", line)}


# on screen


@thinned("size", SIZES, [(120, 40)])
@pytest.mark.parametrize(
    ("digits", "operands", "gradient"),
    [
        (0, "2e-1 · 2e-1 · 1", "3e-2"),
        (1, "0.2 · 0.2 · 0.5", "3e-2"),
        (3, "0.209 · 0.238 · 0.520", "0.026"),
        (8, "0.20944600 · 0.23802157 · 0.51998934", "0.02592286"),
        (12, "0.209446004997 · 0.238021571990", "0.025922855604"),
        (15, "0.209446004996699 · 0.238021571990262", "0.025922855603647"),
    ],
)
async def test_the_formula_has_as_many_decimals_as_are_wanted(start, screen_text, size, digits, operands, gradient):
    app = start(digits=digits, **AT_W5)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = "\n".join(screen_text(app))
    assert f"= {operands}" in text
    assert f"= {gradient}" in text


@pytest.mark.parametrize("size", SIZES)
async def test_where_there_is_room_tables_and_answers_have_them_too(start, screen_text, size):
    app = start(digits=12, **AT_W5)
    async with app.run_test(size=size) as pilot:
        await pilot.press("2", "tab", "enter")
        await pilot.pause()
        lines = screen_text(app)
    (row,) = (line for line in lines if re.search(r"W5 +0\.45", line))
    assert re.search(r"W5 +0\.450000000000 +\[0\.025922855604\]", row)
    assert any(re.search(r"∂E/∂o1 +0\.209446004997", line) for line in lines), "what it is made of"
    assert any("E 0.023971900752" in line for line in lines)


SCENARIOS = ["backprop-2-2-2", "xor-train", "optimizers-on-a-bowl", "activations", "feedforward-or-recurrent", "losses"]


@thinned(
    ("scenario", "size"),
    [("backprop-2-2-2", (80, 24)), *((scenario, (120, 40)) for scenario in SCENARIOS)],
    [("backprop-2-2-2", (80, 24)), ("xor-train", (120, 40)), ("optimizers-on-a-bowl", (120, 40))],
)
async def test_no_number_keeps_more_decimals_than_are_wanted(start, screen_text, scenario, size):
    """Axes have as many as their marks need, and rates and rules as many as the scenario gives: never five."""
    app = start(scenario, digits=3)
    async with app.run_test(size=size) as pilot:
        for keys in ("space", "i", "i", *["space"] * 3, "2", "3", "4", "tab", "enter", "escape", "5", "8", *"pppppptt"):
            await pilot.press(keys)
            await pilot.pause()
            assert not any(count > 4 for count in decimals_in(screen_text(app))), keys


@thinned(
    ("scenario", "size"),
    [*(("backprop-2-2-2", size) for size in SIZES), ("optimizers-on-a-network", (80, 24))],
    [("backprop-2-2-2", (120, 40)), ("optimizers-on-a-network", (80, 24))],
)
async def test_fewer_and_more_leaves_the_screen_as_it_was(start, screen_text, scenario, size):
    app = start(scenario, done=1, **AT_W5)
    panels = "1234568"

    async def every_panel():
        screens = []
        for panel in panels:
            await pilot.press(panel)
            await pilot.pause()
            screens.append(screen_text(app)[:-1])
        return screens

    async with app.run_test(size=size) as pilot:
        await pilot.press(*panels)
        before = await every_panel()
        await pilot.press(*["left_parenthesis"] * 5)
        fewer = await every_panel()
        await pilot.press(*["right_parenthesis"] * 9)
        more = await every_panel()
        await pilot.press(*["left_parenthesis"] * 4)
        assert await every_panel() == before
        assert all(others != own for screens in (fewer, more) for others, own in zip(screens, before, strict=True))


async def test_a_key_is_seen_at_once_in_all_panels_and_takes_no_step(start, screen_text):
    app = start(done=1, **AT_W5)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("left_parenthesis", "left_parenthesis", "left_parenthesis", "left_parenthesis")
        await pilot.pause()
        lines = screen_text(app)
        assert "BACKWARD 20/48" in lines[0]
        assert lines[-1].startswith(" Decimals: 4. ")
        assert any("loss 0.0240" in line for line in lines)
        assert any(re.search(r"W5 +0\.4370 +0\.0256", line) for line in lines)
        assert decimals_in(lines[:-1]) <= {0, 1, 2, 3, 4}


async def test_a_run_goes_on_while_the_digits_change(start, until):
    app = start("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app._simulator.work.running.latest is not None)
        await pilot.press("left_parenthesis")
        assert app._simulator.work.running.is_running
        assert app._simulator.work.digits == 7


# the diagram


@pytest.mark.parametrize(
    ("size", "digits", "written"),
    [
        ((58, 19), 2, "0.52"),
        ((58, 19), 3, "0.520"),
        ((58, 19), 8, "0.5200"),
        ((78, 12), 12, "0.519989340156"),
        ((110, 24), 8, "0.519989"),
        ((110, 24), 12, "0.519989340156"),
        ((110, 24), 15, "0.519989340155582"),
    ],
)
def test_units_are_as_wide_as_their_numbers(size, digits, written):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("phase")
    text = "\n".join("".join(run[0] for run in row) for row in draw(simulator.snapshot(), *size, digits=digits).rows)
    assert re.search(rf"h1 +{re.escape(written)}\W", text)


@thinned(
    "scenario",
    ["backprop-2-2-2", "xor-train", "optimizers-on-a-network", "logistic-and"],
    ["backprop-2-2-2", "optimizers-on-a-network"],
)
@thinned("size", [(20, 6), (40, 12), (58, 19), (78, 12), (160, 50)], [(20, 6), (58, 19), (78, 12)])
def test_with_any_digits_the_diagram_fills_its_place(scenario, size):
    simulator = Simulator(load(scenario))
    for _ in range(2):
        simulator.step("phase")
        for digits in range(MOST_DIGITS + 1):
            rows = draw(simulator.snapshot(), *size, digits=digits).rows
            assert [sum(len(run[0]) for run in row) for row in rows] == [size[0]] * size[1]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.3, 0, "3e-1"),
        (-0.3, 0, "-3e-1"),
        (0.6, 0, "1"),
        (0.04, 1, "4e-2"),
        (GRADIENT, 3, "0.026"),
        (-GRADIENT, 12, "-0.025922855604"),
        (0.0, 0, "0"),
        (None, 4, "…"),
    ],
)
def test_a_number_that_is_not_zero_does_not_read_as_zero(value, digits, text):
    assert number_alone(value, digits) == text


def test_in_fewer_cells_there_are_fewer_digits_each_from_the_full_number():
    assert [number(0.2499999, cells, 12) for cells in (14, 9, 6, 4)] == [
        "0.249999900000",
        "0.2499999",
        "0.2500",
        "0.25",
    ]


# copies, hints, other screens


async def test_a_copied_formula_has_them_and_a_copied_table_all_there_are(start):
    app = start(digits=3, **AT_W5)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        assert app.clipboard == "∂E/∂W5 = ∂E/∂o1·∂o1/∂z3·∂z3/∂W5 = 0.209·0.238·0.520 = 0.026"
        await pilot.press("2", "Y")
        assert repr(GRADIENT) in app.clipboard


async def test_the_hint_of_an_edit_and_the_runs_beside_each_other_have_them(start, screen_text):
    app = start(digits=3)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "2", "tab", "w", "ctrl+u", *"0.123456", "enter")
        await pilot.pause()
        assert "W1 = 0.123 (it was 0.300)" in screen_text(app)[-1]
        await pilot.press("u")
        assert "W1 is 0.300 again" in screen_text(app)[-1]
        await pilot.press("ctrl+r", "i", "d")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "W1: 0.300 → 0.123" in text
        assert decimals_in(screen_text(app)) <= {2, 3}  # 4.41e-4


@pytest.mark.parametrize("cells", [75, 100])
@pytest.mark.parametrize("digits", [0, 3, 8, 12, MOST_DIGITS])
def test_beside_each_other_no_number_is_cut(cells, digits):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    simulator.edit(numbers={ref_to("W", 1, (0, 0)): 0.1})
    simulator.step("iteration")
    lines = comparison_lines(simulator.compare(), (), caps(words(), COMPARING_KEYS), cells, digits)
    assert max(len("".join(text for text, _ in line).rstrip()) for line in lines) <= cells


def test_the_comparison_tells_of_the_iteration_in_which_the_edited_sample_is_in_the_batch():
    simulator = Simulator(load("epochs-batches-iterations"))
    simulator.edit(settings={"data.inputs.1900.0": 7.0})
    told = []
    for iterations in (2, 8):
        simulator.run(iterations)
        list(simulator.even_out())
        lines = comparison_lines(simulator.compare(), (), caps(words(), COMPARING_KEYS), 100)
        told.append("\n".join("".join(text for text, _ in line) for line in lines))
    early, later = told
    assert "Up to iteration 2 both runs have the same losses and parameters" in early
    assert "The first number that differs is z1 of sample 1,901, in iteration 10." in later


async def test_the_gradient_check_has_them(start, screen_text):
    app = start(digits=12)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "c")
        await pilot.pause()
        assert isinstance(app.screen, GradientScreen)
        (row,) = (line for line in screen_text(app) if " W5 " in line)
        assert row.count("0.025922855604") == 2


# chosen


async def test_what_was_chosen_is_remembered(start, home, screen_text):
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        assert not (home / "settings.toml").exists(), "nothing was chosen yet"
        await pilot.press("right_parenthesis", "right_parenthesis")
    assert Store().settings() == Settings(digits=10)
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        assert any("= 0.0800000000 " in line for line in screen_text(app))


@pytest.mark.parametrize(
    ("key", "end", "words"),
    [("left_parenthesis", 0, "already shown without decimals"), ("right_parenthesis", MOST_DIGITS, "No more than 15")],
)
async def test_at_either_end_it_says_so(start, screen_text, key, end, words):
    app = start(digits=end)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(key)
        assert words in screen_text(app)[-1]
        assert app._simulator.work.digits == end


async def test_the_palette_has_them_by_name(start):
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        await commands["Fewer digits"].callback()
        assert app._simulator.work.digits == 7
        await commands["More digits"].callback()
        assert app._simulator.work.digits == 8


async def test_where_nothing_can_be_remembered_it_holds_all_the_same(start, home, screen_text):
    home.write_text("in the way")
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "left_parenthesis")
        await pilot.pause()
        assert "cannot be written" in screen_text(app)[-1]
        assert any("= 0.0800000 " in line for line in screen_text(app))
