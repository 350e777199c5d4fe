"""What must fit together in a network's file: data and widths, loss and targets, sizes. Errors say what would fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from dlsim.engine.functions.losses import LOSSES, Loss
from dlsim.engine.kinds.layered.file import ROUNDING
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import INLINE, Array, DataSpec, LayerSpec, NetworkSpec, TrainingSpec
from dlsim.engine.scenario.tables import Place, count
from dlsim.engine.text import shorten, shown

WIDEST = 1024
"""Units of a layer."""
MOST_VALUES_AT_ONCE = 8_000_000
"""Samples in a batch × units in the network: the tape holds some five numbers for each."""
MOST_LISTED = 6
"""Classes, labels or columns that a message lists."""


def refuse_misfits(
    network: NetworkSpec, data: DataSpec, training: TrainingSpec | None, top: Place, *, names_features: bool
) -> None:
    """Raises ScenarioError where the parts of a file, each right by itself, do not fit together. `top` is the file;
    where it `names_features`, no other column of the data is an input.
    """
    loss = None if training is None else LOSSES.get(training.loss)
    if training is not None:
        _refuse_no_targets(network, data, top, names_features=names_features)
    _refuse_inputs(network, data, top)
    _refuse_outputs(network, data, loss, top)
    if training is not None:
        _refuse_loss(network, data, training, top)


def _refuse_inputs(network: NetworkSpec, data: DataSpec, top: Place) -> None:
    found, wanted = data.inputs.shape[1], network.inputs
    if found == wanted:
        return
    remedy = f"set inputs = {found}{_with_weights(network.layers[0])}"
    if data.source == INLINE:
        remedy += f", or give rows of {wanted}"
    elif found > wanted and data.features:
        remedy += f", or name {wanted} of them in data.features: {_listed(data.features)}"
    raise (top / "network" / "inputs").error(
        f"the network has {count(wanted, 'input')}, the data {count(found, 'column')} of inputs", wanted, remedy
    )


def _refuse_no_targets(network: NetworkSpec, data: DataSpec, top: Place, *, names_features: bool) -> None:
    """Of a file's columns the last are taken for the targets: as many as the inputs leave, or as there are outputs."""
    if data.targets is not None:
        return
    remedy = "add targets"
    if data.source != INLINE:
        remedy = "add target with the name of a column"
        left = len(data.features) - network.inputs
        many = left if left in (1, network.widths[-1]) else 1
        if many < len(data.features) and not names_features:
            names = [f'"{shorten(name)}"' for name in data.features[-many:]]
            listed = ", ".join(names)
            remedy = f"add target = {listed if many == 1 else f'[{listed}]'} to [data]"
            if left != many:
                remedy += f", and set network.inputs = {len(data.features) - many}{_with_weights(network.layers[0])}"
    raise (top / "data").error("training needs targets, but there are none", None, f"{remedy}, or remove [training]")


def _refuse_outputs(network: NetworkSpec, data: DataSpec, loss: Loss | None, top: Place) -> None:
    if data.targets is None or data.targets.shape[1] == network.widths[-1]:
        return
    found, wanted, last = data.targets.shape[1], network.widths[-1], len(network.layers) - 1
    units = f"set units = {found} there{_with_weights(network.layers[last])}"
    place = top / "network" / "layers" / last / "units"
    many = f"the last layer has {count(wanted, 'unit')}"
    if data.classes:
        remedies = [units] if found <= WIDEST else ["choose a target with fewer classes"]
        remedies += [f"write {' and '.join(map(shown, alike))} alike" for alike in _alike(data.classes)]
        told = f"{many}, but {_source_of_targets(data)} has {count(len(data.classes), 'class', 'es')}"
        raise place.error(f"{told}: {_listed(data.classes)}", wanted, ", or ".join(remedies))
    if labels := _labels(data):
        numbers = _listed([general(label) for label in labels])
        remedy = f"if they are classes, {_as_classes(labels, len(labels), network, data)}"
        if loss is None or not loss.targets_sum_to_one:
            remedy += f"; if they are numbers to predict, {units}"
        told = f"{many}, but {_source_of_targets(data)} is a single column of numbers"
        raise place.error(f"{told}: {numbers}", wanted, remedy)
    if data.source == INLINE:
        units += f", or give targets in rows of {wanted}"
    elif data.target_names:
        units += f", or name {count(wanted, 'column')} in data.target"
    raise place.error(f"{many}, the data {count(found, 'column')} of targets", wanted, units)


