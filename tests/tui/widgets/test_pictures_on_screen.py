"""The widget that shows pictures: what it repaints, how often, in which colours."""

from __future__ import annotations

import pytest
from textual.app import App

from dlsim.engine import Simulator, load
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.scene import PictureLook, Scene
from dlsim.tui.widgets import moment as view_module
from dlsim.tui.widgets.moment import PictureView


class Shown(App):
    def __init__(self, key):
        super().__init__()
        self.view = PictureView(PICTURES[key])
        self.picked = []
        self.drawn = 0

    def compose(self):
        yield self.view

    def on_rows_clicked(self, message):
        self.picked.append(message.means.ref)


def counted(app):
    """Count how often the picture is drawn."""
    draw = app.view._draw

    def count(size):
        app.drawn += 1
        return draw(size)

    app.view._draw = count


@pytest.fixture
def clock(monkeypatch):
    """The time that the widget knows; it passes when a test says so."""
    now = [1000.0]
    monkeypatch.setattr(view_module, "monotonic", lambda: now[0])
    return now


async def test_the_first_change_is_painted_with_its_key_and_the_last_one_never_lost(clock, until):
    simulator = Simulator(load("xor-train"))
    app = Shown("region")
    async with app.run_test(size=(60, 18)) as pilot:
        app.view.show(simulator.snapshot())
        counted(app)
        clock[0] += 1
        for _ in range(20):  # much faster than ten times a second
            simulator.step("iteration")
            app.view.show(simulator.snapshot())
        assert app.drawn == 1
        await until(pilot, lambda: app.drawn == 2)
        last = simulator.snapshot()
        look = PictureLook(app.view.glyphs, app.view._mixes)
        expected = PICTURES["region"].draw(Scene(last, look=look), 60, 18).cells
        assert list(app.view.drawing.cells.changes(expected)) == []


async def test_what_costs_little_is_painted_at_once():
    simulator = Simulator(load("feedforward-or-recurrent"))
    app = Shown("unrolled")
    async with app.run_test(size=(60, 18)):
        app.view.show(simulator.snapshot())
        counted(app)
        for expected in range(1, 6):
            simulator.step()
            app.view.show(simulator.snapshot())
            assert app.drawn == expected


async def test_a_step_repaints_only_the_cells_that_changed():
    simulator = Simulator(load("feedforward-or-recurrent"))
    app = Shown("unrolled")
    async with app.run_test(size=(60, 18)) as pilot:
        app.view.show(simulator.snapshot())
        await pilot.pause()
        painted = []
        refresh = app.view.refresh
        app.view.refresh = lambda *regions, **options: painted.extend(regions) or refresh(*regions, **options)
        simulator.step()
        app.view.show(simulator.snapshot())
        assert painted
        assert sum(region.area for region in painted) < 60 * 18 / 4
        painted.clear()
        app.view.show(simulator.snapshot())  # another snapshot of the same moment
        assert painted == []


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_another_theme_is_other_colours(theme):
    simulator = Simulator(load("xor-train"))
    app = Shown("region")
    async with app.run_test(size=(60, 18)) as pilot:
        app.view.show(simulator.snapshot())
        app.theme = "nord"
        await pilot.pause()
        before = app.view.render_line(8)
        app.theme = theme
        await pilot.pause()
        after = app.view.render_line(8)
        assert [segment.style for segment in before] != [segment.style for segment in after]
        has_shades = any(each in after.text for each in "░▒▓")
        assert has_shades == (theme == "ansi-dark")


async def test_without_colour_there_are_shades(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    simulator = Simulator(load("and"))
    app = Shown("region")
    async with app.run_test(size=(60, 18)):
        app.view.show(simulator.snapshot())
        assert any("▓" in app.view.render_line(y).text for y in range(18))


async def test_another_scenario_in_the_same_widget_begins_with_the_first_view():
    app = Shown("bars")
    async with app.run_test(size=(60, 18)) as pilot:
        app.view.show(Simulator(load("vanishing-gradient")).snapshot())
        app.view.turn()
        app.view.show(Simulator(load("activations")).snapshot())  # of which there are no such bars
        await pilot.pause()
        assert app.view.drawing.cells.text().strip() == ""
        app.view.choose(PICTURES["functions-plot"])
        await pilot.pause()
        assert app.view.view_name == "together"
        assert "sigmoid" in app.view.drawing.cells.text()


async def test_views_follow_each_other_and_come_round():
    simulator = Simulator(load("vanishing-gradient"))
    app = Shown("bars")
    async with app.run_test(size=(60, 18)):
        app.view.show(simulator.snapshot())
        names = [app.view.view_name, *(app.view.turn() for _ in range(6))]
        assert len(set(names)) == 6
        assert names[0] == names[-1]


@pytest.mark.parametrize("size", [(1, 1), (20, 4), (60, 18), (200, 50)])
async def test_another_size_is_another_picture(size):
    simulator = Simulator(load("xor-train"))
    app = Shown("region")
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(simulator.snapshot())
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert app.view.drawing.cells.size == size
        assert all(app.view.render_line(y).cell_length <= size[0] for y in range(size[1]))


async def test_a_click_tells_which_number_was_meant():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("phase")
    app = Shown("unrolled")
    async with app.run_test(size=(78, 10)) as pilot:
        app.view.show(simulator.snapshot())
        await pilot.pause()
        lines = app.view.drawing.cells.text().splitlines()
        row = next(y for y, line in enumerate(lines) if "o1" in line)
        await pilot.click(PictureView, offset=(lines[row].index("o1"), row))
        assert [(ref.quantity.key, ref.layer) for ref in app.picked] == [("a", 2)]
