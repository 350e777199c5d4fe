"""Which rules hold in a scenario, said in plain words: a rule a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.conventions import conventions
from dlsim.engine.functions.settings import Convention
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.lines import Line, wrap
from dlsim.tui.drawing.markdown import inline
from dlsim.tui.words import Words

MARK = " • "


def rule_in_words(say: Words, rule: Convention) -> str:
    """A rule said: the particular sentence where one of its values has its own, else the general one."""
    values = {name: _told(name, value) for name, value in rule.values.items()}
    keys = [f"convention.{rule.key}_{value}" for value in rule.values.values() if isinstance(value, str)]
    text = say.first([*keys, f"convention.{rule.key}"], **values)
    extras = [name for name, value in rule.values.items() if value and f"convention.{rule.key}_with_{name}" in say]
    return " ".join([text, *(say(f"convention.{rule.key}_with_{name}", **values) for name in extras)])


def _told(name: str, value: float | str) -> float | str:
    """As it is said; a seed is no count, to be grouped."""
    if isinstance(value, float):
        return general(value)
    return str(value) if name == "seed" else value


def convention_lines(say: Words, scenario: Scenario, cells: int) -> Sequence[Line]:
    """All rules of a scenario in lines of at most `cells`."""
    lines: list[Line] = [*wrap([(say("convention.intro"), "muted")], cells), ()]
    for rule in conventions(scenario):
        text = wrap(inline(rule_in_words(say, rule)), max(cells - len(MARK), 1))
        lines += [((MARK if number == 0 else " " * len(MARK), "muted"), *line) for number, line in enumerate(text)]
    return lines
