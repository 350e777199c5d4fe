"""The whole worked example of the lecture notes, section 3.4, walked by keyboard: every figure is on screen."""

from __future__ import annotations

import pytest
from support.scenarios import thinned

# One iteration in the notes' order; figures as printed there, rounded to eight decimals. None: not printed there.
ITERATION = [
    ("z1", "0.08000000"),
    ("z2", "0.11000000"),
    ("h1", "0.51998934"),
    ("h2", "0.52747230"),
    ("z3", "0.44498412"),
    ("z4", "0.68047592"),
    ("o1", "0.60944600"),
    ("o2", "0.66384491"),
    ("E_o1", "0.02193381"),
    ("E_o2", "0.00203809"),
    ("E", "0.02397190"),
    ("∂E/∂o1", "0.20944600"),
    ("∂E/∂o2", None),
    ("∂o1/∂z3", "0.23802157"),
    ("∂o2/∂z4", None),
    ("∂z3/∂W5", "0.51998934"),
    ("∂z3/∂W6", None),
    ("∂z4/∂W7", None),
    ("∂z4/∂W8", None),
    ("∂E/∂W5", "0.02592286"),
    ("∂E/∂W6", None),
    ("∂E/∂W7", None),
    ("∂E/∂W8", None),
    ("W5⁺", "0.43703857"),
    ("W6⁺", "0.38685205"),
    ("W7⁺", "0.69629578"),
    ("W8⁺", "0.59624247"),
    ("∂E_o1/∂h1", "0.02243370"),
    ("∂E_o2/∂h1", "0.00997311"),
    ("∂E_o1/∂h2", None),
    ("∂E_o2/∂h2", None),
    ("∂E/∂h1", "0.03240681"),
    ("∂E/∂h2", None),
    ("∂h1/∂z1", "0.24960043"),
    ("∂h2/∂z2", None),
    ("∂z1/∂W1", "0.10000000"),
    ("∂z1/∂W2", None),
    ("∂z2/∂W3", None),
    ("∂z2/∂W4", None),
    ("∂E/∂W1", "0.00080888"),
    ("∂E/∂W2", None),
    ("∂E/∂W3", None),
    ("∂E/∂W4", None),
    ("W1⁺", "0.29959556"),
    ("W2⁺", "0.24919112"),
    ("W3⁺", "0.39964496"),
    ("W4⁺", "0.34928991"),
]
AFTER = [
    ("z1", "0.07979778"),
    ("z2", "0.10982248"),
    ("h1", "0.51993887"),
    ("h2", "0.52742806"),
    ("z3", "0.43126996"),
    ("z4", "0.67650625"),
    ("o1", "0.60617688"),
    ("o2", "0.66295848"),
    ("E_o1", "0.02125445"),
    ("E_o2", "0.00198189"),
    ("E", "0.02323634"),
]


def but_the_strip(lines):
    """The screen without the timeline, which alone remembers what one has come back from."""
    return [line for number, line in enumerate(lines) if number != 1]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_printed_figure_is_on_screen_when_its_turn_comes(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for symbol, figure in ITERATION:
            await pilot.press("space")
            await pilot.pause()
            screen = "\n".join(screen_text(app))
            assert f" {symbol} ─" in screen, f"the formula panel is not about {symbol}\n{screen}"
            if figure is not None:
                assert f"= {figure}" in screen, f"{symbol} is not {figure} on\n{screen}"
        await pilot.press("space")  # the 48th: all new weights take their places
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "UPDATE 48/48" in screen
        for symbol, figure in AFTER:
            await pilot.press("space")
            await pilot.pause()
            screen = "\n".join(screen_text(app))
            assert f" {symbol} ─" in screen
            assert f"= {figure}" in screen, f"{symbol} is not {figure} on\n{screen}"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_error_stays_on_screen_from_the_moment_it_is_known(open_at, screen_text, size):
    app = open_at("backprop-2-2-2", values=30)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "E 0.02397190" in "\n".join(screen_text(app))


PAST_ONE_UPDATE, PAST_TWO = 55, 110


@thinned(
    ("size", "values"),
    [((120, 40), PAST_TWO), ((120, 40), PAST_ONE_UPDATE), ((80, 24), PAST_ONE_UPDATE)],
    [((120, 40), PAST_ONE_UPDATE)],
)
async def test_stepping_forward_and_back_restores_every_character(open_at, screen_text, eager_curve, size, values):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        seen = [but_the_strip(screen_text(app))]
        for _ in range(values):
            await pilot.press("space")
            await pilot.pause()
            seen.append(but_the_strip(screen_text(app)))
        for number in range(values - 1, -1, -1):
            await pilot.press("left")
            await pilot.pause()
            assert but_the_strip(screen_text(app)) == seen[number], f"after going back to {number} values"


@thinned("grain_presses", [1, 2], [2])
async def test_coarser_grains_step_back_to_where_they_came_from(open_at, screen_text, eager_curve, grain_presses):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["g"] * grain_presses, "P", "5")  # any key takes the hint away
        await pilot.pause()
        seen = [but_the_strip(screen_text(app))]
        for _ in range(20):
            await pilot.press("space")
            await pilot.pause()
            seen.append(but_the_strip(screen_text(app)))
        for screen in reversed(seen[:-1]):
            await pilot.press("left")
            await pilot.pause()
            assert but_the_strip(screen_text(app)) == screen
