"""What can be taken along: the formula, the table, to the clipboard and into a file; a long table in the background."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Literal

from msgspec import Struct
from textual.screen import Screen

from dlsim.engine.errors import reason_of
from dlsim.tui.drawing.table import Sheet, as_csv, as_markdown, sheet_of
from dlsim.tui.drawing.variants import sheet_of_variants
from dlsim.tui.screens.view import View
from dlsim.tui.session.session import Hint
from dlsim.tui.session.settings import in_forms, in_short, keep
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.words import words
from dlsim.tui.words.prose import text_of, text_of_op

SAY = words()
MOST_AT_ONCE = 3_000
"""So many numbers are written while the key waits, 20 ms; more of them by a thread."""
LONGEST_FOR_CLIPBOARD = 500_000
"""Characters: many a terminal drops what is longer, and over a slow line it would hold up everything else."""
FORMS = {"csv": (as_csv, ".csv"), "markdown": (as_markdown, ".md")}


class Copy(Struct, frozen=True):
    """A text, and where it was kept; or without a file, why not."""

    text: str
    file: Path | None
    problem: str = ""


class Copying:
    """Its keys change nothing."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None]) -> None:
        self._work, self._view, self._footer, self._screen = work, view, view.footer, screen
        self._is_copying = False

    def formula(self) -> None:
        """Copy the formula and its numbers."""
        snapshot = self._work.moment
        text = text_of(SAY, snapshot, self._work.digits, selected=self._work.selection.ref)
        op = None if self._work.selection else self._view.whole_op(snapshot)
        if op is not None:
            text = text_of_op(SAY, snapshot, op, self._work.digits)
        if text is None:
            self._footer.tell(Hint("hint.nothing_to_copy"))
        else:
            self._footer.notify(
                self._hand_out(_kept(self._work.preferences.places.copies, self._file_stem, ".txt", lambda: text))
            )
        self._footer.show()

    def table(self, form: Literal["csv", "markdown"]) -> None:
        """Copy the table that is shown, all its rows and digits."""
        numbers, sheet = self._table_shown()
        if sheet is None:
            self._footer.tell(Hint("hint.no_table_to_copy"))
        elif self._is_copying:
            self._footer.tell(Hint("hint.still_copying"))
        else:
            write, ending = FORMS[form]
            copy = partial(_kept, self._work.preferences.places.copies, self._file_stem, ending, lambda: write(sheet()))
            if numbers <= MOST_AT_ONCE:
                self._footer.notify(self._hand_out(copy()))
            else:
                self._is_copying = True
                Thread(target=self._copy_in_background, args=(copy,), name="dlsim-copy", daemon=True).start()
                self._footer.tell(Hint("hint.copying", {"number": numbers}))
        self._footer.show()

    @property
    def _file_stem(self) -> str:
        return self._work.session.scenario.name

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
        self._footer.notify(self._hand_out(copy))

    def _hand_out(self, copy: Copy) -> str:
        """Into the clipboard, which a terminal may refuse without a word; what is said tells where it is."""
        is_short = len(copy.text) <= LONGEST_FOR_CLIPBOARD
        if is_short:
            self._screen.app.copy_to_clipboard(copy.text)
        if copy.file is not None:
            return self.told_of_file("hint.copied" if is_short else "hint.kept", copy.file)
        place = in_short(self._work.preferences.places.copies)
        return SAY("hint.copied_only" if is_short else "hint.not_copied", place=place, problem=copy.problem)

    def told_of_file(self, key: str, file: Path) -> str:
        """That a file was written, its name whole: folders go before it, and then words."""
        forms = [SAY(f"{key}{brief}", file=form) for brief in ("", "_in_short") for form in in_forms(file)]
        return next((form for form in forms if self._footer.has_room(form)), forms[-1])


def _kept(place: Path, name: str, ending: str, write: Callable[[], str]) -> Copy:
    """Write a text, and keep it as a file."""
    text = ""
    try:
        text = write()
        return Copy(text, keep(place, name, ending, text + "\n"))
    except OSError as error:
        return Copy(text, None, reason_of(error))
