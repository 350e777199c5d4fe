"""Why is this number this: any number can be selected, explains itself, and is followed to where it comes from."""

from __future__ import annotations

import math

import pytest
from support.numbers import ref_to
from support.scenarios import each_scenario, thinned

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import fixed
from dlsim.tui.drawing.equation import PanelRoom
from dlsim.tui.drawing.formula import answer_parts
from dlsim.tui.session.selection import Places, Selection, answer_to, in_order
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.widgets.moment import FormulaView, NetworkDiagram
from dlsim.tui.words import words

GRADIENT = ref_to("dE_dW", 1, (0, 0))


def worked_example(values=48):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(iteration=0, cursor=values)
    return simulator.snapshot()


def spoken(lines):
    return "\n".join(lines)


def within(wanted, lines):
    """A cell in the midst of a text on the screen, the first from above."""
    return next((line.rindex(wanted) + 3, row) for row, line in enumerate(lines) if wanted in line)


def without_changes(lines):
    """The lines without those that tell how the update has changed a number."""
    return ["" if "%)" in line or "is smaller" in line else line for line in lines]


# without a screen


def test_a_hidden_weights_answer_includes_the_sum_over_all_outputs_it_reaches():
    (inner,) = answer_to(worked_example(), GRADIENT).told.sums
    assert inner.symbol == "∂E/∂h1"
    assert inner.formula == "∂E_o1/∂h1 + ∂E_o2/∂h1"
    assert inner.value == pytest.approx(0.03240681, abs=5e-9)


def test_what_is_not_computed_yet_does_not_give_its_number_away():
    snapshot = worked_example(values=3)
    answer = answer_to(snapshot, GRADIENT)
    assert not answer.is_shown
    parts = answer_parts(PanelRoom(words(), snapshot, CAPS, 60, 60, 8), Selection().select(GRADIENT))
    text = "".join(text for part in parts for line in part.forms[0] for text, _ in line)
    assert "has not been computed yet" in text
    assert "0.00080888" not in text
    assert "0.03240681" not in text


def test_following_operands_and_returning_comes_back_by_the_same_way():
    snapshot = worked_example()
    seen = [Selection()]
    for _ in range(6):
        seen.append(seen[-1].enter(snapshot) if seen[-1] else Selection().select(GRADIENT))
    symbols = [snapshot.symbol(selection.ref) for selection in seen[1:]]
    assert symbols == ["∂E/∂W1", "∂E/∂W1", "∂E/∂h1", "∂E_o1/∂h1", "∂E_o1/∂z3", "∂E_o1/∂o1"]
    for before in reversed(seen[:-1]):
        after = seen.pop().leave()
        assert after.ref == before.ref


def test_operands_are_marked_one_after_the_other_and_round():
    snapshot = worked_example()
    selection = Selection().select(GRADIENT).enter(snapshot)
    marked = []
    for _ in range(4):
        marked.append(snapshot.symbol(selection.marked(snapshot)))
        selection = selection.mark(1, snapshot)
    assert marked == ["∂E/∂h1", "∂h1/∂z1", "∂z1/∂W1", "∂E/∂h1"]


def test_a_present_weight_is_the_new_one_once_the_update_has_landed():
    before, after = worked_example(), Simulator(load("backprop-2-2-2"))
    after.step("iteration")
    weight = ref_to("now_W", 2, (0, 0))
    assert answer_to(before, weight).operands == () or answer_to(before, weight).told.formula == "W5⁺"
    assert answer_to(after.snapshot(), weight).told.formula == "W5⁺"
    start = Simulator(load("backprop-2-2-2")).snapshot()
    assert answer_to(start, weight).operands == ()


def test_numbers_of_a_table_follow_each_other_in_reading_order():
    table = worked_example().tables[0]
    cells = Places(table)
    first = cells.end(1)
    assert first == ref_to("W", 1, (0, 0))
    assert cells.beside(first, 1) == GRADIENT
    assert cells.below(GRADIENT, 1) == ref_to("dE_dW", 1, (1, 0))
    assert cells.beside(first, -1) == ref_to("new_W", 2, (1, 1))
    assert cells.beside(ref_to("new_W", 2, (1, 1)), 1) == first
    assert cells.below(cells.end(-1), 1) is None
    assert in_order([first, GRADIENT], first, -1) == GRADIENT


def test_going_on_from_number_to_number_passes_each_once_and_begins_again():
    cells = Places(worked_example().tables[0])
    passed = [cells.end(1)]
    while (following := cells.beside(passed[-1], 1)) != passed[0]:
        assert following not in passed
        passed.append(following)
    assert len(passed) == 8 * 4


