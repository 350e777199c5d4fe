"""What can be changed and what the keys of “what if” do to a session: a parameter, a number of the data, a setting.

What is done for a key returns a hint, or raises what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine.errors import DlsimError
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.numbers import DIGITS, comma_refused, in_full, plain, typed_number, whole_number
from dlsim.engine.quantity import Ref, about, present
from dlsim.engine.scenario.data import Datum, datum_at
from dlsim.engine.scenario.load import names_of_settings, revise
from dlsim.engine.scenario.spec import ALL, OptimizerSpec, Scenario
from dlsim.engine.scenario.tables import is_count
from dlsim.engine.simulator import Simulator
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.session import Edited, Hint, Session

LONG_TEXTS = ("schema", "title", "summary", "lesson", "section", "expect", "variants", "kind")
"""Of a file: what it says about itself, and nothing that a run depends on."""
CHOICES: Mapping[str, Sequence[str]] = {
    "activation": tuple(ACTIVATIONS),
    "output_activation": tuple(ACTIVATIONS),
    "loss": tuple(LOSSES),
    "optimizer": tuple(OPTIMIZERS),
    "shuffle": ("true", "false"),
}
"""Values that a key may have, where they are names."""
NUMBERS = ("data.inputs", "data.targets")
"""They have their cells."""
OPTIMIZER, BATCH_SIZE = "training.optimizer", "training.batch_size"


class NotANumberError(DlsimError):
    """What was typed is not a number."""


class Target(Struct, frozen=True):
    """Something that can be changed: a parameter at `ref`, or what the scenario sets at `path`, which is the label of a
    setting until it has words for one.
    """

    label: str
    value: Any
    ref: Ref | None = None
    path: str | None = None
    datum: Datum | None = None
    partners: Sequence[str] = ()
    """The symbols of the datum's row."""
    also: Sequence[str] = ()
    """What other libraries call the setting."""

    def followers(self, value: Any) -> Sequence[tuple[str, float, float]]:
        """(symbol, number before, number then) of the targets of its sample that change when it becomes `value`."""
        row = None if self.datum is None else self.datum.row_with(value)
        if self.datum is None or row is None:
            return ()
        others = enumerate(zip(self.partners, self.datum.row, row, strict=True))
        return [told for place, told in others if place != self.datum.place and told[1] != told[2]]

    def settings(self, text: str) -> Mapping[str, Any]:
        """What the scenario is to set, by path, so that it becomes what was typed."""
        value = parsed(text, self.path)
        return {self.path or "": value} if self.datum is None else self.datum.settings(value)

    @property
    def text(self) -> str:
        """The value as one would type it, in full."""
        return written(self.value)

    @property
    def choices(self) -> Sequence[str]:
        """The names that it may have."""
        return () if self.path is None else CHOICES.get(self.path.rpartition(".")[2], ())


def written(value: Any) -> str:
    """A value as one would type it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return str(value.get("name", ""))
    return in_full(value) if isinstance(value, float) else "" if value is None else str(value)


def parsed(text: str, path: str | None = None) -> int | float | bool | str:
    """What was typed as a file would have it at `path`: a number, a flag, else a text; the loader reads fractions, and
    refuses commas, itself.
    """
    if text in ("true", "false"):
        return text == "true"
    number = None if "/" in text else typed_number(text, is_count=is_count(path or ""))
    return text if number is None else number


def target_of(simulator: Simulator, snapshot: Snapshot, ref: Ref) -> Target | None:
    """What to change so that the number at `ref` changes itself; None where it is computed."""
    parameter = _parameter_of(simulator, ref)
    if parameter is not None:
        now = snapshot.tape.value(present(parameter), snapshot.sample)
        return Target(snapshot.symbol(parameter), now, ref=parameter)
    row = snapshot.row if ref.sample is None else int(snapshot.tape.rows[ref.sample])
    datum = datum_at(snapshot.scenario, ref, row)
    path = ref.quantity.path(snapshot.tape, ref) if datum is None else datum.path
    if path is None:
        return None
    found = value_at(snapshot.scenario.raw, path)
    number = snapshot.tape.value(ref, snapshot.sample) if found is None else found
    return Target(snapshot.symbol(ref), number, path=path, datum=datum, partners=_partners(snapshot, ref, datum))


def _partners(snapshot: Snapshot, ref: Ref, datum: Datum | None) -> Sequence[str]:
    """The symbols of the targets that share with the one at `ref`."""
    if datum is None or not datum.is_shared:
        return ()
    at = 1 if ref.quantity.names_row else 0  # after the row
    places = range(len(datum.row))
    return [snapshot.symbol(ref._replace(index=(*ref.index[:at], place, *ref.index[at + 1 :]))) for place in places]


def in_the_data(snapshot: Snapshot, ref: Ref, datum: Datum) -> Ref:
    """The input or target `ref` of the datum's sample where all data are listed; itself where it is not among them."""
    if ref.quantity.names_row or snapshot.row == datum.at:
        return ref
    named, index = [cell for cell in _cells_of(snapshot, datum.at) if cell.quantity.names_row], (datum.at, *ref.index)
    found = [cell for cell in named if cell.quantity.datum == ref.quantity.datum and cell.index[: len(index)] == index]
    return found[-1] if found else ref


