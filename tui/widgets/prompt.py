"""A line to type into, above the keys at the bottom: hidden until something is asked, never created or destroyed.

What there is to say about the text stands beside the keys; where that is too narrow, in lines above the field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from textual import events, on
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widgets import Input

from dlsim.engine.text import breadth, clean
from dlsim.tui.drawing.text import Line, cut, fit, wrap
from dlsim.tui.widgets.keyline import TROUBLE
from dlsim.tui.widgets.rows import Rows

LABEL_SHARE = 3
"""A label takes at most one cell in so many of the line."""
MOST_LINES = 4
"""So many a message may take."""


class Asked(Struct, frozen=True):
    """What is asked: `check` returns what is wrong with a text, or ""; `accept` takes it, and returns the same.

    `choices` are values to go through with the arrow keys; `note` says what can be typed, and `follow` of a text with
    which nothing is wrong what it comes to, or what could follow it: "" for the note.
    """

    label: str
    text: str
    note: str
    accept: Callable[[str], str]
    check: Callable[[str], str] = lambda _text: ""
    choices: Sequence[str] = ()
    follow: Callable[[str], str] = lambda _text: ""


class Prompt(Container):
    """Asks for one thing at a time. Posts `Remark` with what there is to say, and `Closed` when it is over."""

    DEFAULT_CSS = """
    Prompt { layer: above; dock: bottom; margin-bottom: 1; height: 1; layout: vertical; background: $surface; }
    #prompt-message { height: 0; background: $surface; }
    #prompt-line { height: 1; }
    #prompt-label { height: 1; background: $surface; }
    #prompt-field { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; }
    """

    class Remark(Message):
        """A note, or what is wrong with the text as it stands."""

        def __init__(self, text: str, *, is_trouble: bool) -> None:
            super().__init__()
            self.text, self.is_trouble = text, is_trouble

    class Closed(Message):
        """Nothing is asked any more."""

    def __init__(self, *, id: str | None = None) -> None:
        label, message = Rows(id="prompt-label"), Rows(id="prompt-message")
        field = Input(id="prompt-field", select_on_focus=False)
        super().__init__(message, Horizontal(label, field, id="prompt-line"), id=id)
        self.display = False
        self.label, self.field, self._message = label, field, message
        self.field.can_focus = False  # while nothing is asked, no key goes here
        self._asked: Asked | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return self._asked is not None

    def ask(self, asked: Asked) -> None:
        """Open, with a text to begin with, all of it selected."""
        self._asked = asked
        self.display = True
        self._draw_label()
        with self.prevent(Input.Changed):
            self.field.value = asked.text
        self.field.can_focus = True
        self.screen.set_focus(self.field)  # now: the next key is for it
        self.field.select_all()
        problem = asked.check(asked.text) if asked.text else ""
        self._tell(problem or asked.note, is_trouble=bool(problem))

    def close(self) -> None:
        """Away, without an answer."""
        if self._asked is not None:
            self._asked = None
            self.display = False
            self.field.can_focus = False
            self.screen.set_focus(None)
            self.post_message(self.Closed())

    def choose(self, by: int) -> None:
        """The next or previous of the choices into the field."""
        if self._asked is None or not self._asked.choices:
            return
        choices = list(self._asked.choices)
        present = self.field.value.strip()
        place = (choices.index(present) + by) % len(choices) if present in choices else (0 if by > 0 else -1)
        self.field.value = choices[place]
        self.field.select_all()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._asked is not None:
            text = clean(event.value).strip()
            problem = self._asked.check(text)
            self._tell(problem or self._asked.follow(text) or self._asked.note, is_trouble=bool(problem))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._asked is None:
            return
        asked, self._asked = self._asked, None
        problem = asked.accept(clean(event.value).strip())
        if problem:
            self._asked = asked
            self._tell(problem, is_trouble=True)
        elif self._asked is None:
            self._asked = asked
            self.close()

    def _tell(self, text: str, *, is_trouble: bool) -> None:
        self.set_class(is_trouble, "trouble")
        self.post_message(self.Remark(text, is_trouble=is_trouble))

    def spell_out(self, text: str, *, is_trouble: bool) -> None:
        """Say this above the field, whole, in as many lines as it takes; "" for nothing."""
        cells, role = max(self.screen.size.width - 2, 1), "trouble" if is_trouble else "hint"
        lines: list[Line] = wrap([(TROUBLE * is_trouble + text, role)], cells) if text else []
        if len(lines) > MOST_LINES:
            rest = " ".join(piece for line in lines[MOST_LINES - 1 :] for piece, _ in line)
            lines[MOST_LINES - 1 :] = [cut(((rest, role),), cells)]
        self._message.show_rows([((" ", ""), *line) for line in lines])
        self._message.styles.height = len(lines)
        self.styles.height = len(lines) + 1

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the label out anew."""
        self._draw_label()

    def _draw_label(self) -> None:
        if self._asked is None:
            return
        text = fit(f" {self._asked.label} ", max(self.screen.size.width // LABEL_SHARE, 1))
        self.label.styles.width = breadth(text)
        self.label.show_rows([((text, "question"),)])