@each_scenario()
def test_every_number_of_every_table_answers_and_so_do_its_operands(name):
    simulator = Simulator(load(name))
    simulator.step("iteration")
    snapshot, say = simulator.snapshot(), words()
    seen = set()
    waiting = [
        cell for table in snapshot.tables for row in table.rows[:3] for cell in row.cells[:6] if cell is not None
    ]
    while waiting and len(seen) < 120:
        ref = waiting.pop(0)
        if ref in seen:
            continue
        seen.add(ref)
        answer = answer_to(snapshot, ref)
        assert answer_parts(PanelRoom(say, snapshot, CAPS, 60, 60, 8), Selection().select(ref).enter(snapshot))
        assert answer.operands or not answer.is_shown or not math.isinf(answer.told.value)
        waiting += answer.operands


# on the screen


async def test_the_selected_number_answers_instead_of_the_active_one_and_escape_returns(open_at, screen_text):
    app = open_at("backprop-2-2-2", values=40)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = screen_text(app)
        assert "where ∂E/∂h1 = ∂E_o1/∂h1 + ∂E_o2/∂h1" in spoken(before)
        await pilot.press("down")
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "∂E/∂W1 · selected" in screen
        assert "[0.00080888]" in screen
        assert "= 0.03240681 · 0.24960043 · 0.1" in screen
        await pilot.press("enter", "enter")
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "∂E/∂W1 › ∂E/∂h1" in screen
        assert "= 0.02243370 + 0.00997311" in screen
        assert "all its paths to the outputs" in screen
        await pilot.press("escape", "escape", "escape")
        await pilot.pause()
        assert screen_text(app) == before


async def test_editing_is_offered_for_a_weight_and_not_for_what_is_computed(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "2", "down")
        await pilot.pause()
        assert "w edit" in screen_text(app)[-1]
        await pilot.press("tab")
        await pilot.pause()
        assert "∂E/∂W1 · selected" in "\n".join(screen_text(app))
        assert "w edit" not in screen_text(app)[-1]


async def test_of_a_mean_over_the_batch_it_is_said_what_the_lens_adds(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "2", "down", "tab")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "from another sample" in text
        assert "« »" in text


async def test_a_number_that_stands_for_itself_is_written_once(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.simulator.seek(iteration=0, cursor=38)
        app.screen.work.session.changed()
        await pilot.press("space")
        await pilot.pause()
        formula = [line[63:].strip(" │") for line in screen_text(app)[3:20]]
        assert app.screen.work.session.snapshot.event.symbol == "∂z2/∂W4"
        assert [line for line in formula if line.startswith("= ")] == ["= 0.20000000"]


async def test_stepping_keeps_the_selection_and_its_answer_comes_in_its_turn(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "down", "tab")  # W1, then its gradient
        await pilot.pause()
        assert "has not been computed yet" in spoken(screen_text(app))
        await pilot.press("i", "I", *["space"] * 40)
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "∂E/∂W1 · selected" in screen
        assert "= 0.00080888" in screen


async def test_the_diagram_lights_the_path_of_the_selected_number(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "1", "2", "down", "tab")
        await pilot.pause()
        roles = [run for row in app.screen.view.diagram.picture.rows for run in row]
        chosen = "".join(run[0] for run in roles if run[1] == "chosen")
        assert "W1" in chosen
        lines = sum(
            sum("\u2800" < cell <= "\u28ff" for cell in run[0]) for run in roles if run[1] in ("active", "operand")
        )
        assert lines > 10  # W1's own line, and those of W5 and W7 along which the error came back


async def test_numbers_are_selected_by_mouse(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        line, column = next(
            (y, text.index("0.02629590")) for y, text in enumerate(screen_text(app)) if "0.02629590" in text
        )
        await pilot.click(offset=(column + 3, line))
        await pilot.pause()
        assert "∂E/∂W6 · selected" in spoken(screen_text(app))
        formula = app.screen.query_one(FormulaView)
        y, x = next(
            (y, "".join(text for text, _ in line).index("∂o1/∂z3"))
            for y, line in enumerate(formula.rows)
            if "∂o1/∂z3" in "".join(text for text, _ in line)
        )
        await pilot.click(FormulaView, offset=(x + 1, y))
        await pilot.pause()
        assert "∂E/∂W6 › ∂o1/∂z3" in spoken(screen_text(app))
        hit = next(hit for hit in app.screen.view.diagram.picture.hits if hit.ref == ref_to("z", 2, (1,)))
        await pilot.click(NetworkDiagram, offset=(hit.x + 1, hit.y))
        await pilot.pause()
        assert "z4 · selected" in spoken(screen_text(app))


async def test_where_no_table_is_on_screen_the_numbers_of_the_diagram_are_gone_through(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "down")
        await pilot.pause()
        assert "z1 · selected" in spoken(screen_text(app))
        await pilot.press("tab")
        await pilot.pause()
        assert "· selected" in spoken(screen_text(app))
        assert "z1 · selected" not in spoken(screen_text(app))


async def test_the_selected_numbers_formula_is_copied(open_at):
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "enter", "enter", "y")
        await pilot.pause()
        assert app.clipboard == "∂E/∂o1 = −(t1 − o1) = −(0.4 − 0.60944600) = 0.20944600"


async def test_a_selected_number_that_the_next_variant_does_not_have_is_let_go(open_at):
    app = open_at("linear-collapse")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "2")
        app.screen.selecting.choose(app.screen.work.selection.select(ref_to("W", 3, (0, 0))))
        assert app.screen.work.session.snapshot.knows(app.screen.work.selection.ref)
        widths = set()
        for _ in app.screen.work.session.ensemble.names:
            await pilot.press("v", "down")
            widths.add(len(app.screen.work.session.simulator.parameters))
            assert app.screen.work.selection.ref is None or app.screen.work.session.snapshot.knows(
                app.screen.work.selection.ref
            )
        assert len(widths) > 1, "the variants are of different depths"


