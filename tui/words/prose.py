"""Which sentence goes with a number: the question it answers and what it means.

A key is looked up from the particular to the general: `meaning.search_y.at_zero.positive`, `meaning.search_y.positive`,
`meaning.y`, and last `meaning.any`. Between a quantity and its sign may stand a quality: the activation, the loss, the
optimizer, what an optimizer's state is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlsim.engine.explain import Explanation
from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DZ, E_O, A
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.numbers import fixed
from dlsim.engine.quantity import Ref, about
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.answer import datum_edit
from dlsim.tui.words import Words

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
    keys = [*_keys("question", snapshot, ref, _place(snapshot, ref)), "question.any"]
    return say.first(keys, **names(snapshot, ref))


def meaning(say: Words, snapshot: Snapshot, ref: Ref, value: float) -> str:
    """One plain sentence of what the number means."""
    keys = [*_keys("meaning", snapshot, ref, _sign(value)), "meaning.any"]
    if datum_edit(snapshot, ref) is not None:
        keys = [f"meaning.edited_{ref.quantity.datum}"]
    found = names(snapshot, ref)
    told = say.first(keys_for(snapshot.scenario, *keys), **found)
    if not ref.quantity.is_new:
        return told
    which = "new" if snapshot.is_shown(Ref(UPDATE)) else "old"
    return say(f"meaning.which_counts.{which}", meaning=told, parameter=found["parameter"])


def reasons(
    say: Words, snapshot: Snapshot, told: Explanation, sums: Sequence[Explanation], digits: int
) -> Sequence[str]:
    """Why a gradient is a sum over several ways, or has `sums` in it; what δ is, where a unit begins to show it."""
    texts = [why_summed(say, snapshot, told.ref, found.operands) for found in (told, *sums)]
    texts += [whats_delta(say, snapshot, told.ref, digits), how_a_way_goes(say, snapshot, told.ref)]
    return [text for text in texts if text]


def why_summed(say: Words, snapshot: Snapshot, ref: Ref, operands: Sequence[Ref]) -> str:
    """Why a gradient adds up several ways, of which `operands` are the parts: which units the unit of the layer below
    feeds. "" for any other sum.
    """
    ways = [operand for operand in operands if operand.quantity.edge(operand) is not None and operand.quantity.is_way]
    if len(ways) < 2 or len(ways) < len(operands):
        return ""
    edges = [way.quantity.edge(way) for way in ways]
    layer, unit, _ = next(edge for edge in edges if edge)
    fed = [snapshot.symbol(Ref(A, layer, (edge[2],))) for edge in edges if edge]
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
    return _told(snapshot, ref).said.names


def _told(snapshot: Snapshot, ref: Ref) -> Explanation:
    return snapshot.explained.get(ref) or snapshot.explain(ref)


def _keys(head: str, snapshot: Snapshot, ref: Ref, ending: str) -> Iterator[str]:
    """All keys under which a sentence may stand, the most particular first."""
    said = _told(snapshot, ref).said
    qualities = [*said.qualities, "any"]
    for name in said.words:
        for key in (f"{head}.{snapshot.scenario.kind}_{name}", f"{head}.{name}"):
            for quality in qualities:
                yield f"{key}.{quality}.{ending}"
                yield f"{key}.{quality}.any"
                yield f"{key}.{quality}"
            yield f"{key}.{ending}"
            yield key


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def _place(snapshot: Snapshot, ref: Ref) -> str:
    return "output" if ref.layer == len(snapshot.scenario.layers) else "hidden"
