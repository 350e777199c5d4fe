"""The list of scenarios in the order of the lecture notes: type to filter, look at one, open it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from dlsim.engine import Scenario
from dlsim.engine.text import in_language
from dlsim.tui.drawing.pictures.catalogue import pictures_of
from dlsim.tui.drawing.reports import markdown_lines
from dlsim.tui.drawing.text import Line, wrap
from dlsim.tui.screens.overlays import Entry, ListScreen
from dlsim.tui.session.keys import APP_KEYS, BROWSER_KEYS
from dlsim.tui.session.sessions import Choice, choices
from dlsim.tui.widgets.keyline import bindings, key_caps
from dlsim.tui.widgets.rows import Ground, Panel, Rows, as_text
from dlsim.tui.words import caps, words
from dlsim.tui.words.finding import Findable, findable, found_in, section_told
from dlsim.tui.words.prose import facts

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
    "app.leave",
)


class BrowserScreen(ListScreen[None, Choice]):
    """Posts `Chosen` with the name of the scenario that was chosen."""

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
        super().__init__(_entries, self._fitting, SAY("browser.filter"))
        self.may_close = may_close
        self._current, self._files = current, files
        self._left, self._notice = left, notice
        self._listed: Sequence[Findable] = ()
        self._best: Collection[str] = ()
        """The names of what fits best of what is found."""

    def compose(self) -> ComposeResult:
        """Filter and list on one side, the preview on the other."""
        self.preview = Rows(id="preview-text")
        self.left = Panel(self.field, self.listing, id="choices")
        self.right = Panel(self.preview, id="preview")
        with Ground(id="browser"):
            yield self.left
            yield self.right
        yield self.keyline

    def on_mount(self) -> None:
        """Load the list."""
        self._listed = listed(self._files)
        self.left.entitle([("title", SAY("browser.title"))], "title", current=True)
        self.right.entitle([("title", SAY("panel.preview"))], "title", current=False)
        self.filter("")
        keys = [choice.key for choice in self._found]
        if self._current in keys:
            self._number = keys.index(self._current)
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other, or one above the other."""
        self.set_class(event.size.width >= SIDE_BY_SIDE, "wide")
        self.set_class(event.size.height < SHORT, "short")

    def _fitting(self, wanted: str) -> Sequence[Choice]:
        found = found_in(SAY, self._listed, wanted)
        self._best = {choice.name for rank, choice in found if rank == found[0][0]}
        return [choice for _, choice in found]

    def filter(self, wanted: str) -> None:
        """Find what fits; what was chosen stays so, unless it fits less well than others."""
        kept = self.chosen.name if self.chosen else None
        super().filter(wanted)
        names = [choice.name for choice in self._found]
        typed = wanted.strip().casefold()
        likely = (
            [name for name in names if name == typed]
            or [name for name in names if name.startswith(typed)]
            or [name for name in names if name in self._best]
        )
        if typed and likely and (kept not in likely or typed in names):
            self._number = names.index(likely[0])
        elif kept in names:
            self._number = names.index(kept)

    @property
    def none(self) -> str:
        """That no scenario fits, and where else there is to look."""
        return SAY("browser.none", key=caps(SAY, BROWSER_KEYS)["app.help"])

    def show(self) -> None:
        """Show the list, a preview of what is chosen, and the keys."""
        super().show()
        choice = self.chosen
        self.preview.fill(as_text(partial(preview_lines, choice)) if choice else lambda _cells: ())
        ids = [id_ for id_ in SHOWN_KEYS if id_ != "app.close" or self.may_close or self.field.value]
        left = self._left if choice and choice.key == self._current else ""
        self.keyline.show(key_caps((*BROWSER_KEYS, *APP_KEYS), ids), self._notice or left)

    def action_move(self, by: int) -> None:
        """Up or down the list."""
        self._notice = "" if self.chosen else self._notice
        super().action_move(by)

    def action_page(self, by: int) -> None:
        """Scroll the preview."""
        self.preview.scroll_pages(by)

    def action_choose(self) -> None:
        """Open it; what cannot be opened says why in the preview. A file may be as it should by now."""
        if self.chosen and (self.chosen.scenario is not None or self.chosen.file):
            self.post_message(self.Chosen(self.chosen.key))

    def refuse(self, problem: str) -> None:
        """What was chosen cannot be opened."""
        self._notice = problem
        self.show()

    def action_close(self) -> None:
        """Empty the filter, or else return to the open scenario."""
        if self.field.value:
            self.field.value = ""
        elif self.may_close:
            self.dismiss()

    def action_take(self, number: int) -> None:
        """A click chooses, a click on what is chosen opens."""
        if number == self._number:
            self.action_choose()
        elif number < len(self._found):
            self._number = number
            self.show()


def listed(files: Sequence[str] = ()) -> Sequence[Findable]:
    """The built-in scenarios in the order of the notes, then those of files, and what each is found by."""
    return [findable(SAY, choice, _pictures(choice)) for choice in choices(files)]


def _pictures(choice: Choice) -> Sequence[str]:
    return [] if choice.scenario is None else [picture.key for picture in pictures_of(choice.scenario)]


def _entries(found: Sequence[Choice]) -> Sequence[Entry]:
    """Each section once, before its first scenario; and the title, or that there is none that could be opened."""
    sections = ["", *(choice.section for choice in found)]
    return [
        (
            f"{choice.section if choice.section != before else '':<5}",
            choice.name,
            ("✗", "trouble") if choice.scenario is None else (choice.title(SAY.language), "muted"),
        )
        for choice, before in zip(found, sections, strict=False)
    ]


def preview_lines(choice: Choice, cells: int) -> Sequence[Line]:
    """Title, summary, what it consists of, and the lesson."""
    scenario = choice.scenario
    if scenario is None:
        return [*wrap([(SAY("browser.broken"), "trouble")], cells), (), *wrap([(choice.problem, "")], cells)]
    return [*_head(scenario, cells), (), *markdown_lines(in_language(scenario.lesson, SAY.language), cells)]


def _head(scenario: Scenario, cells: int) -> Sequence[Line]:
    lines: list[Line] = list(wrap([(in_language(scenario.title, SAY.language), "heading")], cells))
    if scenario.section:
        lines += wrap([(section_told(SAY, scenario.section), "muted")], cells)
    summary = in_language(scenario.summary, SAY.language)
    if summary:
        lines += [(), *wrap([(summary, "")], cells)]
    lines.append(())
    for fact in facts(SAY, scenario):
        wrapped = wrap([(fact, "")], max(cells - 2, 1))
        lines += [((("· ", "accent") if number == 0 else ("  ", "")), *line) for number, line in enumerate(wrapped)]
    return lines