@thinned("size", [(120, 40), (80, 24), (60, 20), (20, 100)], [(80, 24), (20, 100)])
async def test_a_diagram_whose_units_have_a_number_at_every_step_offers_what_can_be_selected(open_at, size):
    app = open_at("feedforward-or-recurrent")
    async with app.run_test(size=size) as pilot:
        await pilot.press("space", *["up"] * 6, *["down"] * 6, "i", *["tab"] * 6)
        for hit in app.screen.view.diagram.picture.hits[:6]:
            await pilot.click(NetworkDiagram, offset=(hit.x, hit.y))
        selected = app.screen.work.selection.ref
        assert selected is None or app.screen.work.session.snapshot.knows(selected)


@pytest.mark.parametrize(
    ("values", "keys", "selected"),
    [
        (0, ["tab"], "x1"),  # nothing is computed: the first number of the diagram
        (20, ["tab"], "∂E/∂W5"),  # what was computed last
        (20, ["tab", "tab"], "W6"),  # from there on in the diagram
        (0, ["2", "tab"], "W1"),  # in the table, which was chosen
        (20, ["2", "tab", "tab"], "ΔW5"),
        (0, ["i", "5", "tab"], "E"),  # what the curve is about
        (0, ["6", "tab"], "W1"),  # a lesson has no numbers: the table's
    ],
)
async def test_tab_selects_the_same_number_in_any_size(open_at, screen_text, values, keys, selected):
    for size in [(120, 40), (80, 24)]:
        app = open_at("backprop-2-2-2", values=values)
        async with app.run_test(size=size) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            assert f"{selected} · selected" in "\n".join(screen_text(app)), size


