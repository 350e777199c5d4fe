"""Numbers in pictures answer to the mouse and to the keys, as those of the diagram do."""

import pytest

from dlsim.tui.widgets.moment import PictureView


async def shown(app, pilot, name):
    await pilot.press(*["p"] * app.screen.work.tabs.pictures.index(name))
    await pilot.pause()
    return app.screen.view.picture.drawing.hits


@pytest.mark.parametrize(
    ("scenario", "picture"), [("activations", "functions-plot"), ("feedforward-or-recurrent", "unrolled")]
)
async def test_a_number_that_is_clicked_in_a_picture_is_selected(open_at, screen_text, scenario, picture):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space")
        hit = (await shown(app, pilot, picture))[0]
        await pilot.click(PictureView, offset=(hit.x, hit.y))
        assert app.screen.work.selection.ref == hit.ref
        assert app.screen.work.session.snapshot.symbol(hit.ref) in "\n".join(screen_text(app))


async def test_where_there_is_a_picture_and_no_table_the_keys_select_in_the_picture(open_at):
    app = open_at("activations")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "1")
        hits = await shown(app, pilot, "functions-plot")
        assert app.screen.view.picture.display
        assert not app.screen.view.panels["tables"].display
        await pilot.press("tab", "tab")
        assert app.screen.work.selection.ref in {hit.ref for hit in hits}