def _refuse_loss(network: NetworkSpec, data: DataSpec, training: TrainingSpec, top: Place) -> None:
    """Cross-entropies want their own activation in the output layer, and targets that are probabilities."""
    place, last = top / "training" / "loss", len(network.layers) - 1
    wanted, found = LOSSES[training.loss].fused_with, network.layers[-1].activation.name
    if wanted is not None and found != wanted:
        fitting = ", ".join(entry.name for entry in LOSSES.values() if entry.fused_with in (None, found))
        raise place.error(
            f"{training.loss} needs a {wanted} output, but the last layer is {found}",
            training.loss,
            f"set network.layers.{last}.activation = '{wanted}', or use one of {fitting}",
        )
    if wanted is None:
        return
    labels, sums_to_one = _labels(data), LOSSES[training.loss].targets_sum_to_one
    needed = len(labels) if sums_to_one or len(labels) > 2 else 1
    as_classes = _as_classes(labels, needed, network, data) if labels else ""
    for targets in (data.targets, data.validation_targets):
        if targets is None or not targets.size:
            continue
        if targets.min() < 0 or targets.max() > 1:
            strange = targets.min() if targets.min() < 0 else targets.max()
            remedy = "use probabilities as targets, or 'mse'"
            if as_classes:
                remedy = f"if they are classes, {as_classes}; if they are numbers to predict, use 'mse'"
            raise place.error(
                f"{training.loss} needs targets from 0 to 1, but one is {general(strange, 15)}", training.loss, remedy
            )
        sums = targets.sum(axis=1)
        if sums_to_one and np.abs(sums - 1).max() > ROUNDING:
            row = int(np.abs(sums - 1).argmax())
            raise place.error(
                f"{training.loss} needs targets that sum to 1; row {row} (from 0) sums to {general(sums[row], 15)}",
                training.loss,
                as_classes or "give a probability for each class, for example one-hot rows such as [0, 1, 0]",
            )


def refuse_size(network: NetworkSpec, batch: int, top: Place, *, trains: bool) -> None:
    """Raises ScenarioError where so many samples at once are too many for the network."""
    units = sum(network.widths)
    if batch * units > MOST_VALUES_AT_ONCE:
        most = max(MOST_VALUES_AT_ONCE // units, 1)
        key = top / "training" / "batch_size" if trains else top / "data"
        raise key.error(
            f"{count(batch, 'sample')} at once through {count(units, 'unit')} are too many",
            batch,
            f"at most {most:,} at once fit this network",
        )


# targets that are classes, however they are written


def _labels(data: DataSpec) -> Sequence[float]:
    """Of one column of whole numbers, those that occur, in order; () where it is one alone, where they are too many for
    a layer, and where the targets are anything else.
    """
    both = [targets for targets in (data.targets, data.validation_targets) if targets is not None]
    if not both or data.classes or both[0].shape[1] != 1:
        return ()
    found: Array = np.unique(np.concatenate(both))
    return tuple(map(float, found)) if 1 < len(found) <= WIDEST and np.array_equal(found, np.rint(found)) else ()


def _as_classes(labels: Sequence[float], units: int, network: NetworkSpec, data: DataSpec) -> str:
    """How numbers that stand for classes are written instead, for a last layer of so many `units`."""
    names, last = [general(label) for label in labels], len(network.layers) - 1
    if data.source != INLINE:
        told = f"write them as words, for example 'class {names[0]}' for {names[0]}"
    elif units == 1:
        told = " and ".join(f"write {new} for {old}" for new, old in zip(("0", "1"), names, strict=True) if new != old)
    else:
        rows = [[int(at == place) for at in range(units)] for place in range(2)]
        told = f"write {rows[0]} for {names[0]}, {rows[1]} for {names[1]}" + " and so on" * (units > 2)
    if units != network.widths[-1]:
        told += f", and set network.layers.{last}.units = {units}{_with_weights(network.layers[last])}"
    return told


def _source_of_targets(data: DataSpec) -> str:
    """What the targets are read from, as messages call it."""
    if data.source == INLINE:
        return "data.targets"
    column = f"column {shown(data.target_names[0])} of " if len(data.target_names) == 1 else ""
    return f"{column}{shorten(data.source)}"


def _alike(classes: Iterable[str]) -> Iterable[Sequence[str]]:
    """Those that differ in nothing but capitals and blanks: they may be meant to be one."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in classes:
        found["".join(name.casefold().split())].append(name)
    return [names for names in found.values() if len(names) > 1]


def _listed(names: Sequence[str]) -> str:
    """The first few of them."""
    return ", ".join(map(shorten, names[:MOST_LISTED])) + ", …" * (len(names) > MOST_LISTED)


def _with_weights(layer: LayerSpec) -> str:
    return ", with weights to match" if layer.weights is not None else ""