async def test_a_click_on_a_number_chooses_its_panel_so_that_tab_goes_on_there(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        await pilot.click(offset=within("0.02629590", screen_text(app)))
        await pilot.press("down")
        await pilot.pause()
        assert "∂E/∂W7 · selected" in "\n".join(screen_text(app))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_error_at_the_foot_of_the_formula_is_selected_by_a_click(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        await pilot.pause()
        await pilot.click(offset=within("E 0.02397190", without_changes(screen_text(app))))
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "E · selected" in text
        assert "E = E_o1 + E_o2" in text
        assert "Made of" in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
@pytest.mark.parametrize("by_key", [True, False])
async def test_the_loss_over_its_curve_is_selected_by_click_and_by_key(open_at, screen_text, size, by_key):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "5")
        await pilot.pause()
        if by_key:
            await pilot.press("down")
        else:
            await pilot.click(offset=within("loss 0.02397", screen_text(app)))
        await pilot.pause()
        assert "E · selected" in "\n".join(screen_text(app))
        await pilot.press("down")
        await pilot.pause()
        if by_key:
            assert "no more numbers" in screen_text(app)[-1]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_click_on_the_mean_error_selects_the_mean_and_from_it_one_comes_to_each_samples_error(
    open_at, screen_text, size
):
    app = open_at("xor-train")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        await pilot.pause()
        await pilot.click(offset=within("mean E", without_changes(screen_text(app))))
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "mean E · selected" in screen
        assert "1/4·(E₁ + E₂ + E₃ + E₄)" in screen
        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert "E₂ · sample 2 · selected" in "\n".join(screen_text(app))


@pytest.mark.parametrize("name", ["xor-train", "batch-modes", "feedforward-or-recurrent"])
def test_the_mean_error_is_the_loss_and_the_mean_of_the_errors_it_is_made_of(name):
    simulator = Simulator(load(name))
    for _ in range(3):
        simulator.step("iteration")
        snapshot = simulator.snapshot()
        mean = ref_to("mean_E")
        assert snapshot.value(mean) == snapshot.loss
        errors = [snapshot.value(ref) for ref in snapshot.explain(mean).operands]
        assert sum(errors) / len(errors) == pytest.approx(snapshot.loss, abs=1e-15)
        assert len(errors) == len(snapshot.tape.rows)


def test_the_mean_error_is_not_told_before_the_errors_are():
    simulator = Simulator(load("xor-train"))
    simulator.step("phase")
    assert simulator.snapshot().value(ref_to("mean_E")) is None
    simulator.step("phase")
    assert simulator.snapshot().value(ref_to("mean_E")) == simulator.snapshot().loss


@thinned("size", [(120, 40), (80, 24)], [(120, 40)])
async def test_the_only_number_of_a_picture_is_selected_by_keys_and_the_table_goes_on_after_it(
    open_at, screen_text, size
):
    app = open_at("optimizers")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "i", "8", "1")

        async def selected(key):
            await pilot.press(key)
            await pilot.pause()
            return app.screen.work.session.snapshot.symbol(app.screen.work.selection.ref)

        forth = [await selected("tab")]
        assert "f · selected" in "\n".join(screen_text(app))
        while (following := await selected("tab")) != "f":
            forth.append(following)
        assert {"x", "y", "∂f/∂x", "∂f/∂y", "x⁺", "y⁺"} <= set(forth)
        back = [await selected("shift+tab") for _ in forth]
        assert back == [*forth[:0:-1], "f"]
        assert await selected("down") == forth[1]
        assert await selected("up") == "f"
        await pilot.press("5", "down")
        await pilot.pause()
        assert "f · selected" in "\n".join(screen_text(app))


# long sums, other samples


def test_a_long_sum_is_made_of_all_its_terms_though_the_formula_leaves_some_out():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    answer = answer_to(snapshot, ref_to("dE_da", 1, (0,)))
    assert "… " in answer.told.formula
    assert answer.operands == tuple(ref_to("part", 1, (0, unit)) for unit in range(16))
    selection = Selection().select(answer.ref).enter(snapshot)
    passed = []
    for _ in range(16):
        passed.append(selection.marked(snapshot))
        parts = answer_parts(PanelRoom(words(), snapshot, CAPS, 60, 60, 8), selection)
        text = "".join(text for part in parts for line in part.forms[-1] for text, _ in line)
        assert f"▶ {snapshot.symbol(passed[-1])} " in text, "even in the shortest list the marked one is seen"
        selection = selection.mark(1, snapshot)
    assert tuple(passed) == answer.operands


def test_the_sentence_on_a_unit_that_feeds_many_counts_them_all():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.step("iteration")
    parts = answer_parts(PanelRoom(words(), simulator.snapshot(), CAPS, 200, 60, 8), Selection().select(GRADIENT))
    text = "".join(text for part in parts for line in part.forms[0] for text, _ in line)
    assert "h1 feeds all 16 units of layer 2" in text


OUTPUT_OF_SECOND = ["4", "tab", "down", "tab", "tab", "tab"]
"""Keys to o1 of sample 2 in a data table of two inputs and a target."""


