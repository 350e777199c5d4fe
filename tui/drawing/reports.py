"""Texts to be read: lessons and the rules of a scenario; what a comparison of two runs says, which is what was edited,
where they part and how far apart they have come; what a gradient check found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dlsim.engine.check import GradientEntry, GradientReport
from dlsim.engine.comparison import Comparison, Measure
from dlsim.engine.conventions import conventions
from dlsim.engine.numbers import DIGITS, fixed, scientific
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.table import Columns, roomiest, with_point_in_column
from dlsim.tui.drawing.text import Line, after_sign, widest, wrap
from dlsim.tui.session.editing import brief, in_words
from dlsim.tui.session.session import Edited
from dlsim.tui.words import Words, words
from dlsim.tui.words.markdown import BULLET, HEADING, blocks, inline
from dlsim.tui.words.prose import rule_in_words

SAY = words()
BULLET_MARK = " • "
LABEL, NUMBER = 14, 24
"""In a comparison, the cells of a row's label, more where one is longer, and of a number."""
BESIDES_DIGITS = 6
"""Cells that -1.2345678e-12 takes besides its eight digits."""
FEWEST_DIGITS = 3
SHOWN_AT_MOST = 1_000
"""So many parameters a gradient check shows."""
PARAMETER = 12
GAPS = (5, 2, 1)
"""Cells between two columns of it, the widest that there is room for."""


# lessons and rules


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


# two runs


def comparison_lines(
    compared: Comparison, edits: Sequence[Edited], keys: Mapping[str, str], cells: int, digits: int = DIGITS
) -> Sequence[Line]:
    """What was edited, the first number in which the runs differ, and how far apart they have come since. `keys` are
    the names of keys by binding id.
    """
    names = (SAY("compare.present"), SAY("compare.undone" if compared.is_undone else "compare.other"))
    reached = [SAY("compare.reached", iteration=done) for done in compared.gone]
    labels = [_after(measure.furthest.symbol) for measure in compared.measures if measure.furthest is not None]
    columns = _columns_of_runs([*names, *reached], [_losses(compared.measures), *labels], cells, digits)
    heads = _row(columns, "", *names, SAY("compare.difference"), role="muted")
    lines: list[Line] = []
    if edits:
        lines.append(((SAY("compare.edited_undone" if compared.is_undone else "compare.edited"), "heading"),))
        lines += [line for edited in edits for line in _edit(edited, cells, digits)]
        lines.append(())
    lines += [((SAY("compare.parting"), "heading"),), *_parting(compared, cells, columns, heads), ()]
    lines += [((SAY("compare.gone"), "heading"),), _row(columns, "", *names, role="muted")]
    lines += [_row(columns, "", *reached), ()]
    lines += _how_far(compared, cells, columns, heads, digits)
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


def _parting(compared: Comparison, cells: int, columns: Columns, heads: Line) -> Sequence[Line]:
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
    return [*said, (), heads, _numbers(columns, compared.symbol, (compared.present, compared.other))]


def _how_far(compared: Comparison, cells: int, columns: Columns, heads: Line, digits: int) -> Sequence[Line]:
    """How far apart the runs are where both have been: by their loss before an update, their parameters after it."""
    if not compared.measures:
        key = "compare.not_begun" if compared.gone[0] < compared.fork else "compare.no_further"
        return wrap([(SAY(key, iteration=compared.fork), "")], cells)
    lines: list[Line] = []
    for measure in compared.measures:
        title = SAY(f"compare.measured_{measure.why}", iteration=measure.iteration)
        lines += [(), *wrap([(title, "heading")], cells), heads, _numbers(columns, _losses([measure]), measure.losses)]
        key = "compare.other_shape" if measure.parameters is None else "compare.parameters"
        distance = "" if measure.parameters is None else fixed(measure.parameters, digits)
        if measure.furthest is None:
            lines += wrap([(SAY(key, distance=distance, iteration=measure.iteration), "")], cells)
        else:
            furthest = measure.furthest
            lines.append(_numbers(columns, _after(furthest.symbol), (furthest.present, furthest.other)))
            said = SAY("compare.furthest", symbol=furthest.symbol, iteration=measure.iteration)
            lines += wrap([(said, "")], cells)
    return lines[1:]


def _losses(measures: Sequence[Measure]) -> str:
    """What the losses are called that are measured."""
    return SAY("compare.batch_loss" if any(measure.are_of_batches for measure in measures) else "compare.loss")


def _after(symbol: str) -> str:
    """A parameter as the update has left it."""
    return SAY("compare.after", symbol=symbol)


