"""Which scenarios a picture can be drawn of: asked of all pictures, so it must not need them. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dlsim.engine.classes import classes_of
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
    """Classifiers: a sample is of one class, and of not too many."""
    if not has_network(scenario):
        return False
    classes = classes_of(scenario.body.data)
    return classes is not None and classes.are_exclusive and classes.count <= MOST_CLASSES
