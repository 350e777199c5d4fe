"""Time by number and by condition: go to an iteration or an epoch, and breakpoints at which runs stop.

What is typed is read with every key: what cannot become a place or a condition any more is refused at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import on

from dlsim.engine.breakpoints import examples
from dlsim.engine.errors import BreakpointError, DlsimError
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.tui.screens.editing import Editing
from dlsim.tui.session.changing import add_breakpoint, iterations_until, place_in
from dlsim.tui.session.conditions import SYMBOL, problem_as_it_stands, problem_with_condition, what_follows
from dlsim.tui.session.running import gone_to
from dlsim.tui.session.session import Hint
from dlsim.tui.widgets.prompt import Asked
from dlsim.tui.widgets.timeline_strip import TimelineStrip
from dlsim.tui.words import words

SAY = words()
ADD = "add"
ROUND_A_HINT = 4
"""Cells that the key line leaves free before and after what it says, and that the mark of trouble takes."""
NEAR = 500
"""Places not further ahead than this are simply gone to, where no breakpoint is looked for on the way; those beyond are
run to, so that one can stop on the way.
"""


class Asking(Editing, is_layer=True):
    """The prompts of time."""

    def stops(self) -> Sequence[str]:
        """The conditions at which runs stop."""
        return [point.text for point in self.session.breakpoints]

    def action_go_to(self) -> None:
        """Ask for an iteration or an epoch."""
        self._pause()
        if not self.session.simulator.trains:
            self._say(Hint("go_to.not_trained"))
            return
        self.prompt.ask(
            Asked(SAY("go_to.label"), "", self.say("prompt.go_to"), accept=self._go_to, check=self._problem_with_place)
        )

    def _problem_with_place(self, text: str) -> str:
        place = place_in(text)
        if place is None:
            return self.say("go_to.unreadable") if text else ""
        if iterations_until(self.session, *place) > MOST_ITERATIONS:
            return self.say("go_to.too_far", most=MOST_ITERATIONS)
        return ""

    def _go_to(self, text: str) -> str:
        place = place_in(text)
        problem = self._problem_with_place(text)
        if problem or place is None:
            return problem or self.say("go_to.unreadable")
        iteration = iterations_until(self.session, *place)
        ahead = iteration - self.session.simulator.iteration
        if ahead > NEAR or (ahead > 0 and self.session.breakpoints):
            self._run_to(iteration)
            return ""
        self.session.simulator.seek(iteration=iteration)
        self.session.changed()
        self._say(gone_to(self.session, self.session.simulator.iteration))
        self._show()
        return ""

    def _run_to(self, iteration: int) -> None:
        """Run there at full speed."""
        raise NotImplementedError

    @on(TimelineStrip.StopsAsked)
    def _show_stops(self) -> None:
        self.action_breakpoint()

    def action_breakpoint(self) -> None:
        """Add one, or choose one to remove."""
        self._pause()
        if not self.session.simulator.trains:
            self._say(Hint("hint.no_breakpoint"))
        elif self.session.breakpoints:
            self._choose_breakpoint()
        else:
            self._ask_for_breakpoint()

    def _choose_breakpoint(self) -> None:
        from dlsim.tui.screens.choosing import ChoosingScreen, Option  # noqa: PLC0415 -- no start waits for it

        texts = self.stops()
        add, remove = SAY("breakpoint.does_add"), SAY("breakpoint.does_remove")
        options = [Option(ADD, SAY("breakpoint.add"), does=add)]
        options += [
            Option(str(number), SAY("breakpoint.remove", condition=text), does=remove)
            for number, text in enumerate(texts)
        ]

        def typed(text: str) -> Option:
            return Option(ADD + text, SAY("breakpoint.add_this", condition=text), does=add)

        def chosen(key: str | None) -> None:
            if key is not None and key.startswith(ADD):
                condition = key.removeprefix(ADD)
                if not condition or self._add_breakpoint(condition):
                    self._ask_for_breakpoint(condition)
            elif key is not None:
                gone = texts[int(key)]
                self.session.breakpoints = [point for point in self.session.breakpoints if point.text != gone]
                self._say(Hint("hint.breakpoint_removed", {"condition": gone}))
                self._show()

        screen = ChoosingScreen(SAY("breakpoint.title"), options, typed, SAY("breakpoint.filter"))
        self.app.push_screen(screen, chosen)

    @property
    def _cells_to_tell(self) -> int:
        return self.size.width - ROUND_A_HINT

    def _ask_for_breakpoint(self, text: str = "") -> None:
        self.prompt.ask(
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
        error = problem_with_condition(self.session.simulator, text)
        return "" if error is None else self._told(error)

    def _what_follows(self, text: str) -> str:
        simulator = self.session.simulator
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
        return told_within(self._cells_to_tell, tell_examples, examples(self.session.simulator))

    def _add_breakpoint(self, text: str) -> str:
        if not text:
            return self._examples()
        try:
            found = add_breakpoint(self.session, text)
        except DlsimError as error:
            return self._told(error)
        simulator = self.session.simulator
        holds = simulator.iteration > 0 and found.holds(simulator)
        self._say(Hint("hint.breakpoint_holds" if holds else "hint.breakpoint_added", {"condition": found.text}))
        self._show()
        return ""


def tell_examples(examples: Sequence[str]) -> str:
    """The note that says what may be written."""
    return SAY("prompt.breakpoint", examples=", ".join(examples))


def told_within(cells: int, tell: Callable[[Sequence[str]], str], examples: Sequence[str]) -> str:
    """What `tell` makes of the examples, of as many as fit whole, and of one at least."""
    forms = (tell(examples[:count]) for count in range(len(examples), 0, -1))
    return next((form for form in forms if cell_len(form) <= cells), tell(examples[:1]))
