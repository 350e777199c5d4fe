"""The terminal shows what a full paint would have shown, though it is sent only what changed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from dlsim.tui.terminal.painting import Cut, Painted

WIDTH, HEIGHT = 12, 3
CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = [
    None,
    Style(),
    Style(color="#ff0000"),
    Style(color="#ff0000", bgcolor="#000040"),
    Style(color="#00ff00", bgcolor="#000040", bold=True),
    Style(bold=True, underline=True),
    Style(dim=True, bgcolor="#101010"),
]
CODE = re.compile(r"\x1b\[(?P<numbers>[0-9;]*)(?P<what>[HGCDm])|(?P<text>.)", re.DOTALL)


ENDS = {22: (1, 2), 23: (3,), 24: (4, 21), 27: (7,), 39: (38, *range(30, 38)), 49: (48, *range(40, 48))}


def on_blank(look):
    """What can be seen of a look on a space: the ground."""
    return {code: value for code, value in look.items() if code == 48}


class Screen:
    """As much of a terminal as the app makes use of: (character, look) by cell."""

    def __init__(self):
        self.cells = {}
        self.x = self.y = 0
        self.look = {}

    def read(self, data):
        for code in CODE.finditer(data):
            numbers = [int(number or 0) for number in (code["numbers"] or "0").split(";")]
            if code["what"] == "H":
                self.y, self.x = numbers[0] - 1, numbers[1] - 1
            elif code["what"] == "G":
                self.x = numbers[0] - 1
            elif code["what"] in ("C", "D"):
                assert 0 <= self.x < WIDTH, "past the last column terminals differ"
                self.x += max(numbers[0], 1) * (1 if code["what"] == "C" else -1)
            elif code["what"] == "m":
                self.turn(numbers)
            else:
                self.put(code["text"])
        assert not self.look, "a style was left open"

    def turn(self, numbers):
        while numbers:
            first = numbers.pop(0)
            if first == 0:
                self.look = {}
            elif first in ENDS:
                self.look = {code: value for code, value in self.look.items() if code not in ENDS[first]}
            elif first in (38, 48):
                count = 2 if numbers[0] == 5 else 4
                self.look = {**self.look, first: tuple(numbers[:count])}
                del numbers[:count]
            else:
                self.look = {**self.look, first: True}

    def put(self, text):
        width = cell_len(text)
        for x in (self.x, self.x + width - 1):  # half of a wide character cannot stay
            for beside in (x - 1, x, x + 1):
                shown = self.cells.get((beside, self.y), ("", None))[0]
                if cell_len(shown) == 2 and beside <= x < beside + 2:
                    self.cells[beside, self.y] = self.cells[beside + 1, self.y] = (" ", {})
        self.cells[self.x, self.y] = (text, self.look if text != " " or 4 in self.look else on_blank(self.look))
        if width == 2:
            self.cells[self.x + 1, self.y] = ("", self.look)
        self.x += width


def whole(lines):
    return LayoutUpdate([[line] for line in lines], Region(0, 0, WIDTH, HEIGHT))


def strip_of(pieces):
    strip = Strip([Segment(text, style) for text, style in pieces if text])
    return strip.adjust_cell_length(WIDTH, STYLES[3])


def frames_of(characters):
    pieces = st.tuples(st.text(characters, max_size=5), st.sampled_from(STYLES))
    return st.lists(st.lists(pieces, max_size=5).map(strip_of), min_size=HEIGHT, max_size=HEIGHT)


frames, narrow_frames = frames_of("ab1·한글"), frames_of("ab1·")


@given(st.lists(frames, min_size=1, max_size=5))
def test_after_every_update_the_terminal_shows_the_frame(course):
    painted, terminal = Painted(), Screen()
    for frame in course:
        changes = painted.changes(whole(frame))
        if changes is not None:
            terminal.read(changes.render_segments(CONSOLE))
        fresh = Screen()
        fresh.read(Painted().changes(whole(frame)).render_segments(CONSOLE))
        assert terminal.cells == fresh.cells


@given(narrow_frames, narrow_frames, st.integers(0, WIDTH - 1), st.integers(1, WIDTH))
def test_a_part_of_a_line_is_painted_where_it_stands(before, after, first, last):
    painted, terminal = Painted(), Screen()
    terminal.read(painted.changes(whole(before)).render_segments(CONSOLE))
    part = ChopsUpdate([{0: line} for line in after], [(1, min(first, last), last)], [[WIDTH]] * HEIGHT)
    changes = painted.changes(part)
    if changes is not None:
        terminal.read(changes.render_segments(CONSOLE))
    expected = Screen()
    end = last if min(first, last) < WIDTH else 0
    line = Strip.join([after[1].crop(0, end), before[1].crop(end, WIDTH)])
    expected.read(Painted().changes(whole([before[0], line, before[2]])).render_segments(CONSOLE))
    assert terminal.cells == expected.cells


@pytest.mark.parametrize("system", [None, "standard", "256", "truecolor"])
def test_every_terminal_is_sent_the_colours_that_it_knows(system):
    console = Console(color_system=system, force_terminal=True)
    for colours in ({"color": "#ff0000"}, {"color": "#00ff00", "bgcolor": "#000040", "bold": True}, {"dim": True}):
        style = Style(**colours)  # fresh: Rich keeps in a style how it was rendered first
        sent, closed = Screen(), Screen()
        strip = Strip([Segment("x", style)])
        sent.read(Painted().changes(LayoutUpdate([[strip]], Region(0, 0, 1, 1))).render_segments(console))
        closed.read(strip.render(console))
        assert sent.cells == closed.cells


def test_half_a_wide_character_painted_over_is_mended_by_the_next_frame():
    painted, terminal = Painted(), Screen()
    wide, narrow = [strip_of([("한글한글", STYLES[2])])] * HEIGHT, [strip_of([("a", None)])] * HEIGHT
    terminal.read(painted.changes(whole(wide)).render_segments(CONSOLE))
    part = ChopsUpdate([{0: line} for line in narrow], [(1, 0, 3)], [[WIDTH]] * HEIGHT)
    terminal.read(painted.changes(part).render_segments(CONSOLE))
    terminal.read(painted.changes(whole(wide)).render_segments(CONSOLE))
    fresh = Screen()
    fresh.read(Painted().changes(whole(wide)).render_segments(CONSOLE))
    assert terminal.cells == fresh.cells


def test_nothing_is_sent_when_nothing_changed():
    painted, frame = Painted(), [strip_of([("one", STYLES[2])]), strip_of([("two", None)]), strip_of([])]
    assert painted.changes(whole(frame)) is not None
    assert painted.changes(whole(frame)) is None


def test_an_update_that_is_never_sent_is_not_taken_for_sent():
    painted, frame = Painted(), [strip_of([("one", STYLES[2])])] * HEIGHT
    Cut(whole(frame), painted)  # Textual holds it back: nobody asks for its text
    first = Cut(whole(frame), painted).render_segments(CONSOLE)
    assert first == Painted().changes(whole(frame)).render_segments(CONSOLE)
    assert Cut(whole(frame), painted).render_segments(CONSOLE) == ""


def test_one_changed_digit_is_sent_alone():
    painted = Painted()
    painted.changes(whole([strip_of([("0.1234567", STYLES[3])])] * HEIGHT))
    changes = painted.changes(whole([strip_of([("0.1239567", STYLES[3])])] * HEIGHT))
    assert [(x, y, [text for text, _ in cells]) for x, y, cells in changes.runs] == [
        (5, y, ["9"]) for y in range(HEIGHT)
    ]


def test_another_size_and_a_forgotten_screen_are_painted_whole():
    painted, frame = Painted(), [strip_of([("same", STYLES[2])])] * HEIGHT
    first = painted.changes(whole(frame)).render_segments(CONSOLE)
    painted.forget()
    assert painted.changes(whole(frame)).render_segments(CONSOLE) == first
    smaller = LayoutUpdate([[line] for line in frame[:2]], Region(0, 0, WIDTH, 2))
    terminal = Screen()
    terminal.read(painted.changes(smaller).render_segments(CONSOLE))
    assert [terminal.cells[0, y][0] for y in range(2)] == ["s", "s"]


def test_a_style_that_holds_is_not_said_again():
    sent = Painted().changes(whole([strip_of([("a", STYLES[3])])] * HEIGHT)).render_segments(CONSOLE)
    assert sent.count("38;2;255;0;0") == 1


def test_a_colour_that_changed_in_many_places_is_said_once():
    before = [strip_of([("aaaaaa", STYLES[3])])] * HEIGHT
    after = [*before[:2], strip_of([("x", STYLES[3]), ("y", STYLES[4]), ("x", STYLES[3]), ("y", STYLES[4])])]
    painted = Painted()
    painted.changes(whole(before))
    sent = painted.changes(whole(after)).render_segments(CONSOLE)
    assert sent.count("38;2;255;0;0") == sent.count("38;2;0;255;0") == 1


def test_where_colours_are_unwanted_none_is_sent():
    frame = whole([strip_of([("a", STYLES[4]), ("b", STYLES[2])])] * HEIGHT)
    sent = Painted(has_colours=False).changes(frame).render_segments(CONSOLE)
    assert set(re.findall(r"\x1b\[([0-9;]*)m", sent)) <= {"0", "1", "22"}
