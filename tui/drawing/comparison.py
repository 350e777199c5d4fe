"""What a comparison of two runs says, as lines: what was edited, where the runs part, how far apart they have come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from dlsim.engine.comparison import Comparison, Measure
from dlsim.engine.numbers import DIGITS, fixed
from dlsim.tui.drawing.text import Line, after_sign, padded, widest, wrap
from dlsim.tui.session.editing import brief, in_words
from dlsim.tui.session.session import Edited
from dlsim.tui.words import words

SAY = words()
LABEL, NUMBER = 14, 24
"""Cells of a row's label, more where one is longer, and of a number."""
BESIDES_DIGITS = 6
"""Cells that -1.2345678e-12 takes besides its eight digits."""
FEWEST_DIGITS = 3


class Columns(Struct, frozen=True):
    """Numbers of both runs side by side: labels in `label` cells, then a column of `room` cells for each run, under
    its name.
    """

    names: tuple[str, str]
    label: int
    room: int
    digits: int

    @classmethod
    def fitting(
        cls, cells: int, digits: int, names: tuple[str, str], texts: Sequence[str], labels: Sequence[str]
    ) -> Columns:
        """Such as fit in so many cells, the texts below the names too: narrower columns before fewer digits."""
        label, room = max(LABEL, widest(labels) + 2), NUMBER
        if label + 2 * room + digits + BESIDES_DIGITS > cells:
            room = 2 + widest((*names, *texts))
        return cls(names, label, room, min(digits, max(cells - label - 2 * room - BESIDES_DIGITS, FEWEST_DIGITS)))

    def heads(self, *more: str) -> Line:
        """The names, and that of one more column."""
        return self._row("", "muted", *self.names, *more)

    def texts(self, *texts: str) -> Line:
        """A text in each."""
        return self._row("", "", *texts)

    def numbers(self, label: str, pair: tuple[float | None, float | None]) -> Sequence[Line]:
        """A number of both runs, and their difference, under heads of their own."""
        return [self.heads(SAY("compare.difference")), self.row_of(label, pair)]

    def row_of(self, label: str, pair: tuple[float | None, float | None]) -> Line:
        """A number of both runs, and their difference."""
        present, other = pair
        difference = None if present is None or other is None else present - other
        texts = (SAY("compare.none") if one is None else fixed(one, self.digits) for one in (*pair, difference))
        return self._row(label, "", *texts)

    def _row(self, label: str, role: str, *texts: str) -> Line:
        return ((padded(label, self.label), "symbol"), *((padded(after_sign(text), self.room), role) for text in texts))


def comparison_lines(
    compared: Comparison, edits: Sequence[Edited], keys: Mapping[str, str], cells: int, digits: int = DIGITS
) -> Sequence[Line]:
    """What was edited, the first number in which the runs differ, and how far apart they have come since. `keys` are
    the names of keys by binding id.
    """
    names = (SAY("compare.present"), SAY("compare.undone" if compared.is_undone else "compare.other"))
    reached = [SAY("compare.reached", iteration=done) for done in compared.gone]
    labels = [_after(measure.furthest.symbol) for measure in compared.measures if measure.furthest is not None]
    columns = Columns.fitting(cells, digits, names, reached, [_losses(compared.measures), *labels])
    lines: list[Line] = []
    if edits:
        lines.append(((SAY("compare.edited_undone" if compared.is_undone else "compare.edited"), "heading"),))
        lines += [line for edited in edits for line in _edit(edited, cells, digits)]
        lines.append(())
    lines += [((SAY("compare.parting"), "heading"),), *_parting(compared, cells, columns), ()]
    lines += [((SAY("compare.gone"), "heading"),), columns.heads(), columns.texts(*reached), ()]
    lines += _how_far(compared, cells, columns, digits)
    return [*lines, (), *wrap([(" ".join(_what_keys_do(compared, keys)), "muted")], cells)]


def _edit(edited: Edited, cells: int, digits: int) -> Iterator[Line]:
    before, after = brief(edited.before, digits), brief(edited.after, digits)
    values = {"label": edited.label, "before": before, "after": after, "iteration": edited.iteration}
    yield from wrap([(SAY("compare.edit", **values), "")], cells)
    if edited.along:
        yield from wrap([(SAY("compare.along", settings=in_words(edited)), "")], cells)


def _what_keys_do(compared: Comparison, keys: Mapping[str, str]) -> Iterator[str]:
    mine, theirs = compared.gone
    whose = "this" if mine < theirs else "other"
    if compared.can_be_evened_out:
        yield SAY(f"compare.even_out_{whose}", key=keys["edit.even-out"], iteration=max(compared.gone))
    elif mine != theirs:
        yield SAY(f"compare.broken_{whose}")
    key = "compare.how_undone" if compared.is_undone else "compare.how"
    yield SAY(key, undo=keys["edit.undo"], redo=keys["edit.redo"])


def _parting(compared: Comparison, cells: int, columns: Columns) -> Sequence[Line]:
    """The first number in which the runs differ."""
    if compared.symbol is None:
        return wrap([(SAY("compare.same", iteration=compared.parting), "")], cells)
    values = {"symbol": compared.symbol, "iteration": compared.parting}
    if compared.row is None:
        first = SAY("compare.first", **values)
    else:
        first = SAY("compare.first_of_sample", **values, sample=compared.row + 1)
    said = wrap([(first, "")], cells)
    if compared.present is None or compared.other is None:
        key = "compare.only_there" if compared.present is None else "compare.only_here"
        said = [*said, *wrap([(SAY(key), "")], cells)]
    return [*said, (), *columns.numbers(compared.symbol, (compared.present, compared.other))]


def _how_far(compared: Comparison, cells: int, columns: Columns, digits: int) -> Sequence[Line]:
    """How far apart the runs are where both have been: by their loss before an update, their parameters after it."""
    if not compared.measures:
        key = "compare.not_begun" if compared.gone[0] < compared.fork else "compare.no_further"
        return wrap([(SAY(key, iteration=compared.fork), "")], cells)
    lines: list[Line] = []
    for measure in compared.measures:
        title = SAY(f"compare.measured_{measure.why}", iteration=measure.iteration)
        lines += [(), *wrap([(title, "heading")], cells), *columns.numbers(_losses([measure]), measure.losses)]
        key = "compare.other_shape" if measure.parameters is None else "compare.parameters"
        distance = "" if measure.parameters is None else fixed(measure.parameters, digits)
        if measure.furthest is None:
            lines += wrap([(SAY(key, distance=distance, iteration=measure.iteration), "")], cells)
        else:
            furthest = measure.furthest
            lines.append(columns.row_of(_after(furthest.symbol), (furthest.present, furthest.other)))
            said = SAY("compare.furthest", symbol=furthest.symbol, iteration=measure.iteration)
            lines += wrap([(said, "")], cells)
    return lines[1:]


def _losses(measures: Sequence[Measure]) -> str:
    """What the losses are called that are measured."""
    return SAY("compare.batch_loss" if any(measure.are_of_batches for measure in measures) else "compare.loss")


def _after(symbol: str) -> str:
    """A parameter as the update has left it."""
    return SAY("compare.after", symbol=symbol)