def _columns_of_runs(texts: Sequence[str], labels: Sequence[str], cells: int, digits: int) -> Columns:
    """Labels, a number of each run, and their difference: narrower columns before fewer digits, yet with room for the
    texts.
    """
    label, narrow = max(LABEL, widest(labels) + 2), widest(texts) + 2
    ways = [(NUMBER, digits)] + [(narrow, fewer) for fewer in range(digits, min(digits, FEWEST_DIGITS) - 1, -1)]
    return roomiest([Columns((label, room, room, fewer + BESIDES_DIGITS), fewer) for room, fewer in ways], cells)


def _row(columns: Columns, label: str, *texts: str, role: str = "") -> Line:
    return columns.line((label, "symbol"), *((after_sign(text), role) for text in texts))


def _numbers(columns: Columns, label: str, pair: tuple[float | None, float | None]) -> Line:
    """A number of both runs, and their difference."""
    present, other = pair
    difference = None if present is None or other is None else present - other
    texts = (SAY("compare.none") if one is None else fixed(one, columns.digits) for one in (*pair, difference))
    return _row(columns, label, *texts)


# a gradient check


def report_lines(report: GradientReport, cells: int, digits: int = DIGITS) -> Sequence[Line]:
    """The verdict, then parameter by parameter."""
    lines: list[Line] = [*wrap([(_verdict(report), "result" if report.ok else "trouble")], cells), ()]
    columns = _columns(report, cells, digits)
    _, _, difference, _, _ = columns.widths
    about = ["check.method" if difference else "check.method_alone"] * bool(report.entries)
    about += ["check.about_kinks"] * (report.kinks > 0) + ["check.about_undecided"] * (report.undecided > 0)
    for key in about:
        lines += [*wrap([(SAY(key), "muted")], cells), ()]
    heads = ("parameter", "chain_rule", "difference", "complex_step", f"error{columns.form}")
    lines.append(columns.line(*((SAY(f"check.{head}"), "muted") for head in heads)))
    lines += [_entry(columns, entry) for entry in report.entries[:SHOWN_AT_MOST]]
    if len(report.entries) > SHOWN_AT_MOST:
        lines.append(((SAY("check.more", shown=SHOWN_AT_MOST, total=len(report.entries)), "muted"),))
    return lines


def _columns(report: GradientReport, cells: int, digits: int) -> Columns:
    """The widest that fit, in which words are in full or `_in_short`; the finite difference, which decides nothing, is
    the first to go.
    """
    entries = report.entries[:SHOWN_AT_MOST]
    heads = [SAY(f"check.{name}") for name in ("chain_rule", "complex_step")]
    said = {"error", *map(_word, entries)}

    def ways() -> Iterator[Columns]:
        for has_difference in (True, False)[not any(entry.difference is not None for entry in entries) :]:
            numbers = [text for entry in entries for text in _told(entry, digits, has_difference=has_difference)]
            for form in ("", "_in_short"):
                last = widest(SAY(f"check.{word}{form}") for word in said)
                for gap in GAPS:
                    room = widest((*heads, *numbers)) + gap
                    yield Columns((PARAMETER, room, room * has_difference, room, last), digits, form=form)

    return roomiest(ways(), cells)


def _told(entry: GradientEntry, digits: int, *, has_difference: bool = True) -> list[str]:
    """The numbers of an entry: by the chain rule, by a finite difference, by a complex step."""
    numbers = (entry.analytic, entry.difference if has_difference else None, entry.numeric)
    return ["" if number is None else with_point_in_column(fixed(number, digits)) for number in numbers]


def _entry(columns: Columns, entry: GradientEntry) -> Line:
    """What stands there of one parameter."""
    word, last = _word(entry), (SAY(f"check.{_word(entry)}{columns.form}"), "muted")
    if word == "error":
        last = (scientific(entry.relative_error, 1), "trouble" if entry.verdict == "differs" else "")
    return columns.line((entry.symbol, "symbol"), *((text, "") for text in _told(entry, columns.digits)), last)


def _word(entry: GradientEntry) -> str:
    """What the last column says: the error, or why there is none that means something."""
    if entry.verdict == "not differentiable here":
        return "kink"
    if entry.verdict == "undecided":
        return f"undecided_{entry.reason.replace(' ', '_')}"
    return "rounding" if entry.is_rounding else "error"


def _verdict(report: GradientReport) -> str:
    """Whether they agree, and of how many that is said."""
    number, total = len(report.entries), report.total
    counts = {"kinks": report.kinks, "undecided": report.undecided}
    others = "".join(SAY(f"check.others.{key}", number=count) for key, count in counts.items() if count)
    key = "differ" if report.differing else "some" if others else "agree"
    verdict = SAY(f"check.{key}", number=number, agree=report.agreeing, iteration=report.iteration, others=others)
    return verdict if number == total else f"{verdict} {SAY('check.part', number=number, total=total)}"
