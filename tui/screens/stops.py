"""Where to go, and where runs stop: an iteration or an epoch by its number, and breakpoints by their conditions.

What is typed is read with every key: what cannot become a place or a condition any more is refused at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.screen import Screen

from dlsim.engine.breakpoints import examples
from dlsim.engine.errors import BreakpointError, DlsimError
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.engine.text import breadth
from dlsim.tui.screens.overlays import ChoosingScreen, Option, take
from dlsim.tui.screens.view import ScreenPart, View
from dlsim.tui.session.running import (
    SYMBOL,
    add_breakpoint,
    gone_to,
    iterations_until,
    place_in,
    problem_as_it_stands,
    problem_with_condition,
    what_follows,
)
from dlsim.tui.session.session import Hint
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.prompt import Asked
from dlsim.tui.words import words

SAY = words()
ROUND_A_HINT = 4
"""Cells that the key line leaves free before and after what it says, and that the mark of trouble takes."""
NEAR = 500
"""Places not further ahead than this are simply gone to, where no breakpoint is looked for on the way; those beyond are
run to, so that one can stop on the way.
"""


class Stops(ScreenPart):
    """Asks in the prompt."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None], run_to: Callable[[int], None]) -> None:
        """`run_to` begins a run to an iteration."""
        super().__init__(work, view, screen)
        self._run_to = run_to

    def go_to(self) -> None:
        """Ask for an iteration or an epoch."""
        self._work.pause()
        if not self._work.session.simulator.trains:
            self._footer.say(Hint("go_to.not_trained"))
            return
        self._view.prompt.ask(
            Asked(
                SAY("go_to.label"),
                "",
                self._footer.text("prompt.go_to"),
                accept=self._go_to,
                check=self._problem_with_place,
            )
        )

    def _problem_with_place(self, text: str) -> str:
        place = place_in(text)
        if place is None:
            return self._footer.text("go_to.unreadable") if text else ""
        if iterations_until(self._work.session, *place) > MOST_ITERATIONS:
            return self._footer.text("go_to.too_far", most=MOST_ITERATIONS)
        return ""

    def _go_to(self, text: str) -> str:
        place = place_in(text)
        problem = self._problem_with_place(text)
        if problem or place is None:
            return problem or self._footer.text("go_to.unreadable")
        iteration = iterations_until(self._work.session, *place)
        ahead = iteration - self._work.session.simulator.iteration
        if ahead > NEAR or (ahead > 0 and self._work.session.breakpoints):
            self._run_to(iteration)
            return ""
        self._work.session.simulator.seek(iteration=iteration)
        self._work.session.changed()
        self._view.tell(gone_to(self._work.session, self._work.session.simulator.iteration))
        return ""

    def breakpoint(self) -> None:
        """Add one, or choose one to remove."""
        self._work.pause()
        if not self._work.session.simulator.trains:
            self._footer.say(Hint("hint.no_breakpoint"))
        elif self._work.session.breakpoints:
            self._choose_breakpoint()
        else:
            self._ask_for_breakpoint()

    def _choose_breakpoint(self) -> None:
        add, remove = SAY("breakpoint.does_add"), SAY("breakpoint.does_remove")
        options = [Option(SAY("breakpoint.add"), self._ask_for_breakpoint, does=add)]
        options += [
            Option(SAY("breakpoint.remove", condition=text), partial(self._remove, text), does=remove)
            for text in self._work.stops
        ]

        def typed(text: str) -> Option:
            return Option(SAY("breakpoint.add_this", condition=text), partial(self._add_typed, text), does=add)

        screen = ChoosingScreen(SAY("breakpoint.title"), options, typed, SAY("breakpoint.filter"))
        self._screen.app.push_screen(screen, take)

    def _add_typed(self, condition: str) -> None:
        if self._add_breakpoint(condition):
            self._ask_for_breakpoint(condition)

    def _remove(self, condition: str) -> None:
        session = self._work.session
        session.breakpoints = [point for point in session.breakpoints if point.text != condition]
        self._view.tell(Hint("hint.breakpoint_removed", {"condition": condition}))

    @property
    def _cells_to_tell(self) -> int:
        return self._screen.size.width - ROUND_A_HINT

    def _ask_for_breakpoint(self, text: str = "") -> None:
        self._view.prompt.ask(
            Asked(
                label=SAY("breakpoint.label"),
                text=text,
                note=self._examples(),
                accept=self._add_breakpoint,
                check=self._problem_with_condition,
                follow=self._what_follows,
            )
        )

    def _problem_with_condition(self, text: str) -> str:
        error = problem_with_condition(self._work.session.simulator, text)
        return "" if error is None else self._told(error)

    def _what_follows(self, text: str) -> str:
        simulator = self._work.session.simulator
        what, starts = what_follows(simulator, text)
        error = problem_as_it_stands(simulator, text)
        if error is not None and what == "number" and text[-1:].isdigit():  # one that can never hold, and longer may
            return self._told(error)
        return SAY(f"breakpoint.{what}", words=", ".join(starts)) if what and what != SYMBOL else ""

    def _told(self, error: DlsimError) -> str:
        """What is wrong, with examples."""
        if isinstance(error, BreakpointError):
            return told_within(self._cells_to_tell, error.told_with, error.examples)
        return str(error)

    def _examples(self) -> str:
        """The note that says what may be written."""

        def told(examples: Sequence[str]) -> str:
            return SAY("prompt.breakpoint", examples=", ".join(examples))

        return told_within(self._cells_to_tell, told, examples(self._work.session.simulator))

    def _add_breakpoint(self, text: str) -> str:
        if not text:
            return self._examples()
        try:
            found = add_breakpoint(self._work.session, text)
        except DlsimError as error:
            return self._told(error)
        simulator = self._work.session.simulator
        holds = simulator.iteration > 0 and found.holds(simulator)
        key = "hint.breakpoint_holds" if holds else "hint.breakpoint_added"
        self._view.tell(Hint(key, {"condition": found.text}))
        return ""


def told_within(cells: int, tell: Callable[[Sequence[str]], str], examples: Sequence[str]) -> str:
    """What `tell` makes of the examples, of as many as fit whole, and of one at least."""
    forms = (tell(examples[:count]) for count in range(len(examples), 0, -1))
    return next((form for form in forms if breadth(form) <= cells), tell(examples[:1]))
