"""The line on top: where it is short of room, what is told elsewhere too goes first."""

from __future__ import annotations

import pytest

from dlsim.tui.drawing.header import BAR_CELLS, EMPTY, FULL, header_line
from dlsim.tui.session.session import Session
from dlsim.tui.words import words


def header(name, cells, variant=None, steps=3):
    session = Session(name, variant=variant)
    for _ in range(steps):
        session.forward()
    called = session.name_of(variant) or words()("picture.as_written")
    return "".join(text for text, _ in header_line(words(), session.snapshot, cells, called))


def bar_of(line):
    return line.count(FULL) + line.count(EMPTY)


@pytest.mark.parametrize(
    ("name", "variant", "title"),
    [
        ("backprop-2-2-2", None, "Backpropagation by hand"),
        ("xor-train", None, "XOR, learnt"),
        ("activations", "a = 0.01", "Activation functions"),
        ("vanishing-gradient", None, "The gradient that fades"),
        ("linear-collapse", "one layer", "Linear layers fall into one"),
    ],
)
def test_a_title_stands_whole_at_120_cells_before_the_bar_is_long(name, variant, title):
    line = header(name, 120, variant)
    assert f"  {title}  " in line
    assert len(line) == 120


def test_the_bar_is_long_where_nothing_needs_its_room():
    assert bar_of(header("optimizers", 120)) == BAR_CELLS


@pytest.mark.parametrize(
    ("name", "variant", "cells", "begins"),
    [
        ("feedforward-or-recurrent", None, 120, " dlsim   feedforward-or-recurrent [feedback] "),
        ("linear-collapse", "one layer", 80, " linear-collapse [one layer] "),
        ("xor-train", "two hidden units", 80, " xor-train [two hidden units] "),
        ("xor-single", None, 80, " xor-single  "),
    ],
)
def test_a_variant_is_named_whole_or_so_that_one_can_tell_it(name, variant, cells, begins):
    assert header(name, cells, variant).startswith(begins)


@pytest.mark.parametrize("cells", [120, 80])
def test_the_sample_goes_by_its_number_in_the_data_and_its_place_in_the_batch_where_that_is_another(cells):
    session = Session("batch-modes", variant="mini-batch")
    session.forward("iteration")
    session.move_lens(1)
    row = session.snapshot.row + 1
    assert row != 2
    line = "".join(text for text, _ in header_line(words(), session.snapshot, cells))
    assert f" sample {row} (2/32) " in line
    assert " sample 1/4 " in header("xor-train", cells)


@pytest.mark.parametrize("cells", [120, 80])
def test_a_sample_that_is_alone_in_its_batch_goes_by_its_number_in_the_data(cells):
    session = Session("batch-modes", variant="stochastic")
    session.forward("iteration")
    session.forward("iteration")
    assert len(session.snapshot.tape.rows) == 1
    line = "".join(text for text, _ in header_line(words(), session.snapshot, cells))
    assert f" iteration 2 · sample {session.snapshot.row + 1} · " in line
    assert "sample" not in header("backprop-2-2-2", cells), "there is one only"
    assert "sample" not in header("activations", cells)
