"""Which sentence goes with a number, a table's column, a scenario: the question it answers, what it means, its name.

A key is looked up from the particular to the general: `meaning.search_y.at_zero.positive`, `meaning.search_y.positive`,
`meaning.y`, and last `meaning.any`. Between a quantity and its sign may stand a quality: the activation, the loss, the
optimizer, what an optimizer's state is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isfinite

from msgspec.structs import replace

from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DZ, E_O, A
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.model import Table
from dlsim.engine.numbers import DIGITS, fixed, general
from dlsim.engine.program import Op
from dlsim.engine.quantity import Ref, about, digits_of
from dlsim.engine.scenario.spec import Convention, Scenario
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.session.editing import Target
from dlsim.tui.session.selection import answer_to, datum_edit, is_number, other_row
from dlsim.tui.words import Words

LEAST_SHARE = 0.05
"""Of a change of less per cent the first digit is told."""
MOST_NAMED = 3
"""Units of a layer that a sentence names one by one."""


def fitting(say: Words, scenario: Scenario, key: str, /, **values: object) -> str:
    """The text at `key`, or the one that such a scenario has instead: of epochs only where there are any."""
    return say.first(keys_for(scenario, key), **values)


def keys_for(scenario: Scenario, *keys: str) -> list[str]:
    """The same keys in their order, those that such a scenario has of its own before all."""
    own = scenario.wording
    return [*(f"{own}.{key}" for key in keys if own), *keys]


def question(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """The question that the number answers."""
    place = "output" if ref.layer is not None and ref.layer == snapshot.tape.last_layer else "hidden"
    keys = [*_keys("question", snapshot, ref, place), "question.any"]
    return say.first(keys, **names(snapshot, ref))


def meaning(say: Words, snapshot: Snapshot, ref: Ref, value: float) -> str:
    """One plain sentence of what the number means."""
    sign = "positive" if value > 0 else "negative" if value < 0 else "zero"
    keys = [*_keys("meaning", snapshot, ref, sign), "meaning.any"]
    if datum_edit(snapshot, ref) is not None:
        keys = [f"meaning.edited_{ref.quantity.datum}"]
    found = names(snapshot, ref)
    told = say.first(keys_for(snapshot.scenario, *keys), **found)
    if not ref.quantity.is_new:
        return told
    which = "new" if snapshot.is_shown(Ref(UPDATE)) else "old"
    return say(f"meaning.which_counts.{which}", meaning=told, parameter=found["parameter"])


def reasons(say: Words, snapshot: Snapshot, told: Explanation, digits: int) -> Sequence[str]:
    """Why a gradient is a sum over several ways, or has sums in it; what δ is, where a unit begins to show it."""
    texts = [why_summed(say, snapshot, told.ref, found.operands) for found in (told, *told.sums)]
    texts += [whats_delta(say, snapshot, told.ref, digits), how_a_way_goes(say, snapshot, told.ref)]
    texts.append(did_it_help(say, snapshot, told.ref, digits))
    return [text for text in texts if text]


def did_it_help(say: Words, snapshot: Snapshot, ref: Ref, digits: int) -> str:
    """How the loss has changed by an update: where that is made, on the same data; and where the loss of the next
    iteration is known, as far as it is of the same data. "" for any other number.
    """
    tape, iteration = snapshot.tape, snapshot.position.iteration
    if ref.layer or ref.index or ref.sample is not None or tape.loss is None:  # most numbers are told by their place
        return ""
    if ref.quantity is UPDATE:
        if tape.loss_after is None or not snapshot.is_shown(tape.loss_after):
            return ""
        before, after = (tape.value(each, snapshot.sample) for each in (tape.loss, tape.loss_after))
    else:
        is_edited = not {iteration, iteration - 1}.isdisjoint(snapshot.edits)
        if ref not in (tape.error, tape.loss) or iteration < 2 or snapshot.is_part or is_edited:
            return ""
        before, after = float(snapshot.known.values[iteration - 2]), tape.value(tape.loss, snapshot.sample)
    if not (isfinite(before) and isfinite(after) and before):
        return ""
    share = 100 * (after - before) / abs(before)
    sign = "+" if share > 0 else "−"
    change = sign + (fixed(abs(share), 1) if abs(share) >= LEAST_SHARE else general(abs(share), 1))
    key = "helped" if after < before else "hurt" if after > before else "unchanged"
    numbers = {"before": fixed(before, digits), "after": fixed(after, digits)}
    if share and abs(share) < LEAST_SHARE and numbers["before"] == numbers["after"]:
        key = "practically_unchanged"
    told = say(f"why.{key}", symbol=snapshot.symbol(tape.loss), change=change, **numbers)
    return say("why.on_this_batch", told=told) if snapshot.is_part else told


def why_summed(say: Words, snapshot: Snapshot, ref: Ref, operands: Sequence[Ref]) -> str:
    """Why a gradient adds up several ways, of which `operands` are the parts: which units the unit of the layer below
    feeds. "" for any other sum.
    """
    ways = [edge for way in operands if way.quantity.is_way and (edge := way.quantity.edge(way)) is not None]
    if len(ways) < 2 or len(ways) < len(operands):
        return ""
    layer, unit, _ = ways[0]
    fed = [snapshot.symbol(Ref(A, layer, (receiver,))) for _, _, receiver in ways]
    units = say("why.layer", number=len(fed), layer=layer)
    if len(fed) <= MOST_NAMED:
        units = say("why.units", units=", ".join(fed[:-1]), last=fed[-1])
    found = {"unit": snapshot.symbol(Ref(A, layer - 1, (unit,))), "units": units}
    if about(ref).quantity.is_parameter:
        return say("why.parameter", parameter=names(snapshot, ref)["weight"], **found)
    return say("why.unit", **found)


def whats_delta(say: Words, snapshot: Snapshot, ref: Ref, digits: int) -> str:
    """What δ is that a unit shows from its slope on, and its number; "" for any other number."""
    delta = ref._replace(quantity=DE_DZ)
    if ref.quantity is not DA_DZ or ref.sample is not None or not snapshot.knows(delta) or not snapshot.is_shown(delta):
        return ""
    told = snapshot.explain(delta)
    return say("why.delta", delta=told.symbol, formula=told.formula, value=fixed(told.value, digits))


def how_a_way_goes(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """Why the factors of one way back to a unit are what they are; "" for any other number."""
    way = ref.quantity.edge(ref) if ref.quantity.is_way else None
    if way is None or snapshot.scenario.gates:
        return ""
    found = names(snapshot, ref)
    part_of_error = Ref(E_O, way[0], (way[2],))
    is_out = snapshot.knows(part_of_error) and snapshot.symbol(part_of_error) == found["error"]
    return say("why.way_out" if is_out else "why.way", **found)


def origin(say: Words, snapshot: Snapshot, ref: Ref) -> str:
    """What computed a number, or gave it."""
    name = ref.quantity.name
    if datum_edit(snapshot, ref) is not None:
        return say(f"origin.edited_{ref.quantity.datum}")
    keys = (f"origin.{snapshot.scenario.kind}_{name}", f"origin.{name}", "origin.any")
    return say.first(keys_for(snapshot.scenario, *keys), layer=ref.layer)


def names(snapshot: Snapshot, ref: Ref) -> dict[str, str]:
    """The symbols that sentences about `ref` speak of: what it is the change of, of which unit, weight or bias."""
    return snapshot.explain(ref).said.names


def _keys(head: str, snapshot: Snapshot, ref: Ref, ending: str) -> Iterator[str]:
    """All keys under which a sentence may stand, the most particular first."""
    said = snapshot.explain(ref).said
    qualities = [*said.qualities, "any"]
    for name in said.words:
        for key in (f"{head}.{snapshot.scenario.kind}_{name}", f"{head}.{name}"):
            for quality in qualities:
                yield f"{key}.{quality}.{ending}"
                yield f"{key}.{quality}.any"
                yield f"{key}.{quality}"
            yield f"{key}.{ending}"
            yield key


def label_head(say: Words, table: Table) -> str:
    """What stands over the labels of the rows."""
    return say(f"column.{table.labels}") if table.labels else ""


def column_head(say: Words, name: str, cells: int | None = None) -> str:
    """What stands over a column: the catalogue's word, and a name of the scenario's own as it is; over a column of
    fewer `cells` the name alone, or the word's shorter form, where it has one.
    """
    word, is_named, own = name.partition("=")
    head = say.first([f"column.{word}", "column.any"], name=word) if word else ""
    if is_named:
        head = f"{head} {own}".strip()
    if cells is None or breadth(head) <= cells:
        return head
    return own if is_named else say.first([f"column.short.{name}", f"column.{name}", "column.any"], name=name)


def old_head(say: Words, name: str, cells: int) -> str:
    """The same over numbers that the weights from before the update have made: it says so in as many words as fit."""
    whole, short = column_head(say, name), column_head(say, name, 0)
    keys = (
        ("column.before_update", whole),
        ("column.short.before_update", whole),
        ("column.short.before_update", short),
    )
    forms = (say(key, column=head) for key, head in keys)
    return next((form for form in forms if breadth(form) <= cells), column_head(say, name, cells))


def text_of(say: Words, snapshot: Snapshot, digits: int = DIGITS, *, selected: Ref | None = None) -> str | None:
    """The formula as one line of text, to be copied; None where nothing is computed yet."""
    if selected is None and snapshot.event is not None:
        selected = snapshot.event.ref
    if selected is None:
        return None
    answer = answer_to(snapshot, selected)
    if not answer.is_shown:
        return None
    told, row = answer.told, other_row(snapshot, selected)
    outcome = fixed(told.value, digits_of(selected, digits))
    filled_in = told.filled_in(digits)
    sides = [told.symbol, told.formula, filled_in, outcome]
    if not is_number(selected):  # of an update, each new value that takes its place
        sides = [filled_in]
    text = " = ".join(dict.fromkeys(side for side in sides if side))
    return text if row is None else say("answer.copied_of_sample", text=text, sample=row + 1)


def text_of_op(say: Words, snapshot: Snapshot, op: Op, digits: int = DIGITS) -> str:
    """An op as lines of text, to be copied: its matrices, then each of its numbers that has been computed."""
    head = [f"{formula}  {shapes}".strip() for _, formula, shapes in (snapshot.tape.op_formula(op),) if formula]
    return "\n".join([*head, *filter(None, (text_of(say, snapshot, digits, selected=ref) for ref in op.refs))])


def facts(say: Words, scenario: Scenario) -> Iterator[str]:
    """What a scenario consists of, a short line each: its network, its data, its training, its variants."""
    network, training = scenario.network, scenario.training
    if network is not None:
        names = [layer.activation.name for layer in network.layers]
        counted = [(name, len(list(group))) for name, group in groupby(names)]
        activations = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counted)
        yield say("browser.size", widths="-".join(map(str, network.widths)), activations=activations)
    if count := scenario.samples:
        yield say("browser.sample") if count == 1 else say("browser.samples", samples=count)
    if training is not None:
        yield say("browser.training", optimizer=training.optimizer.name, loss=training.loss.replace("_", " "))
    elif network is not None:
        yield say("browser.forward")
    if scenario.variants:
        yield say("browser.variants", names=" · ".join(scenario.variants))


def in_words(say: Words, target: Target) -> Target:
    """What can be changed, with words for its label: of the data called by its sample as well, where there are several;
    of a setting without its path.
    """
    if target.datum is not None and target.datum.sample is not None:
        return replace(target, label=say("edit.of_sample", symbol=target.label, sample=target.datum.sample))
    return replace(target, label=setting_name(say, target.path)) if target.label == target.path else target


def setting_name(say: Words, path: str) -> str:
    """What a setting is called: `layer 1 activation`, `learning_rate`, `sweep from`: words, and no path in a file."""
    named: list[str] = []
    match path.split("."):
        case ["network", "layers", number, *rest]:
            named.append(say("setting.layer", number=int(number) + 1))
        case ["functions", "show", number, *rest]:
            named.append(say("setting.function", number=int(number) + 1))
        case ["training", "seed"]:
            return say("setting.shuffle_seed")
        case ["training", "optimizer", *rest] if rest:
            pass
        case ["training" | "functions", *rest]:
            pass
        case rest:
            pass
    return " ".join((*named, *(say.first((f"setting.part.{part}", "column.any"), name=part) for part in rest)))


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
