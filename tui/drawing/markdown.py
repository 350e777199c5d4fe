"""Lessons as lines, and the rules that hold in a scenario, a paragraph each."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.conventions import conventions
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.text import Line, wrap
from dlsim.tui.words import Words
from dlsim.tui.words.markdown import BULLET, HEADING, blocks, inline
from dlsim.tui.words.prose import rule_in_words

BULLET_MARK = " • "


def markdown_lines(text: str, cells: int) -> list[Line]:
    """`text` in lines of at most `cells`."""
    lines: list[Line] = []
    for block in blocks(text):
        if lines:
            lines.append(())
        for number, item in enumerate(block):
            lines.extend(_item(item, cells, is_first=number == 0))
    return lines


def _item(item: str, cells: int, *, is_first: bool) -> list[Line]:
    heading = HEADING.match(item)
    if heading:
        return wrap([(heading["text"], "heading")], cells)
    bullet = BULLET.match(item)
    if bullet is None:
        return wrap(inline(item if is_first else item.strip()), cells)
    mark = f" {bullet['number']}. " if bullet["number"] else BULLET_MARK
    return _hanging(mark, bullet["text"], cells)


def _hanging(mark: str, text: str, cells: int) -> list[Line]:
    inner = wrap(inline(text), max(cells - len(mark), 1))
    return [((mark if number == 0 else " " * len(mark), "muted"), *line) for number, line in enumerate(inner)]


def convention_lines(say: Words, scenario: Scenario, cells: int) -> Sequence[Line]:
    """All rules of a scenario in lines of at most `cells`."""
    lines: list[Line] = [*wrap([(say("convention.intro"), "muted")], cells), ()]
    for rule in conventions(scenario):
        lines += _hanging(BULLET_MARK, rule_in_words(say, rule), cells)
    return lines
