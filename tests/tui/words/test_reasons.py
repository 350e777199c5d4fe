"""Why a gradient is a sum, and what δ is: said where the number appears, and where it is selected."""

from __future__ import annotations

import pytest
from support.numbers import ref_to

from dlsim.engine import Simulator, load
from dlsim.tui.words import words
from dlsim.tui.words.prose import how_a_way_goes, whats_delta, why_summed

SIZES = [(120, 40), (80, 24)]
BOTH_WAYS = "W1 acts on E through h1, and h1 feeds o1 and o2"


def shown(lines):
    """The screen as one text, whatever its lines were broken at."""
    return " ".join(" ".join(lines).replace("│", " ").split())


@pytest.mark.parametrize("size", SIZES)
async def test_where_a_hidden_gradient_is_computed_it_is_said_why_it_is_a_sum(open_at, screen_text, size):
    app = open_at("backprop-2-2-2", values=40)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lines = screen_text(app)
        panel = [line[63:] if size[0] == 120 else line for line in lines]
        assert BOTH_WAYS in shown(panel)
        assert "= 0.02243370 + 0.00997311" in shown(panel)


@pytest.mark.parametrize("size", SIZES)
async def test_where_it_is_selected_too(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "2", "down", "tab")
        assert app.screen.work.selection.ref == ref_to("dE_dW", 1, (0, 0))
        await pilot.pause()
        panel = [line[63:] if size[0] == 120 else line for line in screen_text(app)]
        assert BOTH_WAYS in shown(panel)


@pytest.mark.parametrize("size", [*SIZES, (100, 30)])
async def test_looking_into_a_number_takes_no_number_from_the_screen(open_at, screen_text, size):
    app = open_at("backprop-2-2-2", values=40)
    async with app.run_test(size=size) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        beside = 63 if size[0] == 120 else 50 if size[0] == 100 else 0
        panel = shown([line[beside:] for line in screen_text(app)])
        assert "= 0.02243370 + 0.00997311 = 0.03240681" in panel
        assert "Made of (" in panel
        for row in ("▶ ∂E/∂h1 0.03240681", "∂h1/∂z1 0.24960043", "∂z1/∂W1 0.10000000"):
            assert row in panel


@pytest.mark.parametrize("size", [*SIZES, (100, 30)])
async def test_a_list_of_operands_that_has_no_room_takes_its_title_along(open_at, screen_text, size):
    app = open_at("matrix-shapes", values=20)
    async with app.run_test(size=size) as pilot:
        await pilot.press("2", "tab")
        await pilot.pause()
        panel = shown(screen_text(app))
        assert "· selected" in panel
        assert ("Made of" in panel) == ("before the update" in panel or "forward: layer" in panel)


@pytest.fixture
def snapshot():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    return simulator.snapshot()


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        (ref_to("dE_da", 1, (1,)), "h2 feeds o1 and o2: what comes back from each of them is added up."),
        (ref_to("dE_da", 2, (1,)), ""),  # an output has one way
        (ref_to("z", 1, (0,)), ""),  # a sum, but of another kind
    ],
)
def test_only_sums_over_ways_are_given_that_reason(snapshot, ref, said):
    assert why_summed(words(), snapshot, ref, snapshot.explain(ref).operands) == said


def test_many_units_are_counted_instead_of_named():
    simulator = Simulator(load("matrix-shapes"))
    simulator.step("iteration")
    ref = ref_to("dE_da", 1, (0,))
    snapshot = simulator.snapshot()
    said = why_summed(words(), snapshot, ref, snapshot.explain(ref).operands)
    assert said.startswith("h1 feeds all 8 units of layer 2")


def test_delta_is_introduced_by_the_slope_that_completes_it(snapshot):
    told = whats_delta(words(), snapshot, ref_to("da_dz", 2, (0,)), digits=8)
    assert told.startswith(
        f"Now δ = ∂E/∂z3 = ∂E/∂o1·∂o1/∂z3 = {snapshot.value(ref_to('dE_dz', 2, (0,))):.8f} is known, "
    )
    assert whats_delta(words(), snapshot, ref_to("dE_da", 2, (0,)), digits=8) == ""


def test_a_way_back_to_a_hidden_unit_says_what_its_factors_are():
    simulator = Simulator(load("backprop-2-2-2"))
    part = ref_to("part", 1, (0, 1))
    simulator.step("iteration")
    told = how_a_way_goes(words(), simulator.snapshot(), part)
    assert "o2 changes only E_o2 in E" in told
    assert "W7 = ∂z4/∂h1" in told
    assert how_a_way_goes(words(), simulator.snapshot(), ref_to("dE_da", 1, (0,))) == ""
    deep = Simulator(load("vanishing-gradient"))
    deep.step("iteration")
    told = how_a_way_goes(words(), deep.snapshot(), ref_to("part", 1, (0, 0)))
    assert "∂z" in told
    assert "alone" not in told
