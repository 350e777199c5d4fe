"""What every command of `dlsim walk` has at hand: the session, the words, and how to say that something is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from dlsim.cli.telling import Telling
from dlsim.engine import DlsimError, Simulator
from dlsim.engine.breakpoints import examples
from dlsim.engine.numbers import DIGITS, whole_number
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.settings import MOST_DIGITS
from dlsim.tui.words import Words

Lines = Iterator[str]
LONG = 20_000
"""Of a run of more iterations it is said that it goes on, and how to end it."""


class WrongCommandError(DlsimError):
    """A command that cannot be carried out; its text is the answer."""


class Walk:
    """One walk through one scenario."""

    def __init__(self, session: Session, say: Words, digits: int = DIGITS) -> None:
        self._session = session
        self._say = say
        self.tell = Telling(say, digits)

    @property
    def _simulator(self) -> Simulator:
        return self._session.simulator

    @property
    def _tables(self) -> list[str]:
        return [table.key for table in self._simulator.model.tables]

    @property
    def _samples(self) -> int:
        """How many there are in the data."""
        of_data = [table for table in self._simulator.model.tables if table.key == "data"]
        return len(of_data[0].rows) // of_data[0].per_sample if of_data else self._simulator.samples

    def _hint(self, hint: Hint) -> str:
        return self.tell.spoken(self._say(hint.key, **hint.values))

    def _needs(self, command: str, argument: str) -> WrongCommandError:
        needed = {"samples": f"{self._samples:,}", "most": MOST_DIGITS, "example": examples(self._simulator)[0]}
        wanted = self._say(f"walk.{argument}", command=command, **needed)
        return WrongCommandError(self.tell.line("needs", command=command, argument=wanted))

    def _number(self, command: str, text: str, most: int = MOST_ITERATIONS, refused: str = "too_far") -> int:
        """What was typed after a command as a whole number; what it is called when it is too large is `refused`."""
        number = whole_number(text)
        if number is None:
            raise self._needs(command, "number")
        if number > most:
            raise WrongCommandError(self.tell.line(refused, number=f"{most:,}"))
        return number
