"""All numbers of a network that no op computes: those of summaries.py in one order, for who asks for them by name."""

from __future__ import annotations

from collections.abc import Iterator

from dlsim.engine.kinds.network.sample_passes import samples_of
from dlsim.engine.kinds.network.summaries import READ, TRAINING, VALIDATION
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.data import are_classes

COLUMNS = 9
"""A histogram that is asked for by name has so many."""


def besides(tape: NetworkTape) -> Iterator[Ref]:
    """Losses and counts, sizes, what is said of whole layers, and last what is made of each sample by itself."""
    parts = [part for part in (TRAINING, VALIDATION) if len(samples_of(tape.data, part)[0])]
    has_loss = tape.structure.loss is not None
    if has_loss:
        yield Ref(f"loss:{TRAINING}")
        yield from (Ref(f"loss:{part}{READ}") for part in parts if part == VALIDATION)
    for part in parts:
        yield from _counts(tape, part)
    yield Ref("parameters")
    for layer in tape.structure.layers:
        yield from _sizes(tape, layer.number)
    for layer in tape.structure.layers:
        yield from _of_layer(tape, layer.number)
    for of in ("W", "dE_dW") if has_loss else ("W",):
        yield Ref(f"largest:{of}", 0, (1,))
        for layer in tape.structure.layers:
            yield from (Ref(f"column:{of}", layer.number, (COLUMNS, column, 1)) for column in range(COLUMNS))
    for part in parts:
        yield from _of_samples(tape, part)


def _counts(tape: NetworkTape, part: str) -> Iterator[Ref]:
    if not _has_classes(tape, part):
        return
    classes = range(max(tape.structure.output.units, 2))
    yield from (Ref(f"{kind}:{part}") for kind in ("samples", "right", "accuracy"))
    for truth in classes:
        yield Ref(f"of_class:{part}", 0, (truth,))
        yield Ref(f"recall:{part}", 0, (truth,))
        yield from (Ref(f"taken_for:{part}", 0, (truth, taken)) for taken in classes)


def _has_classes(tape: NetworkTape, part: str) -> bool:
    targets = samples_of(tape.data, part)[1]
    return targets is not None and are_classes(targets)


def _sizes(tape: NetworkTape, layer: int) -> Iterator[Ref]:
    matrices = "XWbZ" if tape.structure.layer(layer).biases else "XWZ"
    yield from (Ref(f"{kind}:{matrix}", layer) for matrix in matrices for kind in ("rows", "columns"))
    yield Ref("numbers:W", layer)
    if tape.structure.loss is not None:
        yield Ref("numbers:dE_dW", layer)
    yield Ref("parameters", layer)


def _of_layer(tape: NetworkTape, layer: int) -> Iterator[Ref]:
    units = range(tape.structure.layer(layer).units)
    if tape.structure.loss is not None:
        yield from (Ref(f"mean_size:{of}", layer) for of in ("dE_dW", "dE_dz", "da_dz"))
        yield Ref("slopes", layer)
    for of in ("W", "dE_dW") if tape.structure.loss is not None else ("W",):
        yield from (Ref(f"{kind}:{of}", layer) for kind in ("average", "deviation", "largest"))
    for kind in ("dead", "saturated"):
        yield Ref(kind, layer)
        yield from (Ref(f"is_{kind}", layer, (unit,)) for unit in units)


def _of_samples(tape: NetworkTape, part: str) -> Iterator[Ref]:
    """At the weights of the moment; what is kept back as the validation loss is made of it."""
    structure, has_classes = tape.structure, _has_classes(tape, part)
    which = part if part == TRAINING else f"{part}{READ}"
    for row in range(len(samples_of(tape.data, part)[0])):
        if has_classes:
            yield Ref(f"decision:{part}", 0, (row,))
        if structure.loss is not None:
            yield Ref(f"pass_E:{which}", 0, (row,))
        for layer in reversed(structure.layers):
            for unit in range(layer.units):
                yield Ref(f"pass_a:{part}", layer.number, (row, unit))
                yield Ref(f"pass_z:{part}", layer.number, (row, unit))
