"""What a scenario says of itself, of every kind."""

import pytest
from support.every_number import FILES

from dlsim.engine.kinds.network.passes import MOST_PRODUCTS, affordable_rows
from dlsim.engine.scenario.load import load_tables

SAYS = {
    "several outputs": "softmax3 tanh2 softmax3 | 3 samples | mse adam | drawn data export",
    "one output": "leaky_relu3 tanh1 | 5 samples | half_squared_error sgd | drawn data export",
    "inputs alone": "softmax2 | 5 samples | - | drawn data export",
    "through time": "elu2 softmax2 | 2 samples of 3 fed back | mse adadelta | drawn data",
    "without feedback": "tanh2 softmax2 | 2 samples of 3 | categorical_crossentropy rmsprop | drawn data",
    "a surface": "- | 0 samples | - adam | x y",
    "functions": "- | 0 samples | - | swish mse softplus leaky_relu over 19",
    "softmax": "- | 0 samples | - | tanh over 19",
    "a search": "- | 4 samples | - | AND XOR False",
    "a search beside a network": "sigmoid1 | 4 samples | mse sgd | AND XOR True drawn",
}


def said(scenario):
    training, optimizer = scenario.training, scenario.optimizer
    layers = [f"{layer.activation.name}{layer.units}" for layer in scenario.layers]
    assert bool(layers) == (scenario.network is not None)
    assert (len(scenario.data.inputs) if scenario.data else 0) == scenario.samples
    samples = f"{scenario.samples} samples" + (f" of {scenario.steps}" if scenario.steps else "")
    own = [*scenario.coordinates, *(each.name for each in scenario.functions), *scenario.gates]
    own += [f"over {len(scenario.sweep)}"] if len(scenario.sweep) else []
    own += [] if scenario.fires_at_zero is None else [str(bool(scenario.fires_at_zero))]
    flags = ("drawn", scenario.draws_weights), ("data", scenario.has_editable_data), ("export", scenario.is_exportable)
    return " | ".join(
        [
            " ".join(layers) or "-",
            samples + (" fed back" if scenario.is_fed_back else ""),
            " ".join([training.loss if training else "-", *([optimizer.name] if optimizer else [])]),
            " ".join([*own, *(word for word, is_so in flags if is_so)]),
        ]
    )


@pytest.mark.parametrize("name", SAYS)
def test_a_scenario_says_what_it_has(name):
    assert said(load_tables(FILES[name])) == SAYS[name]


@pytest.mark.parametrize(("parameters", "rows"), [(0, MOST_PRODUCTS), (1000, 30_000), (468_750, 64), (10**9, 64)])
def test_a_picture_asks_about_fewer_rows_of_a_larger_network_but_about_64_of_any(parameters, rows):
    class Structure:
        pass

    structure = Structure()
    structure.parameters = parameters
    assert affordable_rows(structure) == rows
