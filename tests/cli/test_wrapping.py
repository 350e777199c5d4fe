"""Lines of a walk on a terminal: as wide as it is, and broken between words."""

import pytest
from support.scenarios import thinned
from support.terminal import on_terminal, unix_only

from dlsim.cli.output import wrapped


@unix_only
@thinned("columns", [23, 40, 80], [40])
def test_on_a_terminal_lines_are_broken_between_words(command_line, process, columns):
    typed = b"\nlesson\nwhy z1\nto 1\nwhy dE/dW5\nq\n"
    command = ["walk", "backprop-2-2-2", "--symbols"]
    _, shown = on_terminal([*command_line, *command], typed, columns=columns)
    piped = process(*command, input=typed, stdin=None).stdout.decode()
    rows = shown.decode().replace("> ", "").splitlines()
    assert all(len(row) <= columns for row in rows if " " in row)
    said = [word for line in piped.splitlines() if not line.startswith(">") for word in line.split()]
    assert set(said) <= set(shown.decode().split())


@pytest.mark.parametrize(
    ("line", "width", "rows"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("0.20944600·0.23802157 = x", 5, ["0.20944600·0.23802157", "= x"]),
        ("가나 다라 마바", 9, ["가나 다라", "마바"]),
        ("m̂ m̂ m̂", 3, ["m̂ m̂", "m̂"]),
    ],
)
def test_a_line_is_broken_by_cells_and_never_inside_a_word(line, width, rows):
    assert list(wrapped(line, width)) == rows
