"""What changes nothing: ways to look at a run, and what can be taken along of it.

Panels and pictures, the variants of a scenario, decimals and scales, gradients checked; formula and table copied, to
the clipboard and into a file, a long table in the background.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Literal

from msgspec import Struct

from dlsim.engine.errors import reason_of
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.diagram.focus import shape_of
from dlsim.tui.drawing.pictures.catalogue import PICTURES, pictures_of
from dlsim.tui.drawing.table import Sheet, as_csv, as_markdown, sheet_of
from dlsim.tui.drawing.variants import sheet_of_variants
from dlsim.tui.screens.reports import GradientScreen
from dlsim.tui.screens.view import ScreenPart, title_of
from dlsim.tui.session.session import Hint
from dlsim.tui.session.settings import MOST_DIGITS, in_forms, in_short, keep
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words
from dlsim.tui.words.prose import text_of, text_of_op

SAY = words()
MOST_AT_ONCE = 3_000
"""So many numbers are written while the key waits, 20 ms; more of them by a thread."""
LONGEST_FOR_CLIPBOARD = 500_000
"""Characters: many a terminal drops what is longer, and over a slow line it would hold up everything else."""
FORMS = {"csv": (as_csv, ".csv"), "markdown": (as_markdown, ".md")}


class Looking(ScreenPart):
    """Its keys change what is looked at, and never what is computed."""

    # panels

    def panel(self, tab: str) -> None:
        """Show a panel, and choose it."""
        tabs = self._work.tabs
        if tab == "variants" and not tabs.has_variants:
            self._footer.say(Hint("hint.no_variants"))
            return
        if tab == "loss" and tab not in tabs.areas["side"]:
            self._footer.say(Hint("hint.no_curve"))
            return
        if tab == "lesson" and not tabs.has_lesson:
            self._footer.say(Hint("hint.no_lesson"))
            return
        self._view.tell(tabs.choose(tab, title_of(tab), self._view.key_of(tab)))

    def table(self, number: int) -> None:
        """Show one of the tables."""
        tables = self._work.tabs.tables
        if number < len(tables):
            self.panel(tables[number])
        else:
            self._footer.say(Hint("hint.no_table"))

    def scroll(self, by: int) -> None:
        """Scroll the chosen panel by about its height; where that shows all it holds, another that does not."""
        cut = [rows for rows in self._view.scrolling() if not rows.is_whole]
        if cut:
            cut[0].scroll_pages(by)
        else:
            self._footer.say(Hint("hint.all_shown"))

    def enlarge(self) -> None:
        """The chosen panel over the whole screen, and back."""
        self._view.enlarge(self._screen)

    # pictures

    def picture(self, by: int) -> None:
        """Show the first panel: the picture it holds, or the next one."""
        tabs = self._work.tabs
        tabs.reads_formula = False
        before, has_more = tabs.panel, len(tabs.pictures) > 1
        picture = tabs.turn(by)
        hint = None if has_more or not by else Hint("hint.one_picture")
        if by and has_more and not tabs.is_wide:
            hint = Hint("hint.picture", {"picture": title_of(picture)})
        if not by and has_more and before == picture:
            following = title_of(tabs.picture_after(1))
            hint = Hint("hint.more_pictures", {"key": CAPS["look.picture"], "picture": following})
        self._view.tell(hint)

    def view(self, by: int) -> None:
        """Show another view of the picture."""
        name = self._view.picture.turn(by) if self._work.tabs.picture in PICTURES else ""
        self._view.tell(Hint("hint.view", {"view": name}) if name else Hint("hint.one_view"))

    # the variants of the scenario

    def next_variant(self) -> None:
        """The same moment in the next variant."""
        self._do(self._work.session.next_variant)

    def choose_variant(self, variant: str | None) -> None:
        """The same moment in a variant that stands in their table."""
        self._work.tabs.panel = "variants"
        self._do(partial(self._work.session.choose_variant, variant))

    # numbers

    def digits(self, by: int) -> None:
        """Fewer or more decimals, here and the next time."""
        preferences, digits = self._work.preferences, self._work.digits + by
        if 0 <= digits <= MOST_DIGITS:
            preferences.choose(digits=digits)
            self._view.tell(Hint("hint.digits", {"digits": digits}))
        else:
            self._view.tell(Hint("hint.fewest_digits" if by < 0 else "hint.most_digits", {"most": MOST_DIGITS}))
        problem = preferences.notice()
        if problem:
            self._footer.notify(problem)

    def log(self) -> None:
        """Logarithmic or linear loss."""
        if self._work.session.scenario.wording:
            self._footer.say(Hint("hint.no_curve"))
        else:
            self._view.curve.toggle_log()
            self._view.tell(None)

    def check(self) -> None:
        """Check the gradients."""
        self._work.pause()
        has_gradients = self._work.session.simulator.has_gradients
        self._view.tell(None if has_gradients else Hint("hint.no_check"))
        if has_gradients:
            self._screen.app.push_screen(GradientScreen(self._work.session, self._work.digits))


def pictures_offered(scenario: Scenario) -> tuple[str, ...]:
    """The tabs of the first panel: the network where there is one, then the pictures."""
    pictures = tuple(picture.key for picture in pictures_of(scenario))
    return ("network", *pictures) if shape_of(scenario) is not None or not pictures else pictures


# what is taken along


class Copy(Struct, frozen=True):
    """A text, and where it was kept; or without a file, why not."""

    text: str
    file: Path | None
    problem: str = ""


class Copying(ScreenPart):
    """Hands out a formula or a table, whole."""

    _is_copying = False

    def formula(self) -> None:
        """Copy the formula and its numbers."""
        snapshot = self._work.moment
        text = text_of(SAY, snapshot, self._work.digits, selected=self._work.selection.ref)
        op = None if self._work.selection else self._view.whole_op(snapshot)
        if op is not None:
            text = text_of_op(SAY, snapshot, op, self._work.digits)
        if text is None:
            self._footer.say(Hint("hint.nothing_to_copy"))
        else:
            self._hand_out(self._copy(".txt", lambda: text)())

    def table(self, form: Literal["csv", "markdown"]) -> None:
        """Copy the table that is shown, all its rows and digits."""
        numbers, sheet = self._table_shown()
        if sheet is None:
            self._footer.say(Hint("hint.no_table_to_copy"))
        elif self._is_copying:
            self._footer.say(Hint("hint.still_copying"))
        else:
            write, ending = FORMS[form]
            copy = self._copy(ending, lambda: write(sheet()))
            if numbers <= MOST_AT_ONCE:
                self._hand_out(copy())
            else:
                self._is_copying = True
                Thread(target=self._copy_in_background, args=(copy,), name="dlsim-copy", daemon=True).start()
                self._footer.say(Hint("hint.copying", {"number": numbers}))

    def _table_shown(self) -> tuple[int, Callable[[], Sheet] | None]:
        """(how many numbers it has, what writes them down): a moment is frozen, and a thread may read it."""
        snapshot = self._work.moment
        if self._work.tabs.table == "variants":
            members = self._view.members_now()
            told = self._view.told(snapshot, members)
            sheet = sheet_of_variants(SAY, told, self._work.session.apart, self._view.beside_losses(members))
            return 0, lambda: sheet
        for table in snapshot.tables:
            if table.key == self._work.tabs.table:
                return len(table.rows) * len(table.columns), partial(sheet_of, SAY, snapshot, table)
        return 0, None

    def _copy_in_background(self, copy: Callable[[], Copy]) -> None:
        made = copy()
        with suppress(RuntimeError):  # the app has ended meanwhile
            self._screen.call_later(self._copied, made)

    def _copied(self, copy: Copy) -> None:
        self._is_copying = False
        self._hand_out(copy)

    def _copy(self, ending: str, write: Callable[[], str]) -> Callable[[], Copy]:
        """What writes a text and keeps it as a file, called like the scenario that is open now."""
        place, name = self._work.preferences.places.copies, self._work.session.scenario.name

        def copy() -> Copy:
            text = ""
            try:
                text = write()
                return Copy(text, keep(place, name, ending, text + "\n"))
            except OSError as error:
                return Copy(text, None, reason_of(error))

        return copy

    def _hand_out(self, copy: Copy) -> None:
        """Into the clipboard, which a terminal may refuse without a word; what is said tells where it is."""
        is_short = len(copy.text) <= LONGEST_FOR_CLIPBOARD
        if is_short:
            self._screen.app.copy_to_clipboard(copy.text)
        if copy.file is not None:
            said = self.told_of_file("hint.copied" if is_short else "hint.kept", copy.file)
        else:
            place = in_short(self._work.preferences.places.copies)
            said = SAY("hint.copied_only" if is_short else "hint.not_copied", place=place, problem=copy.problem)
        self._footer.notify(said)

    def told_of_file(self, key: str, file: Path) -> str:
        """That a file was written, its name whole: folders go before it, and then words."""
        forms = [SAY(f"{key}{brief}", file=form) for brief in ("", "_in_short") for form in in_forms(file)]
        return next((form for form in forms if self._footer.has_room(form)), forms[-1])
