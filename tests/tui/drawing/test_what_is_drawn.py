"""Everything that is drawn, panel by panel: its characters and the roles that they are written in, as stored.

What is stored is text in `tests/tui/__snapshots__`. `pytest tests/tui/drawing/test_what_is_drawn.py --snapshot-update`
stores it anew: read the difference before it is kept. A case draws one panel, so that a change to another leaves it
as it is. Nothing here depends on a version of Textual, or on a theme.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from support.drawn import STORED, compare_with_stored, text_with_roles

from dlsim.engine import Simulator, load
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.text import in_language
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.diagram.picture import draw
from dlsim.tui.drawing.formula import panel_lines, panel_parts
from dlsim.tui.drawing.header import header_line, strip_line
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.scene import Member, PictureLook, Scene
from dlsim.tui.drawing.reports import comparison_lines, convention_lines, markdown_lines
from dlsim.tui.drawing.table import TableView
from dlsim.tui.drawing.variants import variants, variants_lines, variants_of
from dlsim.tui.drawing.whole_op import op_shown
from dlsim.tui.session.selection import Places, Selection
from dlsim.tui.session.session import Session
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words

HALF, LOW, NARROW = (59, 17), (78, 9), (38, 12)
"""What a panel has inside on a screen of 120×40 and of 80×24, and in less room than that."""
SAY = words()


# where a run stands


def at(name, done=0, values=0, *, sample=0, variant=None):
    """A simulator on a built-in scenario, so many iterations and values of the next one done."""
    simulator = Simulator(load(name, variant=variant))
    simulator.seek(iteration=done, cursor=values)
    simulator.sample = sample
    return simulator


def to(name, symbol, **settings):
    """The same, where the value called `symbol` has just been computed."""
    simulator = at(name, **settings)
    return next(simulator for _ in range(simulator.program.values) if simulator.step().symbol == symbol)


def after_ops(name, quantity):
    """The same, where an op of that quantity has just been computed."""
    simulator = at(name)
    return next(simulator for _ in simulator.program if simulator.step("op").op == quantity)


# what is drawn of it


def selected(simulator, symbol):
    return None if symbol is None else simulator.model.find(symbol)


def diagram(simulator, size=HALF, symbol=None, glyphs=UNICODE, whole=False):
    snapshot = simulator.snapshot()
    op = op_shown(snapshot, Selection()) if whole else None
    return draw(snapshot, *size, selected=selected(simulator, symbol), glyphs=glyphs, whole=op).rows


def formula(simulator, size=HALF, symbol=None, entered=False, whole=False, digits=8):
    snapshot, selection = simulator.snapshot(), Selection()
    if symbol is not None:
        selection = selection.select(selected(simulator, symbol))
    if entered:
        selection = selection.enter(snapshot)
    op = op_shown(snapshot, selection) if whole else None
    parts, foot = panel_parts(SAY, snapshot, CAPS, size[0], digits, selection, (), (op,) if op else ())
    return panel_lines(parts, foot, size[1])


def table(simulator, key, size=HALF, symbol=None):
    snapshot = simulator.snapshot()
    (found,) = (table for table in snapshot.tables if table.key == key)
    return TableView(SAY, snapshot, Places(found), *size, None, selected(simulator, symbol)).lines()


def picture(simulator, key, size=HALF, view=0, symbol=None, look=None):
    scene = Scene(simulator.snapshot(), (), selected(simulator, symbol), view, look or PictureLook())
    return PICTURES[key].draw(scene, *size).cells.rows()


def members(name, done, values=0):
    ensemble = Ensemble(load(name))
    ensemble.lead.seek(iteration=done, cursor=values)
    while not ensemble.follow():
        pass
    return tuple(Member(way, simulator.snapshot()) for way, simulator in ensemble.members)


def picture_of_all(name, key, done, size=HALF, look=None):
    all_members = members(name, done)
    return (
        PICTURES[key].draw(Scene(all_members[0].snapshot, all_members, look=look or PictureLook()), *size).cells.rows()
    )


def table_of_variants(name, done, cells):
    all_members, session = members(name, done), Session(name)
    told = variants(Scene(all_members[0].snapshot, all_members))
    return variants_lines(SAY, variants_of(SAY, told, session.apart), cells)


def lines_above(simulator, cells):
    """The header, and the timeline strip below it."""
    snapshot = simulator.snapshot()
    return [header_line(SAY, snapshot, cells), strip_line(SAY, snapshot, cells)[0]]


def rules(name, cells, variant=None):
    return convention_lines(SAY, load(name, variant=variant), cells)


def lesson(name, cells):
    return markdown_lines(in_language(load(name).lesson, "en"), cells)


def comparison(cells):
    simulator = at("backprop-2-2-2", 1)
    simulator.edit(numbers={"W1": 0.1})
    simulator.step("iteration")
    list(simulator.even_out())
    return comparison_lines(simulator.compare(), (), CAPS, cells)


CASES: dict[str, Callable[[], object]] = {
    # the network, every kind of it, and the computation of the moment lit in it
    "diagram/at-the-start": lambda: diagram(at("backprop-2-2-2")),
    "diagram/weighted-sum": lambda: diagram(to("backprop-2-2-2", "z3")),
    "diagram/error-by-W5": lambda: diagram(to("backprop-2-2-2", "∂E/∂W5")),
    "diagram/error-by-W5-low": lambda: diagram(to("backprop-2-2-2", "∂E/∂W5"), LOW),
    "diagram/error-by-W5-ascii": lambda: diagram(to("backprop-2-2-2", "∂E/∂W5"), LOW, glyphs=ASCII),
    "diagram/error-by-W1": lambda: diagram(to("backprop-2-2-2", "∂E/∂W1")),
    "diagram/error-by-W1-selected": lambda: diagram(at("backprop-2-2-2", 1, 11), symbol="∂E/∂W1"),
    "diagram/new-weight": lambda: diagram(to("backprop-2-2-2", "W5⁺"), NARROW),
    "diagram/threshold": lambda: diagram(at("threshold-and-bias", 0, 2)),
    "diagram/two-layers-of-gates": lambda: diagram(at("xor-mlp", 0, 5, sample=1)),
    "diagram/learnt": lambda: diagram(at("xor-train", 600, 12)),
    "diagram/whole-op": lambda: diagram(after_ops("xor-train", "dE_dW"), whole=True),
    "diagram/blocks": lambda: diagram(at("matrix-shapes", 0, 20)),
    "diagram/blocks-low": lambda: diagram(at("matrix-shapes", 0, 20), LOW),
    "diagram/deep": lambda: diagram(at("vanishing-gradient", 5, 120)),
    "diagram/dead-units": lambda: diagram(at("dying-relu", 20, 40)),
    # formulas: forward, loss, backward, update; what a selected number is made of; whole ops
    "formula/at-the-start": lambda: formula(at("backprop-2-2-2")),
    "formula/weighted-sum": lambda: formula(to("backprop-2-2-2", "z3")),
    "formula/activation": lambda: formula(to("backprop-2-2-2", "o1")),
    "formula/error": lambda: formula(to("backprop-2-2-2", "E")),
    "formula/error-by-W5": lambda: formula(to("backprop-2-2-2", "∂E/∂W5")),
    "formula/error-by-W5-low": lambda: formula(to("backprop-2-2-2", "∂E/∂W5"), LOW),
    "formula/error-by-W1": lambda: formula(to("backprop-2-2-2", "∂E/∂W1")),
    "formula/error-by-W1-low": lambda: formula(to("backprop-2-2-2", "∂E/∂W1"), LOW),
    "formula/error-by-W1-three-decimals": lambda: formula(to("backprop-2-2-2", "∂E/∂W1"), digits=3),
    "formula/new-weight": lambda: formula(to("backprop-2-2-2", "W5⁺")),
    "formula/mean-over-the-batch": lambda: formula(to("xor-train", "∂E/∂W1", sample=2)),
    "formula/selected": lambda: formula(at("backprop-2-2-2", 1), symbol="W5"),
    "formula/what-it-is-made-of": lambda: formula(at("backprop-2-2-2", 1), symbol="∂E/∂h1", entered=True),
    "formula/adam": lambda: formula(to("optimizers-on-a-network", "W1⁺", variant="Adam")),
    "formula/step": lambda: formula(to("and", "o1"), LOW),
    "formula/softmax-and-crossentropy": lambda: formula(to("matrix-shapes", "∂E/∂z17")),
    "formula/through-time": lambda: formula(at("feedforward-or-recurrent", 3, 60)),
    "formula/function": lambda: formula(at("activations", 65, 2)),
    "formula/loss-over-a-sweep": lambda: formula(at("losses", 30, 1)),
    "formula/slope-of-a-surface": lambda: formula(at("optimizers", 40, 2)),
    "formula/search": lambda: formula(at("xor-single", 40)),
    "formula/whole-op": lambda: formula(after_ops("backprop-2-2-2", "dE_dW"), whole=True),
    "formula/whole-op-of-a-large-layer": lambda: formula(after_ops("matrix-shapes", "z"), whole=True),
    # tables
    "table/weights": lambda: table(to("backprop-2-2-2", "∂E/∂W6"), "weights"),
    "table/weights-low": lambda: table(to("backprop-2-2-2", "∂E/∂W6"), "weights", LOW),
    "table/weights-with-memory": lambda: table(at("optimizers-on-a-network", 3, variant="Adam"), "weights"),
    "table/weights-of-a-point": lambda: table(at("optimizers", 40, 1), "weights"),
    "table/layers": lambda: table(at("dying-relu", 20, 40), "layers"),
    "table/layers-selected": lambda: table(at("backprop-2-2-2", 1, 11), "layers", symbol="∂E/∂z3"),
    "table/data": lambda: table(at("xor-train", 600, sample=2), "data"),
    "table/data-kept-back": lambda: table(at("over-and-underfitting", 60), "data"),
    "table/search": lambda: table(at("xor-single", 40), "gates"),
    "table/variants": lambda: table_of_variants("batch-modes", 6, 59),
    "table/variants-wide": lambda: table_of_variants("xor-train", 20, 100),
    # pictures
    "picture/region": lambda: picture(at("xor-train", 600), "region"),
    "picture/region-low": lambda: picture(at("logistic-and", 50), "region", LOW),
    "picture/region-ascii": lambda: picture(
        at("xor-train", 600), "region", NARROW, look=PictureLook(ASCII, mixes=False)
    ),
    "picture/region-kept-back": lambda: picture(at("over-and-underfitting", 60), "region"),
    "picture/region-of-a-hidden-unit": lambda: picture(at("xor-mlp"), "region", view=1),
    "picture/bars": lambda: picture(at("dying-relu", 20), "bars"),
    "picture/bars-of-a-deep-network": lambda: picture(at("vanishing-gradient", 5), "bars"),
    "picture/history": lambda: picture(at("xor-train", 200), "history"),
    "picture/shapes": lambda: picture(at("matrix-shapes", 0, 20), "shapes"),
    "picture/shapes-selected": lambda: picture(at("matrix-shapes", 1), "shapes", symbol="z3"),
    "picture/confusion": lambda: picture(at("over-and-underfitting", 60), "confusion"),
    "picture/search-map": lambda: picture(at("xor-single", 40), "search-map"),
    "picture/unrolled": lambda: picture(at("feedforward-or-recurrent", 3, 60), "unrolled"),
    "picture/unrolled-low": lambda: picture(at("feedforward-or-recurrent", 3, 60), "unrolled", LOW),
    "picture/product": lambda: picture(at("linear-collapse", 0, 3, sample=2), "product"),
    "picture/hidden": lambda: picture(at("xor-mlp", 0, 3, sample=2), "hidden"),
    "picture/costs": lambda: picture_of_all("batch-modes", "costs", 0),
    "picture/descent": lambda: picture_of_all("epochs-batches-iterations", "descent", 20),
    "picture/rates": lambda: picture_of_all("optimizers", "rates", 40),
    "picture/functions-plot": lambda: picture(at("activations", 65, 2), "functions-plot"),
    "picture/functions-plot-of-losses": lambda: picture(at("losses", 30, 1), "functions-plot"),
    "picture/surface": lambda: picture_of_all("optimizers", "surface", 40),
    "picture/surface-ascii": lambda: picture_of_all("optimizers", "surface", 40, look=PictureLook(ASCII, mixes=False)),
    "picture/saddle": lambda: picture_of_all("optimizers-on-a-saddle", "surface", 30, LOW),
    "picture/hollow": lambda: picture_of_all("momentum-escape", "surface", 60),
    # lines and reading
    "lines/of-a-worked-example": lambda: lines_above(to("backprop-2-2-2", "∂E/∂W5"), 120),
    "lines/of-a-worked-example-in-80": lambda: lines_above(to("backprop-2-2-2", "∂E/∂W5"), 80),
    "lines/of-batches": lambda: lines_above(at("epochs-batches-iterations", 7, 9), 120),
    "lines/of-a-forward-pass": lambda: lines_above(at("and", 0, 2), 80),
    "reading/rules": lambda: rules("backprop-2-2-2", 56),
    "reading/rules-of-adam": lambda: rules("optimizers-on-a-network", 56, "Adam"),
    "reading/lesson": lambda: lesson("backprop-2-2-2", 56),
    "reading/comparison": partial(comparison, 75),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_drawn_is_as_stored(request, name):
    drawn = text_with_roles(CASES[name]())
    compare_with_stored(name, drawn, update=request.config.option.update_snapshots)


def test_nothing_is_stored_that_is_no_longer_drawn():
    stored = {file.relative_to(STORED).with_suffix("").as_posix() for file in STORED.glob("*/*.txt")}
    assert stored == CASES.keys()


@pytest.mark.parametrize("key", PICTURES)
def test_every_picture_is_among_them(key):
    assert f"picture/{key}" in CASES
