"""The line on top: which scenario, which epoch, iteration and phase, and how far through the iteration."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from dlsim.engine.scenario.spec import in_language
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.lines import Line, Piece, cut, fit, width
from dlsim.tui.words import Words
from dlsim.tui.words.prose import fitting

BAR_CELLS = 14
LEAST_OF_VARIANT = 5
LEAST_OF_TITLE = 12
LEAST_OF_NAME = 8
FULL, EMPTY = "▰", "▱"
PHASES = ("forward", "loss", "backward", "update")


def header_line(say: Words, snapshot: Snapshot, cells: int, variant: str = "") -> Line:
    """The line in `cells`: where the run stands matters most, then the scenario's name, its title, the bar."""
    scenario = snapshot.scenario
    variant = variant or scenario.variant or ""
    name = scenario.name + (f" [{variant}]" if variant else "")
    title = in_language(scenario.title, say.language)
    places = (
        _place(say, snapshot, has_batch=True),
        _place(say, snapshot, has_batch=True, has_place=False),
        _place(say, snapshot),
    )
    brand: Piece = (f" {say('app.name')} ", "accent")
    named: Line = (brand, ("  ", ""), (name, "strong"))
    for told, bar, least in _forms(places, cell_len(title)):
        right = (*told, *_bar(snapshot, bar), (" ", ""))
        spare = cells - width(right) - 2 - width(named) - (2 if least else 0)
        if spare >= least:
            left = (*named, ("  ", ""), (fit(title, spare), "")) if least else named
            return (*left, (" " * (cells - width(left) - width(right)), ""), *right)
    for told in places:
        right = (*told, (" ", ""))
        room = max(cells - width(right) - 2, LEAST_OF_NAME)
        short: Line = ((" ", ""), (_shortened(scenario.name, variant, room), "strong"))
        if width(right) + width(short) < cells:
            return (*short, (" " * (cells - width(right) - width(short)), ""), *right)
    place = places[-1]
    terse = (place[-1], *((" · ", "muted"), *place[2:-2])[: 2 if snapshot.position.epochs else 0])
    return terse if width(terse) <= cells else cut(place[-1:], cells)


def _shortened(name: str, variant: str, cells: int) -> str:
    """A scenario's name, and as much as fits of its variant's where one can tell it by that; else as much of both."""
    around = cell_len(" []")
    least = min(LEAST_OF_VARIANT, cell_len(variant))
    for of_name in (cell_len(name), LEAST_OF_NAME) if variant else ():
        room = cells - around - of_name
        if room >= least:
            shown = fit(variant, room)
            return f"{fit(name, cells - around - cell_len(shown))} [{shown}]"
    return fit(name, cells)


def _forms(places: tuple[Line, Line, Line], title: int) -> Iterator[tuple[Line, int, int]]:
    """(which of `places` tells where the run stands, cells of the bar, the least that is shown of a title of so many
    cells), the best first: the bar, which tells nothing that does not stand beside it, gives way to a whole title.
    """
    longer, shorter, place = places
    for least, bars in ((title, (BAR_CELLS, BAR_CELLS // 2, 0)), (min(title, LEAST_OF_TITLE), (BAR_CELLS // 2,))):
        for bar in bars if least else ():
            yield longer, bar, least
    for told, bar in (
        (longer, BAR_CELLS),
        (longer, BAR_CELLS // 2),
        (longer, 0),
        (shorter, 0),
        (place, BAR_CELLS // 2),
        (place, 0),
    ):
        yield told, bar, 0


def _place(say: Words, snapshot: Snapshot, *, has_batch: bool = False, has_place: bool = True) -> Line:
    """Where the run stands; with the batch of the epoch, where an epoch has several, and with the place of the sample
    in its batch, where that is not its number in the data and there are others.
    """
    position = snapshot.position
    pieces: list[Piece] = []
    if position.epochs:
        is_again = snapshot.scenario.gates and position.epoch > 1  # all has been tried
        batch = ["header.batch"] if has_batch and position.batches > 1 else []
        for key in ("header.round" if is_again else "header.epoch", *batch, "header.iteration"):
            text = fitting(
                say,
                snapshot.scenario,
                key,
                epoch=position.epoch,
                batch=position.batch,
                batches=position.batches,
                iteration=position.iteration,
            )
            pieces += [(text, ""), (" · ", "muted")] if text else []
    samples = len(snapshot.tape.rows)
    if samples > 1 or snapshot.scenario.samples > 1:
        other = "header.sample_of_data" if has_place and samples > 1 else "header.sample_alone"
        key = "header.sample" if samples > 1 and snapshot.row == snapshot.sample else other
        told = say(key, row=snapshot.row + 1, sample=snapshot.sample + 1, samples=samples)
        pieces += [(told, ""), (" · ", "muted")]
    phase = position.phase
    name = say("header.start") if phase is None else say.first([f"phase.{phase}", "phase.any"], phase=phase.upper())
    role = phase if phase in PHASES else "strong"
    pieces.append((f"{name} {position.cursor:,}/{position.values:,}", role))
    return tuple(pieces)


def _bar(snapshot: Snapshot, cells: int) -> Line:
    position = snapshot.position
    if not cells:
        return ()
    full = round(cells * position.cursor / max(position.values, 1))
    if position.cursor:
        full = max(full, 1)
    if position.cursor < position.values:
        full = min(full, cells - 1)
    role = position.phase if position.phase in PHASES else "muted"
    return (("  ", ""), (FULL * full, role), (EMPTY * (cells - full), "muted"))
