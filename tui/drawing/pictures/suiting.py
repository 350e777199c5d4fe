"""Which scenarios a picture can be drawn of: asked of all pictures, so it must not need them. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dlsim.engine.classes import classes_of
from dlsim.engine.scenario.spec import Scenario

MOST_CLASSES = 20

Suits: TypeAlias = Callable[[Scenario], bool]


def has_dense_network(scenario: Scenario) -> bool:
    """Networks without sequences, by themselves or beside a search, which need not have one."""
    return scenario.network is not None and not scenario.steps


def has_sequences(scenario: Scenario) -> bool:
    """Networks that go through sequences step by step."""
    return scenario.steps > 0


def is_trained_alone(scenario: Scenario) -> bool:
    """Whatever has weights and trains them, with no search beside it."""
    return scenario.training is not None and not scenario.gates


def lies_in_a_plane(scenario: Scenario) -> bool:
    """Dense networks of two inputs."""
    return scenario.network is not None and scenario.network.inputs == 2 and not scenario.steps


def searches_a_plane(scenario: Scenario) -> bool:
    """Searches over two weights."""
    return bool(scenario.gates) and scenario.data is not None and scenario.data.inputs.shape[1] == 2


def has_surface(scenario: Scenario) -> bool:
    """A point on a surface."""
    return bool(scenario.coordinates)


def has_functions(scenario: Scenario) -> bool:
    """Functions by themselves."""
    return bool(scenario.functions)


def classifies(scenario: Scenario) -> bool:
    """Classifiers: a sample is of one class, and of not too many."""
    classes = classes_of(scenario.data) if has_dense_network(scenario) else None
    return classes is not None and classes.are_exclusive and classes.count <= MOST_CLASSES
