"""Time by number and by condition: go to an iteration or an epoch, and breakpoints at which runs stop."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from dlsim.engine.breakpoints import EXAMPLES
from dlsim.engine.errors import DlsimError
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.tui.changing import add_breakpoint, iterations_until, place_in
from dlsim.tui.screens.editing import Editing
from dlsim.tui.session import Hint
from dlsim.tui.widgets.prompt import Asked
from dlsim.tui.words import words

SAY = words()
ADD = "add"
ALL_EXAMPLES = ", ".join(EXAMPLES)
ROUND_A_HINT = 4
"""Cells that the key line leaves free before and after what it says, and that the mark of trouble takes."""
NEAR = 500
"""Places not further ahead than this are simply gone to, where no breakpoint is looked for on the way; those beyond are
run to, so that one can stop on the way.
"""


class Asking(Editing):
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
            Asked(SAY("go_to.label"), "", SAY("prompt.go_to"), accept=self._go_to, check=self._problem_with_place)
        )

    def _problem_with_place(self, text: str) -> str:
        place = place_in(text)
        if place is None:
            return SAY("go_to.unreadable") if text else ""
        if iterations_until(self.session, *place) > MOST_ITERATIONS:
            return SAY("go_to.too_far", most=MOST_ITERATIONS)
        return ""

    def _go_to(self, text: str) -> str:
        place = place_in(text)
        problem = self._problem_with_place(text)
        if problem or place is None:
            return problem or SAY("go_to.unreadable")
        iteration = iterations_until(self.session, *place)
        ahead = iteration - self.session.simulator.iteration
        if ahead > NEAR or (ahead > 0 and self.session.breakpoints):
            self._run_to(iteration)
            return ""
        self.session.simulator.seek(iteration=iteration)
        self.session.changed()
        done = self.session.simulator.iteration
        self._say(Hint(f"hint.gone_to_{place[0]}", {"iteration": done, "epoch": place[1]}))
        self._show()
        return ""

    def _run_to(self, iteration: int) -> None:
        """Run there at full speed."""
        raise NotImplementedError

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
        note = with_examples_in(SAY("prompt.breakpoint", examples=ALL_EXAMPLES), self._cells_to_tell)
        self.prompt.ask(Asked(SAY("breakpoint.label"), text, note, accept=self._add_breakpoint))

    def _add_breakpoint(self, text: str) -> str:
        if not text:
            return with_examples_in(SAY("prompt.breakpoint", examples=ALL_EXAMPLES), self._cells_to_tell)
        try:
            found = add_breakpoint(self.session, text)
        except DlsimError as error:
            return with_examples_in(str(error), self._cells_to_tell)
        simulator = self.session.simulator
        holds = simulator.iteration > 0 and found.holds(simulator)
        self._say(Hint("hint.breakpoint_holds" if holds else "hint.breakpoint_added", {"condition": found.text}))
        self._show()
        return ""


def with_examples_in(text: str, cells: int) -> str:
    """A text that ends with all examples of conditions, with as many of them as fit whole."""
    if not text.endswith(ALL_EXAMPLES):
        return text
    said = text.removesuffix(ALL_EXAMPLES)
    forms = (said + ", ".join(EXAMPLES[:count]) for count in range(len(EXAMPLES), 0, -1))
    return next((form for form in forms if cell_len(form) <= cells), said + EXAMPLES[0])
