"""Which scenarios a picture can be drawn of: asked of all pictures, so it must not need them. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dlsim.engine.scenario.data import are_classes
from dlsim.engine.scenario.spec import NetworkSpec, Scenario

MOST_CLASSES = 20

Suits: TypeAlias = Callable[[Scenario], bool]


def any_of_its_kind(_scenario: Scenario) -> bool:
    """All scenarios of the kinds that the picture is for."""
    return True


def has_network(scenario: Scenario) -> bool:
    """Networks; a search need not have one."""
    return getattr(scenario.body, "network", None) is not None


def is_trained(scenario: Scenario) -> bool:
    """Whatever has weights and trains them."""
    return getattr(scenario.body, "training", None) is not None


def lies_in_a_plane(scenario: Scenario) -> bool:
    """Networks of two inputs, by themselves or beside a search."""
    network = getattr(scenario.body, "network", None)
    return isinstance(network, NetworkSpec) and network.inputs == 2


def searches_a_plane(scenario: Scenario) -> bool:
    """Searches over two weights."""
    inputs: int = scenario.body.data.inputs.shape[1]
    return inputs == 2


def classifies(scenario: Scenario) -> bool:
    """Classifiers: targets of 0 and 1, one of several or one alone, and an output that decides between them."""
    body = scenario.body
    network, data = getattr(body, "network", None), getattr(body, "data", None)
    if network is None or data is None or data.targets is None:
        return False
    targets = data.targets
    if not are_classes(targets) or targets.shape[1] > MOST_CLASSES:
        return False
    if targets.shape[1] == 1:
        return network.layers[-1].activation.name in ("sigmoid", "step")
    return bool((targets.sum(axis=1) == 1.0).all())
