"""The list of scenarios in the order of the lecture notes: type to filter, look at one, open it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from dlsim.engine import Scenario
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.text import breadth
from dlsim.tui.drawing.pictures.catalogue import pictures_of
from dlsim.tui.drawing.reports import markdown_lines
from dlsim.tui.drawing.text import Line, cut, wrap
from dlsim.tui.keys import bindings
from dlsim.tui.screens.reading import Overlay
from dlsim.tui.session.keys import APP_KEYS, BROWSER_KEYS
from dlsim.tui.session.sessions import Choice, choices
from dlsim.tui.widgets.keyline import key_caps
from dlsim.tui.widgets.panel import Ground, Panel
from dlsim.tui.widgets.rows import Rows, as_text
from dlsim.tui.words import has_all, words
from dlsim.tui.words.prose import facts, topics

SAY = words()
SIDE_BY_SIDE = 90
"""From so many cells on, the preview stands beside the list."""
SHORT = 14
SHOWN_KEYS = (
    "scenario.choose",
    "scenario.up",
    "scenario.down",
    "app.close",
    "app.help",
    "look.page-down",
    "app.quit",
)


class BrowserScreen(Overlay[None]):
    """Posts `Chosen` with the name of the scenario that was chosen."""

    CSS_PATH = "browser.tcss"
    BINDINGS = bindings(BROWSER_KEYS)

    class Chosen(Message):
        """A scenario was chosen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(
        self,
        *,
        may_close: bool,
        current: str | None = None,
        files: Sequence[str] = (),
        left: str = "",
        notice: str = "",
    ) -> None:
        """`current` is chosen at first, `files` stand in the list besides what is built in; `left` says how far one was
        in `current`, `notice` what went wrong before.
        """
        super().__init__()
        self.may_close = may_close
        self._current, self._files = current, files
        self._left, self._notice = left, notice
        self._choices: tuple[Choice, ...] = ()
        self._topics: Sequence[str] = ()
        self._found: list[Choice] = []
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """Filter and list on one side, the preview on the other."""
        self.field = Input(placeholder=SAY("browser.filter"), id="filter", compact=True)
        self.listing = Rows(id="listing", row_action="take")
        self.preview = Rows(id="preview-text")
        self.left = Panel(self.field, self.listing, id="choices")
        self.right = Panel(self.preview, id="preview")
        with Ground(id="browser"):
            yield self.left
            yield self.right
        yield self.keyline

    def on_mount(self) -> None:
        """Load the list."""
        self._choices = choices(self._files)
        self._topics = [topics(SAY, choice, _pictures(choice)) for choice in self._choices]
        self.left.entitle([("title", SAY("browser.title"))], "title", current=True)
        self.right.entitle([("title", SAY("panel.preview"))], "title", current=False)
        self._filter("")
        names = [choice.file or choice.name for choice in self._found]
        if self._current in names:
            self._chosen = names.index(self._current)
        self._show()
        self._show_keys()

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other, or one above the other."""
        self.set_class(event.size.width >= SIDE_BY_SIDE, "wide")
        self.set_class(event.size.height < SHORT, "short")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._filter(event.value)
        self._show()
        self._show_keys()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_choose()

    def _filter(self, wanted: str) -> None:
        kept = self._found[self._chosen].name if self._found else None
        self._found = [
            choice for choice, told in zip(self._choices, self._topics, strict=True) if has_all(told, wanted)
        ]
        names = [choice.name for choice in self._found]
        typed = wanted.strip().casefold()
        likely = (
            [name for name in names if name == typed]
            or [name for name in names if name.startswith(typed)]
            or [choice.name for choice in self._found if has_all(choice.heading(SAY.language), wanted)]
        )
        if typed and likely and (kept not in likely or typed in names):
            self._chosen = names.index(likely[0])
        else:
            self._chosen = names.index(kept) if kept in names else 0

    def _show(self) -> None:
        self.listing.fill(as_text(partial(listing_lines, self._found, self._chosen)), self.listing.top)
        self.listing.keep_in_view(self._chosen)
        if not self._found:
            self.preview.fill(lambda _cells: ())
            return
        choice = self._found[self._chosen]
        self.preview.fill(as_text(partial(preview_lines, choice)))

    def _show_keys(self) -> None:
        ids = [id_ for id_ in SHOWN_KEYS if id_ != "app.close" or self.may_close or self.field.value]
        keys = key_caps(SAY, (*BROWSER_KEYS, *APP_KEYS), ids)
        self.keyline.show(keys, self._notice or (self._left if self._is_at_current else ""))

    @property
    def _is_at_current(self) -> bool:
        if not self._found:
            return False
        choice = self._found[self._chosen]
        return (choice.file or choice.name) == self._current

    def action_move(self, by: int) -> None:
        """Up or down the list."""
        if self._found:
            self._chosen = max(0, min(self._chosen + by, len(self._found) - 1))
            self._notice = ""
            self._show()
            self._show_keys()

    def action_page(self, by: int) -> None:
        """Scroll the preview."""
        self.preview.scroll_pages(by)

    def action_choose(self) -> None:
        """Open it; what cannot be opened says why in the preview. A file may be as it should by now."""
        if self._found and (self._found[self._chosen].scenario is not None or self._found[self._chosen].file):
            choice = self._found[self._chosen]
            self.post_message(self.Chosen(choice.file or choice.name))

    def refuse(self, problem: str) -> None:
        """What was chosen cannot be opened."""
        self._notice = problem
        self._show_keys()

    def action_close(self) -> None:
        """Empty the filter, or else return to the open scenario."""
        if self.field.value:
            self.field.value = ""
        elif self.may_close:
            self.dismiss()

    def action_take(self, number: int) -> None:
        """A click chooses, a click on what is chosen opens."""
        if number == self._chosen:
            self.action_choose()
        elif number < len(self._found):
            self._chosen = number
            self._show()
            self._show_keys()


def _pictures(choice: Choice) -> Sequence[str]:
    return [] if choice.scenario is None else [picture.key for picture in pictures_of(choice.scenario)]


def listing_lines(found: Sequence[Choice], chosen: int, cells: int) -> Sequence[Line]:
    """section, name, title; the chosen one marked."""
    if not found:
        return wrap([(SAY("browser.none"), "muted")], cells)
    names = max(breadth(choice.name) for choice in found)
    lines = []
    for number, choice in enumerate(found):
        mark, role = ("▶ ", "picked") if number == chosen else ("  ", "")
        section = choice.section
        previous = found[number - 1].section if number else ""
        shown = section if section != previous else ""
        padding = " " * (names - breadth(choice.name) + 2)
        title = (choice.title(SAY.language), role or "muted") if choice.scenario is not None else ("✗", "trouble")
        line: Line = (
            (mark, "accent"),
            (f"{shown:<5}", "muted"),
            (choice.name, role or "symbol"),
            (padding, role),
            title,
        )
        lines.append(cut(line, cells))
    return lines


def preview_lines(choice: Choice, cells: int) -> Sequence[Line]:
    """Title, summary, what it consists of, and the lesson."""
    scenario = choice.scenario
    if scenario is None:
        return [*wrap([(SAY("browser.broken"), "trouble")], cells), (), *wrap([(choice.problem, "")], cells)]
    return [*_head(scenario, cells), (), *markdown_lines(in_language(scenario.lesson, SAY.language), cells)]


def _head(scenario: Scenario, cells: int) -> Sequence[Line]:
    lines: list[Line] = list(wrap([(in_language(scenario.title, SAY.language), "heading")], cells))
    if scenario.section:
        lines.append(((SAY("browser.section", section=scenario.section), "muted"),))
    summary = in_language(scenario.summary, SAY.language)
    if summary:
        lines += [(), *wrap([(summary, "")], cells)]
    lines.append(())
    for fact in facts(SAY, scenario):
        wrapped = wrap([(fact, "")], max(cells - 2, 1))
        lines += [((("· ", "accent") if number == 0 else ("  ", "")), *line) for number, line in enumerate(wrapped)]
    return lines