async def test_an_output_of_another_sample_says_how_it_was_computed_and_of_which_sample_it_is(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", *OUTPUT_OF_SECOND)
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "o1 · sample 2 · selected" in screen
        assert "o1 = sigmoid(z33)" in screen
        assert "given" not in screen
        tape = app.screen.work.session.simulator.snapshot().tape
        z = tape.value(ref_to("z", 3, (0,), 1), 0)
        assert f"= 1/(1 + e^(−{z:.8f}))" in screen
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "z33 · sample 2 · selected" in spoken(screen_text(app))


async def test_an_input_of_another_sample_says_so_and_that_of_the_one_looked_at_does_not(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "4", "tab", "tab")
        await pilot.pause()
        assert "x2 · selected" in spoken(screen_text(app))
        await pilot.press("down")
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "x2 · sample 2 · selected" in screen
        assert "It belongs to sample 2; the diagram shows sample 1." in screen
        await pilot.press("y")
        assert app.clipboard.endswith("(sample 2)")


def test_an_output_for_a_sample_outside_the_batch_is_told_as_not_computed():
    simulator = Simulator(load("epochs-batches-iterations"))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    row = max(snapshot.tape.rows) + 1
    parts = answer_parts(PanelRoom(words(), snapshot, CAPS, 200, 60, 8), Selection().select(ref_to("O", 0, (row, 0))))
    text = "".join(text for part in parts for line in part.forms[0] for text, _ in line)
    assert "not in the batch of this iteration" in text
    assert "nan" not in text
    assert "given" not in text


def test_a_coordinate_is_what_the_update_made_it():
    simulator = Simulator(load("optimizers"))
    simulator.step("iteration")
    assert answer_to(simulator.snapshot(), ref_to("now_p", 0, (0,))).told.formula == "x⁺"


@pytest.mark.parametrize(("scenario", "symbol"), [("optimizers", "x"), ("backprop-2-2-2", "W1")])
async def test_an_old_value_says_that_it_is_one_and_what_holds_now(open_at, screen_text, scenario, symbol):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "2", "tab")
        await pilot.pause()
        snapshot = app.screen.work.session.snapshot
        new = fixed(snapshot.value(snapshot.tables[0].rows[0].cells[-1]), 8)
        assert f"{symbol} before the update" in spoken(screen_text(app))
        assert f"Now {symbol} is {new}." in spoken(screen_text(app))
        await pilot.press("left")
        await pilot.pause()
        assert "before the update, with which" not in spoken(screen_text(app))


def test_the_sum_of_the_other_samples_is_not_told_as_given():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    parts = answer_parts(
        PanelRoom(words(), snapshot, CAPS, 200, 60, 8), Selection().select(ref_to("rest_W", 1, (0, 0)))
    )
    text = "".join(text for part in parts for line in part.forms[0] for text, _ in line)
    assert "the sum of the other samples of the batch" in text
    assert "given" not in text


@pytest.mark.parametrize(
    ("name", "ref", "told"),
    [
        ("optimizers", ref_to("f"), "The height before the update"),
        ("xor-train", ref_to("a", 2, (0,)), "Made with the weights before the update."),
        ("xor-train", ref_to("mean_E"), "Made with the weights before the update."),
    ],
)
@thinned("size", [(120, 40), (80, 24)], [(120, 40)])
async def test_what_is_from_before_the_update_says_so_once_that_has_landed(open_at, screen_text, name, ref, told, size):
    app = open_at(name)
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        app.screen.selecting.choose(app.screen.work.selection.select(ref))
        await pilot.pause()
        assert told in spoken(screen_text(app))
        await pilot.press("left")
        await pilot.pause()
        assert told not in spoken(screen_text(app))


async def test_the_height_beside_a_surface_answers_with_the_number_that_stands_there(open_at, screen_text):
    app = open_at("optimizers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "1", "tab")
        await pilot.pause()
        ref, snapshot = app.screen.work.selection.ref, app.screen.work.session.snapshot
        assert ref == ref_to("now_f")
        told = spoken(screen_text(app))
        assert f"= {fixed(snapshot.value(ref), 8)}" in told
        assert "How high is the surface at the point?" in told
        assert "before the update" not in told
        assert [snapshot.value(operand) for operand in snapshot.explain(ref).operands] == [
            snapshot.value(ref_to("new_p", 0, (axis,))) for axis in (0, 1)
        ]


@pytest.mark.parametrize("chosen", ["2", "5"])
@thinned("size", [(120, 40), (80, 24)], [(80, 24)])
async def test_a_picture_that_is_turned_to_is_the_chosen_panel(open_at, chosen, size):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", chosen, "p", "tab")
        await pilot.pause()
        assert app.screen.work.tabs.panel == "region"
        assert app.screen.work.selection.ref in app.screen.view.picture.drawing.in_order()


@pytest.mark.parametrize("key", ["tab", "down"])
async def test_in_the_data_a_selection_begins_with_the_sample_under_the_lens(open_at, key):
    app = open_at("batch-modes", variant="mini-batch")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", ".", "4", key)
        await pilot.pause()
        row = app.screen.work.session.snapshot.row
        assert row > 0
        assert app.screen.work.selection.ref == ref_to("X", 0, (row, 0))