def _cells_of(snapshot: Snapshot, row: int) -> list[Ref]:
    """The numbers of a sample where all data are listed."""
    table = next((table for table in snapshot.tables if table.key == "data"), None)
    many = 0 if table is None else table.per_sample
    lines = () if table is None else table.rows[row * many : (row + 1) * many]
    return [cell for line in lines for cell in line.cells if cell is not None]


def _parameter_of(simulator: Simulator, ref: Ref) -> Ref | None:
    """The weight, bias or coordinate that a number is, was or becomes."""
    if ref.quantity.before is None:
        return None
    parameter = ref._replace(quantity=ref.quantity.before)
    return parameter if simulator.model.is_parameter(parameter) else None


def value_at(tables: Any, path: str) -> Any:
    """What stands at a dotted path, None where nothing does."""
    place = tables
    for part in path.split("."):
        if isinstance(place, Mapping):
            place = place.get(part)
        elif isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        else:
            return None
    return place


LISTED_AT_MOST = 40
"""Of more parameters than this, none is listed: they have their table. So it is with inputs and targets."""
FIRST = ("learning_rate", "optimizer", "loss", "activation", "output_activation", "batch_size", "epochs")
"""Settings that one most often wants to change."""


def targets_of(simulator: Simulator, snapshot: Snapshot) -> list[Target]:
    """All that can be changed: what the formula is about, parameters, the sample under the lens, then settings."""
    parameters = next((table.rows for table in snapshot.tables if table.key == "weights"), ())
    refs: list[Ref | None] = []
    if len(parameters) <= LISTED_AT_MOST:
        refs += [row.cells[0] for row in parameters if row.cells]
    sample = _cells_of(snapshot, snapshot.row)
    if len(sample) <= LISTED_AT_MOST:
        refs += sample
    found = [target_of(simulator, snapshot, ref) for ref in refs if ref is not None]
    subject = None if snapshot.event is None else _parameter_of(simulator, about(snapshot.event.ref))  # W5 for ∂E/∂W5
    numbers = [target for target in found if target is not None]
    numbers.sort(key=lambda target: subject is None or target.ref != subject)
    return [*numbers, *settings_of(snapshot.scenario)]


def settings_of(scenario: Scenario) -> list[Target]:
    """Everything that the scenario sets and a run depends on, number matrices left out: those have their cells; and
    what holds although it is not written, the batch size, the optimizer and its settings.
    """
    raw = {key: value for key, value in scenario.raw.items() if key not in LONG_TEXTS}
    found = {path: value for key, inner in raw.items() for path, value in _within(key, inner)}
    training = scenario.training
    if training is not None:
        found.setdefault(OPTIMIZER, training.optimizer.name)
        if isinstance(raw.get("training"), Mapping):
            found.setdefault(BATCH_SIZE, training.batch_size)
        for name, value in settings_in(training.optimizer).items():
            found.setdefault(f"{OPTIMIZER}.{name}", value)
    names = {path: path.rpartition(".")[2] for path in found}
    also = names_of_settings(scenario.kind, names.values()).known
    targets = (Target(path, value, path=path, also=also[names[path]]) for path, value in found.items())
    return sorted(targets, key=_rank)


