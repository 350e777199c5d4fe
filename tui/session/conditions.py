"""Places to go to and conditions at which runs stop, as they are typed: what they are, or can become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dlsim.engine.breakpoints import parse_breakpoint, read_condition
from dlsim.engine.errors import DlsimError
from dlsim.engine.numbers import whole_number
from dlsim.engine.simulator import Breakpoint, Simulator
from dlsim.tui.session.session import Session

PLACE = re.compile(r"(?P<what>epoch|e|iteration|i)?\s*(?P<number>\S+)", re.IGNORECASE)
STARTS = (
    "loss",
    "epoch",
    "iteration",
    "accuracy",
    "batch loss",
    "validation loss",
    "not finite",
    "any |gradient|",
    "all |gradient|",
    "max |gradient|",
    "min |gradient|",
    "|gradient|",
)
"""What a condition may begin with, besides a symbol."""
NUMBERS = ("1", ".5", "0.5", "0", "e-1", "-1", "/2")
"""Ends of numbers, one of which makes any beginning of a number whole, and any condition that can hold one of those."""
COMPARED = (" < 0.5", " > 0.5", "= 1", "= 0", " 1")
ENDS = (
    "1",
    "1⁺",
    "W1",
    "b1",
    "[1][1,1]",
    "1][1,1]",
    "][1,1]",
    "[1,1]",
    "1,1]",
    ",1]",
    "1]",
    "]",
    "1<1>",
    "<1>",
    "1>",
    ">",
    "⟨1⟩",
    "1⟩",
    "⟩",
)
"""Ends of symbols."""
SYMBOL = "symbol"


def place_in(text: str) -> tuple[str, int] | None:
    """("iteration" or "epoch", number) of what was typed, None where it is neither."""
    match = PLACE.fullmatch(text.strip())
    number = None if match is None else whole_number(match["number"])
    if match is None or number is None:
        return None
    what = (match["what"] or "iteration").lower()
    return ("epoch" if what.startswith("e") else "iteration"), number


def iterations_until(session: Session, what: str, number: int) -> int:
    """How many iterations are done there."""
    return session.simulator.model.calendar.first(number) - 1 if what == "epoch" else number


def add_breakpoint(session: Session, text: str) -> Breakpoint:
    """Stop runs where this holds; DlsimError with examples for what cannot be read."""
    found = parse_breakpoint(text, session.simulator)
    session.breakpoints = [*(point for point in session.breakpoints if point.text != found.text), found]
    return found


def problem_with_condition(simulator: Simulator, text: str) -> DlsimError | None:
    """What is wrong with a text that no more typing could make a condition; None where it is one, or can become one."""
    error = problem_as_it_stands(simulator, text)
    return None if error is None or not text or what_follows(simulator, text)[0] else error


def what_follows(simulator: Simulator, text: str) -> tuple[str, Sequence[str]]:
    """What a beginning lacks: "number", "comparison", "start" (with the words that begin so) or the end of a SYMBOL;
    "" where the text is a condition, or can become none.
    """
    if not text or _is_condition(simulator, text):
        return "", ()
    lower = " ".join(text.lower().split())
    begun = [start for start in STARTS if start.startswith(lower) and start != lower and _exists(simulator, start)]
    if begun:
        return "start", begun
    if _becomes(simulator, text, NUMBERS):
        return "number", ()
    if _becomes(simulator, text, COMPARED):
        return "comparison", ()
    begins_symbol = any(simulator.model.find(text + end) is not None for end in ENDS)
    return (SYMBOL, ()) if begins_symbol else ("", ())


def _becomes(simulator: Simulator, text: str, ends: Iterable[str]) -> bool:
    return any(_is_condition(simulator, text + end) for end in ends)


def _exists(simulator: Simulator, start: str) -> bool:
    """Whether there can be conditions here that begin so."""
    return _is_condition(simulator, start) or _becomes(simulator, start, COMPARED)


def _is_condition(simulator: Simulator, text: str) -> bool:
    return not isinstance(read_condition(text, simulator), str)


def problem_as_it_stands(simulator: Simulator, text: str) -> DlsimError | None:
    """Why a text is no condition."""
    try:
        parse_breakpoint(text, simulator)
    except DlsimError as error:
        return error
    return None
