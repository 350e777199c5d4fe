"""The table on screen can be taken along, as CSV or Markdown, with every digit of every number."""

import csv
from threading import Event

import pytest
from support.scenarios import thinned

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import fixed
from dlsim.tui.drawing.table import Sheet, as_csv, as_markdown, sheet_of
from dlsim.tui.screens import looking
from dlsim.tui.words import words


def table_of(simulator, key):
    return next(table for table in simulator.snapshot().tables if table.key == key)


def sheet(simulator, key):
    return sheet_of(words(), simulator.snapshot(), table_of(simulator, key))


def test_a_copied_table_holds_every_digit():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=1)
    table, copied = table_of(simulator, "weights"), sheet(simulator, "weights")
    assert [row[0] for row in copied.rows] == [row.label for row in table.rows]
    for row, texts in zip(table.rows, copied.rows, strict=True):
        for ref, text in zip(row.cells, texts[1:], strict=True):
            value = None if ref is None else simulator.snapshot().value(ref)
            assert text == ("" if value is None else repr(float(value)))
    assert any(len(text) > 12 for row in copied.rows for text in row[1:])


def test_numbers_that_are_not_computed_yet_are_empty_cells():
    copied = sheet(Simulator(load("backprop-2-2-2")), "weights")
    assert copied.rows[4][0] == "W5"
    assert copied.rows[4][1] == "0.45"
    assert set(copied.rows[4][2:]) == {""}


def test_csv_is_read_back_as_it_was():
    original = Sheet(["", "a, b", 'said "so"'], [["W1", "0.1", ""], ["한|글", "-1e-07", "nan"]])
    assert list(csv.reader(as_csv(original).splitlines())) == [list(original.heads), *map(list, original.rows)]


def test_markdown_keeps_its_columns_in_line_and_escapes_bars():
    text = as_markdown(Sheet(["", "value"], [["W1", "0.25"], ["a|b", "-1.5"]]))
    assert text.splitlines() == [
        "|      | value |",
        "| ---- | ----: |",
        "| W1   |  0.25 |",
        "| a\\|b |  -1.5 |",
    ]


@pytest.mark.parametrize(("key", "ending", "begins"), [("Y", ".csv", ",value before,"), ("M", ".md", "|     |")])
async def test_a_key_copies_the_table_to_the_clipboard_and_a_file(open_at, home, key, ending, begins):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", key)
        assert app.clipboard.startswith(begins)
        (file,) = (home / "copies").iterdir()
        assert file.suffix == ending
        assert file.read_text(encoding="utf-8") == app.clipboard + "\n"
        assert "W5" in app.clipboard


async def test_the_ways_of_a_scenario_are_copied_side_by_side(open_at):
    app = open_at("optimizers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "8", "Y")
        rows = list(csv.reader(app.clipboard.splitlines()))
        session = app.screen.work.session
        assert len(rows) == 1 + len(session.ensemble.names)
        assert repr(float(session.simulator.losses[-1])) in {row[2] for row in rows}


@thinned(("key", "ending"), [("Y", ".csv"), ("M", ".md")], [("M", ".md")])
async def test_a_long_table_is_written_while_one_steps_on(open_at, home, screen_text, until, monkeypatch, key, ending):
    may_write = Event()

    def keep_later(*arguments):
        assert may_write.wait(30)
        return keep(*arguments)

    keep = looking.keep
    monkeypatch.setattr(looking, "keep", keep_later)
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 10)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", key)
        await pilot.pause()
        assert "32 numbers are being written" in screen_text(app)[-1]
        await pilot.press(key)
        await pilot.pause()
        assert "still being written" in screen_text(app)[-1]
        await pilot.press("space")
        assert app.screen.work.session.simulator.position.cursor == 1
        assert not (home / "copies").exists()
        may_write.set()
        await until(pilot, lambda: "Copied" in screen_text(app)[-1])
        (file,) = (home / "copies").iterdir()
        assert file.suffix == ending
        assert file.read_text(encoding="utf-8") == app.clipboard + "\n"
        assert "W8" in app.clipboard


async def test_leaving_does_not_wait_for_a_long_table(open_at, until, monkeypatch):
    is_left, is_over = Event(), Event()

    def keep_after_all(*arguments):
        assert is_left.wait(30)
        is_over.set()
        raise OSError("nobody is here any more")

    monkeypatch.setattr(looking, "keep", keep_after_all)
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 0)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "Y", "q")
    is_left.set()
    assert is_over.wait(30)
    assert app.clipboard == ""


@pytest.mark.parametrize("is_kept", [True, False])
async def test_what_is_too_long_for_a_clipboard_is_kept_all_the_same(open_at, home, screen_text, monkeypatch, is_kept):
    if not is_kept:
        home.write_text("no folder")
    monkeypatch.setattr(looking, "LONGEST_FOR_CLIPBOARD", 10)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "Y")
        await pilot.pause()
        assert app.clipboard == ""
        assert ("Too long to copy; saved in" in screen_text(app)[-1]) == is_kept
        assert ("cannot write to" in screen_text(app)[-1]) != is_kept
        if is_kept:
            (file,) = (home / "copies").iterdir()
            assert "W8" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("scenario", "columns"),
    [
        ("over-and-underfitting", ["variant", "updates", "loss", "validation loss"]),
        ("batch-modes", ["variant", "updates", "batch loss", "loss"]),
        ("optimizers", ["variant", "updates", "loss", "rate of x"]),
    ],
)
async def test_of_the_variants_what_is_shown_is_copied_and_what_sets_them_apart(
    open_at, screen_text, scenario, columns
):
    app = open_at(scenario)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("i", "i", "8", "Y")
        await pilot.pause()
        shown = "\n".join(screen_text(app))
        heads, *rows = csv.reader(app.clipboard.splitlines())
        assert heads == [*columns, "how it differs"]
        assert all(head in shown for head in heads)
        for row in rows:
            assert row[0] in shown
            assert all(fixed(float(number)) in shown for number in row[2:-1])
            assert row[-1].split(", ")[0] in shown


def test_words_stand_at_the_left_in_markdown_and_numbers_at_the_right():
    text = as_markdown(Sheet(["variant", "loss", "apart"], [["all", "0.25", "rate 1"], ["some", "-1.5", "x"]], words=1))
    assert text.splitlines() == [
        "| variant | loss | apart  |",
        "| ------- | ---: | ------ |",
        "| all     | 0.25 | rate 1 |",
        "| some    | -1.5 | x      |",
    ]