def _rank(target: Target) -> int:
    """What one most often wants to change stands first."""
    name = (target.path or "").rpartition(".")[2]
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _within(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if "name" in value:  # an optimizer or an activation with settings of its own
            yield path, value["name"]
        for key, inner in value.items():
            if key != "name" and f"{path}.{key}" not in NUMBERS:
                yield from _within(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, Mapping):
                yield from _within(f"{path}.{number}", inner)
    else:
        yield path, value


def settings_in(optimizer: OptimizerSpec) -> Mapping[str, float | bool]:
    """All that an optimizer has set, as a file would have it."""
    flags = {setting.name for setting in OPTIMIZERS[optimizer.name].settings if setting.range == "flag"}
    return {name: bool(value) if name in flags else value for name, value in optimizer.settings.items()}


# whether a text can be a new value

NOT_A_NUMBER, NOT_FINITE = "number", "finite"
"""Problems for which the caller has words."""
MOST_ROWS, FEW_ROWS = 200, 2
"""Data of more rows than this are not read with every key that is typed: so few of them are."""


def problem_with(scenario: Scenario, target: Target, text: str) -> str:
    """What is wrong with a text as the target's new value; "" for nothing."""
    number, path = typed_number(text), target.path or ""
    if target.ref is not None or target.datum is not None:
        if refused := comma_refused(text):
            return "; ".join(refused)
        if number is None or not isfinite(number):
            return NOT_A_NUMBER if number is None else NOT_FINITE
        if target.ref is not None:
            return ""
    if not _is_cheap(scenario):
        if path.startswith("data."):  # the rest is found on enter
            return ""
        scenario = _with_little_data(scenario)
    try:
        revise(scenario, target.settings(text))
    except DlsimError as error:
        return in_short(error)
    return ""


def _is_cheap(scenario: Scenario) -> bool:
    """Whether a scenario can be validated with every key that is typed."""
    data = scenario.raw.get("data")
    return not isinstance(data, Mapping) or ("file" not in data and scenario.samples <= MOST_ROWS)


def _with_little_data(scenario: Scenario) -> Scenario:
    """The same with only the first rows of its data: what is wrong with a setting is wrong there too."""
    written, data = scenario.raw["data"], scenario.data
    arrays = {"inputs": data.inputs, "targets": data.targets} if data else {}
    rows = {
        key: written[key][:FEW_ROWS] if isinstance(written.get(key), list) else array[:FEW_ROWS].tolist()
        for key, array in arrays.items()
        if array is not None
    }
    return replace(scenario, raw={**scenario.raw, "data": rows})


def has_same_batches(scenario: Scenario, text: str) -> bool:
    """Whether batches of that size are those that there are: of more than all samples, a batch has all."""
    number = scenario.samples if text == ALL else whole_number(text)
    training = scenario.training
    return number is not None and training is not None and min(number, scenario.samples) == training.batch_size


def more_than_all(scenario: Scenario, path: str | None, text: str) -> int:
    """How many samples there are, where the text is a batch size of more than that; else 0."""
    number = whole_number(text)
    if number is None or path != BATCH_SIZE:
        return 0
    return scenario.samples if number > scenario.samples else 0


def in_short(error: DlsimError) -> str:
    """An error in one line, without the file, which one has open."""
    problem, remedy = getattr(error, "problem", None), getattr(error, "remedy", None)
    if problem is None:
        return str(error)
    return f"{problem}; {remedy}" if remedy else str(problem)


# what if


def change(session: Session, target: Target, text: str, digits: int = DIGITS) -> Hint:
    """Give the target another value, here; DlsimError for what cannot be, and nothing is changed then. The hint says
    numbers to so many decimals.
    """
    if target.ref is None:
        text = written(parsed(text, target.path))
    if _is_same(text, target.text):
        return Hint("hint.unchanged", {"label": target.label, "after": text})
    if target.path == BATCH_SIZE and has_same_batches(session.scenario, text):
        return Hint("hint.unchanged_batch", {"label": target.label, "after": target.text})
    if target.ref is None:
        return _edit(session, target, text, digits)
    number = typed_number(text)
    if number is None:
        raise NotANumberError(text)
    return _edit(session, target, written(float(number)), digits, {target.ref: float(number)})


def _is_same(text: str, before: str) -> bool:
    """Whether two texts are the same, or the same number."""
    numbers = typed_number(text), typed_number(before)
    return text == before or (None not in numbers and numbers[0] == numbers[1])


def _edit(
    session: Session, target: Target, after: str, digits: int, numbers: Mapping[str | Ref, float] | None = None
) -> Hint:
    simulator, iteration, reached = session.simulator, next_start(session), session.simulator.position.iteration
    scenario, shapes = simulator.scenario, _shapes(simulator)
    row = None if target.datum is None else target.datum.at
    simulator.edit(numbers=numbers, settings=None if numbers else target.settings(after), row=row)
    session.changed()
    along = brought_along(scenario, simulator.scenario, target, after)
    edited = Edited(target.label, target.text, after, iteration, target.ref, along)
    session.edits.add(edited)
    values = {**_told(edited, digits), "iteration": iteration}
    if told := in_words(edited, only_changed=True):
        return Hint("hint.edited_along", {**values, "settings": told})
    drawn = [n for n, (one, other) in enumerate(zip(shapes, _shapes(simulator), strict=False), start=1) if one != other]
    if drawn:
        key = "hint.edited_drawn" if len(drawn) == 1 else "hint.edited_drawn_several"
        return Hint(key, {**values, "layers": ", ".join(map(str, drawn))})
    samples = more_than_all(simulator.scenario, target.path, after)
    if samples:
        return Hint("hint.edited_batch", {**values, "samples": samples})
    is_past = any(ghost.fork == iteration and len(ghost.curve) > reached for ghost in session.snapshot.ghosts[:1])
    return Hint("hint.edited_past" if is_past else "hint.edited", values)


def _shapes(simulator: Simulator) -> Sequence[tuple[int, ...]]:
    """Of each layer's weights: where it becomes another one, they are drawn anew."""
    return [weights.shape for weights, _ in simulator.parameters]


def next_start(session: Session) -> int:
    """The iteration from which on an edit made here holds."""
    position = session.simulator.position
    return position.iteration + (position.done == position.iteration)


def undo(session: Session, digits: int = DIGITS) -> Hint:
    """Back to the run that the last edit left."""
    if not session.simulator.undo():
        return Hint("hint.nothing_to_undo")
    return _gone("hint.undone", session, session.edits.done, session.edits.undone, digits)


def redo(session: Session, digits: int = DIGITS) -> Hint:
    """The edit that was undone, again."""
    if not session.simulator.redo():
        return Hint("hint.nothing_to_redo")
    return _gone("hint.redone", session, session.edits.undone, session.edits.done, digits)


def _gone(key: str, session: Session, source: list[Edited], target: list[Edited], digits: int) -> Hint:
    """The last change goes from the one list to the other, as it did in the simulator; one stands where one was."""
    session.changed()
    target.append(source.pop())
    return Hint(key, {**_told(target[-1], digits), "iteration": session.simulator.position.iteration})


def _told(edited: Edited, digits: int) -> dict[str, object]:
    return {"label": edited.label, "before": brief(edited.before, digits), "after": brief(edited.after, digits)}


# the first weights


def randomise(session: Session, label: str) -> Hint:
    """New random first weights from the next seed, from the very start; `label` is filled in with the old seed."""
    simulator = session.simulator
    table = next((name for name in ("network", "recurrent") if name in session.snapshot.scenario.raw), None)
    if table is None:
        return Hint("hint.no_weights")
    path = f"{table}.seed"
    before = value_at(simulator.first_scenario.raw, path) or 0
    if not simulator.draws_weights:
        return Hint("hint.weights_given")
    at_start = [edited.ref for edited in session.edits.done if edited.iteration == 1 and edited.ref is not None]
    numbers: Mapping[str | Ref, float] = {}
    if at_start:  # what was set by hand is drawn anew like all the others
        tape = Simulator(revise(simulator.first_scenario, {path: before + 1})).snapshot().tape
        numbers = {ref: tape.value(ref, 0) for ref in at_start}
    simulator.edit(settings={path: before + 1}, numbers=numbers, from_start=True)
    session.changed()
    session.edits.add(Edited(label, str(before), str(before + 1), 1))
    return Hint("hint.new_weights", {"before": str(before), "after": str(before + 1)})


def same_start(session: Session) -> Hint:
    """Back to the very start, with the weights that the run began with; where none is drawn at random, they go without
    saying.
    """
    hint = session.home()
    later = [iteration for iteration in session.simulator.edits if iteration > 1]
    if hint is not None and not later:
        return hint
    key = "hint.same_start" if session.simulator.draws_weights else "hint.back_at_start"
    return Hint(f"{key}_edited", {"iteration": later[0]}) if later else Hint(key)


# what an edit comes to


def brief(text: str, digits: int = DIGITS) -> str:
    """A value as hints say it: a whole number in groups, another number to so many decimals."""
    number = None if "/" in text else typed_number(text)
    if number is None:
        return text
    return f"{number:,}" if isinstance(number, int) else plain(number, digits)


def brought_along(
    before: Scenario, after: Scenario, target: Target, text: str
) -> Sequence[tuple[str, str | None, str]]:
    """The optimizer's settings that have another value because it is another one, or the targets that share what is
    left beside the one that is now `text`; see Edited.
    """
    if target.datum is not None:
        return tuple(
            (name, brief(written(old)), brief(written(new))) for name, old, new in target.followers(parsed(text))
        )
    if target.path != OPTIMIZER or before.optimizer is None or after.optimizer is None:
        return ()
    old, new = settings_in(before.optimizer), settings_in(after.optimizer)
    return tuple(
        (name, written(old[name]) if name in old else None, written(value))
        for name, value in new.items()
        if value != old.get(name)
    )


def in_words(edited: Edited, *, only_changed: bool = False) -> str:
    """What an edit brought along, as one types it: `learning_rate 0.001 (it was 0.5), beta_1 0.9`. Of these perhaps
    only what the optimizer before had as well.
    """
    return ", ".join(
        f"{name} {after}" if before is None else f"{name} {after} (it was {before})"
        for name, before, after in edited.along
        if before is not None or not only_changed
    )
