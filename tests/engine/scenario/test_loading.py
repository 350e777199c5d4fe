"""Scenario files: what is read from a good one, and what is said about a bad one."""

import os
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsim.engine import ScenarioError, UnknownNameError, builtin_scenarios, load
from dlsim.engine.scenario.load import ORDER, load_tables, revise
from dlsim.engine.text import in_language

GOOD = """
schema = 1
title = "A title"

[network]
inputs = 2
layers = [
  { units = 3, activation = "tanh" },
  { units = 1, activation = "sigmoid" },
]

[data]
inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [[0], [1], [1], [0]]

[training]
loss = "mse"
optimizer = { name = "sgd", learning_rate = 0.5 }
epochs = 20
"""


@pytest.fixture
def write(tmp_path):
    """Writes a scenario file and gives back its path."""

    def write_file(text: str) -> Path:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


# good files


def test_a_file_becomes_a_scenario_called_like_it(write):
    scenario = load(write(GOOD))
    network, data, training = scenario.body.network, scenario.body.data, scenario.body.training
    assert (scenario.name, scenario.kind, scenario.file.name) == ("mine", "network", "mine.toml")
    assert network.widths == (2, 3, 1)
    assert [layer.init for layer in network.layers] == ["glorot_uniform"] * 2
    assert all(layer.bias and layer.biases is None and layer.train_weights for layer in network.layers)
    assert data.inputs.shape == (4, 2)
    assert data.targets.shape == (4, 1)
    assert data.validation_inputs.shape == (0, 2)
    assert (training.batch_size, training.shuffle, training.epochs, training.seed) == (4, False, 20, 0)
    assert training.optimizer.settings == {"learning_rate": 0.5, "momentum": 0.0, "nesterov": 0.0, "decay": 0.0}


def test_what_was_loaded_cannot_be_written_to(write):
    scenario = load(write(GOOD.replace("units = 3,", "units = 3, biases = [1, 2, 3],")))
    for array in (scenario.body.data.inputs, scenario.body.data.targets, scenario.body.network.layers[0].biases):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_every_built_in_scenario_has_its_place_in_the_order_of_the_notes():
    assert set(builtin_scenarios()) == set(ORDER)


@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_built_in_scenario_loads_and_so_does_each_variant(name):
    scenario = load(name)
    assert scenario.name == name
    for variant in scenario.variants:
        assert load(name, variant=variant).variant == variant


def test_weights_have_a_row_for_each_sender():
    first = load("backprop-2-2-2").body.network.layers[0]
    assert first.weights.tolist() == [[0.30, 0.40], [0.25, 0.35]]
    assert not first.bias


def test_fractions_may_be_written_as_such(write):
    text = GOOD.replace("units = 3,", 'units = 3, biases = ["1/3", "-2/7", "−1/2"],')
    scenario = load(
        write(text.replace("learning_rate = 0.5", 'learning_rate = "1/10"').replace("[0, 1]", '["1/3", 1]'))
    )
    assert scenario.body.network.layers[0].biases.tolist() == [1 / 3, -2 / 7, -0.5]
    assert scenario.body.training.optimizer.settings["learning_rate"] == 0.1
    assert scenario.body.data.inputs[1, 0] == 1 / 3


def test_texts_come_in_one_language_or_in_several(write):
    scenario = load(write(GOOD.replace('"A title"', '{ en = "A title", ko = "제목" }\nsummary = "short"')))
    assert in_language(scenario.title, "ko") == "제목"
    assert in_language(scenario.title, "de") == "A title"
    assert scenario.summary == {"": "short"}


def test_a_file_may_name_the_picture_that_it_opens_on(write):
    assert load(write(GOOD)).opens_on == ""
    assert load(write(GOOD + '[session]\npicture = "region"\n')).opens_on == "region"
    with pytest.raises(ScenarioError, match=r"session\.picture.*no picture is called 'regoin'.*did you mean 'region'"):
        load(write(GOOD + '[session]\npicture = "regoin"\n'))


def test_control_characters_in_a_title_show_as_text(write):
    scenario = load(write(GOOD.replace('"A title"', '"\\u001b[31m[bold]A title"')))
    assert in_language(scenario.title, "en") == "�[31m[bold]A title"


@pytest.mark.parametrize(("setting", "batch_size"), [('"all"', 4), ("1", 1), ("3", 3), ("4", 4), ("300", 4)])
def test_a_batch_is_at_most_the_whole_training_set(write, setting, batch_size):
    assert load(write(f"{GOOD}batch_size = {setting}")).body.training.batch_size == batch_size


def test_without_training_targets_may_be_missing(write):
    text = GOOD[: GOOD.index("[training]")].replace("targets = [[0], [1], [1], [0]]", "")
    scenario = load(write(text))
    assert scenario.body.training is None
    assert scenario.body.data.targets is None


def test_a_frozen_network_may_be_trained_though_nothing_changes(write):
    text = GOOD.replace("activation", "train_weights = false, train_biases = false, activation")
    assert not load(write(text)).body.network.layers[0].train_weights


def test_activations_and_flags_take_their_settings(write):
    text = GOOD.replace('"tanh"', '{ name = "leaky_relu", alpha = 0.2 }')
    text = text.replace("learning_rate = 0.5", "learning_rate = 0.5, momentum = 0.9, nesterov = true")
    scenario = load(write(text))
    assert scenario.body.network.layers[0].activation.settings == {"alpha": 0.2}
    assert scenario.body.training.optimizer.settings["nesterov"] == 1.0


@pytest.mark.parametrize(("fraction", "kept"), [(0.25, 3), (0.01, 3), (0.99, 1), (0.5, 2)])
def test_some_samples_are_kept_back_and_some_are_left(write, fraction, kept):
    data = load(write(GOOD.replace("[training]", f"validation_fraction = {fraction}\n[training]"))).body.data
    assert (len(data.inputs), len(data.validation_inputs)) == (kept, 4 - kept)
    assert len(data.targets) == kept
    rows = {tuple(row) for row in np.vstack([data.inputs, data.validation_inputs])}
    assert rows == {(0, 0), (0, 1), (1, 0), (1, 1)}


# bad files

ONE_HOT = GOOD.replace('units = 1, activation = "sigmoid"', 'units = 2, activation = "softmax"').replace(
    "[[0], [1], [1], [0]]", "[[0, 1], [1, 0], [1, 0], [0, 1]]"
)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        # keys
        ("schema = 1\n", "", ["'schema' is missing", "schema ="]),
        ("schema = 1", "schema = 2", ["schema: found 2", "schema = 1"]),
        ("schema = 1", 'schema = "1"', ["schema: found '1'", "a whole number"]),
        ("title", "titel", ["titel: unknown key", "did you mean 'title'?", "network"]),
        ('"A title"', '" "', ["title: it is empty"]),
        ('"A title"', f'"{"x" * 201}"', ["title: found 201 characters", "length ≤ 200"]),
        ('"A title"', f'{{ en = "{"x" * 201}" }}', ["title.en: found 201 characters", "length ≤ 200"]),
        ('"A title"', f'"A title"\nsummary = "{"x" * 1001}"', ["summary: found 1,001 characters", "≤ 1000"]),
        ("schema = 1", f'schema = 1\nsection = "{"x" * 41}"', ["section: found 41 characters", "length ≤ 40"]),
        ("epochs = 20", f"{'x' * 201} = 1", ["the key 'xxx", "has 201 characters", "at most 200"]),
        ("epochs = 20", f"seed = {2**63}", ["training.seed: 9223372036854775808 is too large a whole number"]),
        ('"A title"', "{ en = 1 }", ["title.en: found 1", "a text"]),
        ("schema = 1", "schema = 1\nsection = 1.2", ["section: found 1.2", "a text in quotes"]),
        ("schema = 1", 'schema = 1\nkind = "netwerk"', ["kind: ", "did you mean 'network'?"]),
        ("[network]", "[netwrok]", ["netwrok: unknown key", "did you mean 'network'?"]),
        ("[training]", "[[training]]", ["training: found", "a table"]),
        # network
        ("inputs = 2", "input = 2", ["network.input: unknown key", "did you mean 'inputs'?"]),
        ("inputs = 2\n", "", ["network: the key 'inputs' is missing"]),
        ("inputs = 2", "inputs = 0", ["network.inputs: found 0", "≥ 1"]),
        ("inputs = 2", "inputs = 2.5", ["network.inputs: found 2.5", "a whole number"]),
        ("inputs = 2", "inputs = 2000", ["network.inputs: found 2000", "≤ 1024"]),
        ("inputs = 2", "inputs = 3", ["network.inputs", "3 inputs", "2 columns", "set inputs = 2"]),
        ("inputs = 2", "inputs = 2\nseed = -1", ["network.seed: found -1", "≥ 0"]),
        ("units = 3", "unit = 3", ["network.layers.0.unit: unknown key", "did you mean 'units'?"]),
        ("units = 3", 'units = "3"', ["network.layers.0.units: found '3'", "a whole number"]),
        ("units = 1", "units = 2", ["network.layers.1.units", "2 units", "column of numbers: 0, 1", "set units = 1"]),
        ('"tanh"', '"tahn"', ["network.layers.0.activation", "'tahn'", "did you mean 'tanh'?", "relu"]),
        ('"tanh"', "5", ["network.layers.0.activation: found 5", "a name in quotes"]),
        ('"tanh"', '{ name = "tanh", alpha = 1 }', ["activation.alpha: unknown key", "tanh has no settings"]),
        ('"tanh"', '{ name = "leaky_relu", alfa = 1 }', ["activation.alfa", "did you mean 'alpha'?"]),
        ('"tanh"', '{ name = "leaky_relu", alpha = 1 }', ["activation.alpha: found 1", "[0, 1)"]),
        ('"tanh"', "{ alpha = 1 }", ["network.layers.0.activation.name", "no name"]),
        ('"tanh"', '"step"', ["network.layers.0.activation", "step has no derivative", "remove [training]"]),
        ('"tanh"', '"tanh", weights = [[1, 2]]', ["layers.0.weights", "1×2", "2×3", "each sending unit"]),
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [1, 2]]', ["layers.0.weights.1", "2 numbers", "row 0 has 3"]),
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [1, 2, "x"]]', ["layers.0.weights.1.2: found 'x'", "1/3"]),
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [1, 2, "1/0"]]', ["layers.0.weights.1.2: found '1/0'"]),
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [1, 2, nan]]', ["layers.0.weights.1.2: nan", "finite"]),
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [1, 2, true]]', ["layers.0.weights.1.2: found true"]),
        ('"tanh"', '"tanh", weights = []', ["layers.0.weights", "no numbers"]),
        ('"tanh"', '"tanh", init = "zeros", scale = 1', ["layers.0.scale", "zeros has no scale", "uniform"]),
        ('"tanh"', '"tanh", init = "uniform", scale = 0', ["layers.0.scale: found 0", "> 0"]),
        (
            'activation = "sigmoid" }',
            'activation = "sigmoid", weights = [[1], [2], [3]], init = "zeros" }',
            ["layers.1.init", "the layer has weights and init"],
        ),
        (
            'activation = "sigmoid" }',
            'activation = "sigmoid", weights = [[1], [2], [3]], scale = 2 }',
            ["layers.1.scale", "the layer has weights and scale"],
        ),
        (
            "inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]\ntargets = [[0], [1], [1], [0]]",
            "inputs = [[0, 0]]\ntargets = [[0]]\nvalidation_fraction = 0.5",
            ["data.validation_fraction: a single sample cannot be kept back"],
        ),
        (
            '[training]\nloss = "mse"\noptimizer = { name = "sgd", learning_rate = 0.5 }\nepochs = 20',
            "[[expect]]\nafter = 1\nvalues = { o1 = 0.5 }",
            ["after", "nothing is trained here", "after = 0"],
        ),
        ('"tanh"', '"tanh", init = "glorot"', ["layers.0.init", "did you mean 'glorot_uniform'?"]),
        ('"tanh"', '"tanh", biases = [1, 2]', ["layers.0.biases", "2 numbers for 3 units"]),
        ('"tanh"', '"tanh", bias = false, biases = [1, 2, 3]', ["layers.0.biases", "bias = false"]),
        ('"tanh"', '"tanh", bias = 0', ["layers.0.bias: found 0", "true or false"]),
        # data
        ("[0, 1], [1, 0]", "[0, 1], [1]", ["data.inputs.2", "1 number", "row 0 has 2"]),
        ("[0, 1], [1, 0]", "[0, 1]", ["data.targets", "4 rows for 3 rows"]),
        ("targets = [[0], [1], [1], [0]]", "", ["data: training needs targets", "add targets"]),
        ("targets", "target", ["data.target: target goes with file", "but this is inputs", "did you mean 'targets'?"]),
        ("targets", "targts", ["data.targts: unknown key", "did you mean 'targets'?"]),
        ("targets", 'generator = "moons"\ntargets', ["data: found inputs and generator", "one of"]),
        ("[training]", "samples = 5\n[training]", ["data.samples: samples goes with generator"]),
        ("[0, 1], [1, 0]", '["0,5", 1], [1, 0]', ["data.inputs.1.0: '0,5' has a comma; write 0.5"]),
        ("[training]", 'validation_fraction = "0,2"\n[training]', ["fraction: '0,2' has a comma; write 0.2"]),
        ("[training]", "validation_fraction = 1\n[training]", ["data.validation_fraction: found 1", "< 1"]),
        # training
        ('"mse"', '"msee"', ["training.loss", "did you mean 'mse'?", "half_squared_error"]),
        ('"mse"', '"binary_crossentropi"', ["training.loss", "did you mean 'binary_crossentropy'?"]),
        ('"mse"', '"categorical_crossentropy"', ["training.loss", "softmax output", "sigmoid", "mse"]),
        ("[[0], [1], [1], [0]]", "[[0], [1], [1], [2]]", []),
        ('"sgd"', '"sdg"', ["training.optimizer", "did you mean 'sgd'?", "adam"]),
        ("learning_rate", "learning_rat", ["training.optimizer.learning_rat", "did you mean 'learning_rate'?"]),
        ("learning_rate = 0.5", "learning_rate = 0", ["training.optimizer.learning_rate: found 0", "> 0"]),
        ("learning_rate = 0.5", "learning_rate = true", ["training.optimizer.learning_rate: found true"]),
        ("learning_rate = 0.5", "momentum = 1", ["training.optimizer.momentum: found 1", "[0, 1)"]),
        ("learning_rate = 0.5", "nesterov = 2", ["training.optimizer.nesterov: found 2", "true or false"]),
        ("learning_rate = 0.5", "decay = -1", ["training.optimizer.decay: found -1", "≥ 0"]),
        ("epochs", "learning_rate", ["training.learning_rate", "optimizer = {"]),
        ("epochs = 20", "epochs = 0", ["training.epochs: found 0", "≥ 1"]),
        ("epochs = 20", "epochs = 10_000_001", ["training.epochs: found 10000001", "≤ 10000000"]),
        ("epochs = 20", 'batch_size = "some"', ["training.batch_size: found 'some'", '"all"']),
        ("epochs = 20", "batch_size = 0", ["training.batch_size: found 0", "≥ 1"]),
        ("epochs = 20", "shuffle = 1", ["training.shuffle: found 1", "true or false"]),
        # expect
        ("epochs = 20", "[[expect]]\nvalues = { W1 = 1 }", ["expect.0: the key 'after' is missing"]),
        ("epochs = 20", "[[expect]]\nafter = 1", ["expect.0", "nothing to check"]),
        ("epochs = 20", "[[expect]]\nafter = 1\nvalues = { }", ["expect.0.values: it is empty"]),
        ("epochs = 20", "[[expect]]\nafter = 1\nloss = 1\n[expect.values]", ["expect.0.values: it is empty"]),
        (
            "epochs = 20",
            '[[expect]]\nafter = 1\nvariant = "v"\n[[variants]]\nname = "v"\nset = { "training.epochs" = 1 }',
            ["expect.0", "nothing to check"],
        ),
        ("epochs = 20", "[[expect]]\nafter = -1\nloss = 1", ["expect.0.after: found -1", "≥ 0"]),
        ("epochs = 20", "[[expect]]\nafter = 0\ndigits = 16\nloss = 1", ["expect.0.digits: found 16", "≤ 15"]),
        ("epochs = 20", "[[expect]]\nafter = 0\nlos = 1", ["expect.0.los: unknown key", "did you mean 'loss'?"]),
        ("epochs = 20", "[[expect]]\nafter = 0\nvalues = { Q = 1 }", ["expect.0.values.Q", "no number called"]),
        ("epochs = 20", "[[expect]]\nafter = 0\nvalues = { z1 = true }", ["expect.0.values.z1: found true"]),
        ("epochs = 20", "[[expect]]\nafter = 0\noutputs = [[1]]", ["expect.0.outputs", "1 row of 1", "4 rows of 1"]),
        ("epochs = 20", "[[expect]]\nafter = 0\naccuracy = 2", ["expect.0.accuracy: found 2", "≤ 1"]),
        ("epochs = 20", "[[expect]]\nafter = 0\nloss = nan", ["expect.0.loss: nan"]),
        # variants
        ("epochs = 20", '[[variants]]\nname = "x"\nset = {}\n' * 33, ["variants: found 33 items", "length ≤ 32"]),
        (
            "epochs = 20",
            f'[[variants]]\nname = "{"x" * 101}"\nset = {{}}',
            ["variants.0.name: found 101 characters", "length ≤ 100"],
        ),
        ("epochs = 20", "[[variants]]\nset = {}", ["variants.0: the key 'name' is missing"]),
        ("epochs = 20", '[[variants]]\nname = ""\nset = {}', ["variants.0.name: found ''"]),
        (
            "epochs = 20",
            '[[variants]]\nname = "fast"\nset = {}\n[[variants]]\nname = "fast"\nset = {}',
            ["variants.1.name", "two variants called 'fast'"],
        ),
        (
            "epochs = 20",
            '[[variants]]\nname = "fast"\nset = { "training.optimizer.rate" = 1 }',
            ["training.optimizer.rate", "in variant 'fast'", "unknown key"],
        ),
        (
            "epochs = 20",
            '[[variants]]\nname = "wide"\nset = { "network.layers.7.units" = 1 }',
            ["network.layers.7.units", "in variant 'wide'", "use 0 to 1"],
        ),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_would_be_right(write, before, after, said):
    assert before in GOOD
    file = write(GOOD.replace(before, after, 1))
    if not said:
        load(file)
        return
    with pytest.raises(ScenarioError) as caught:
        load(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    for part in said:
        assert part in message
    assert caught.value.remedy
    assert len(message) < 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace('"mse"', '"binary_crossentropy"').replace("[[0], [1]", "[[0], [2]"),
            ["training.loss", "targets from 0 to 1", "one is 2"],
        ),
        (
            ONE_HOT.replace('"mse"', '"categorical_crossentropy"').replace("[[0, 1]", "[[1, 1]"),
            ["training.loss", "sum to 1", "row 0 (from 0) sums to 2"],
        ),
        (
            ONE_HOT.replace('"mse"', '"categorical_crossentropy"').replace("[[0, 1]", "[[-1, 2]"),
            ["training.loss", "targets from 0 to 1", "one is -1"],
        ),
        (
            ONE_HOT.replace('"mse"', '"binary_crossentropy"'),
            ["training.loss", "sigmoid output", "the last layer is softmax"],
        ),
        (
            GOOD.replace("inputs = 2\nlayers", "inputs = 2\nlayers").replace(
                '{ units = 3, activation = "tanh" },', '{ units = 3, activation = "tanh" },' * 32
            ),
            ["network.layers: found", "≤ 32"],
        ),
    ],
)
def test_what_does_not_go_together_is_refused_with_the_reason(write, text, said):
    with pytest.raises(ScenarioError) as caught:
        load(write(text))
    for part in said:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"tanh"', '"tanh", weights = [[1, 2, 3], [4, 5, "1/2"]]'),
        ('"tanh"', '"tanh", biases = [1, 2, 3]'),
        ('"tanh"', '"tanh", init = "uniform", scale = 1e-9'),
        ("units = 3", "units = 1024"),
        ('  { units = 3, activation = "tanh" },\n', '  { units = 3, activation = "tanh" },\n' * 31),
        ("epochs = 20", "epochs = 10_000_000"),
        ("epochs = 20", "epochs = 1\nbatch_size = 1\nseed = 0"),
        ('"A title"', f'"{"x" * 200}"'),
    ],
)
def test_what_lies_at_a_limit_is_read(write, before, after):
    assert before in GOOD
    assert load(write(GOOD.replace(before, after, 1))).kind == "network"


@pytest.mark.parametrize("symbol", ["E", "E_o1", "t1"])
@pytest.mark.parametrize("without", [(), ("training",), ("training", "targets")])
def test_an_error_can_be_expected_where_there_are_targets_and_a_loss(symbol, without):
    tables = tomllib.loads(GOOD) | {"expect": [{"after": 0, "values": {symbol: 0.5}}]}
    if "targets" in without:
        del tables["data"]["targets"]
    if not without:
        assert load_tables(tables).kind == "network"
        return
    del tables["training"]
    with pytest.raises(ScenarioError, match="needs targets and a loss"):
        load_tables(tables)


@pytest.mark.parametrize("loss", ["half_squared_error", "mse", "categorical_crossentropy"])
def test_a_softmax_output_goes_with_these_losses(write, loss):
    assert load(write(ONE_HOT.replace('"mse"', f'"{loss}"'))).body.training.loss == loss


def test_a_batch_too_large_for_any_memory_is_refused_before_it_is_made():
    tables = {
        "schema": 1,
        "title": "wide",
        "network": {
            "inputs": 2,
            "layers": [{"units": 1024, "activation": "relu"}] * 31 + [{"units": 1, "activation": "sigmoid"}],
        },
        "data": {"generator": "moons", "samples": 100_000},
        "training": {"loss": "mse"},
    }
    with pytest.raises(ScenarioError, match=r"training\.batch_size: .*at most 25[0-9] at once"):
        load_tables(tables)
    tables["training"]["batch_size"] = 100
    assert load_tables(tables).body.training.batch_size == 100


# which one


@pytest.mark.parametrize("name", ["backprop-2-2", "xor_train", "XOR-MLP"])
def test_a_misspelt_name_is_answered_with_the_nearest(name):
    with pytest.raises(UnknownNameError, match="did you mean"):
        load(name)


def test_a_built_in_name_with_toml_behind_it_is_explained():
    with pytest.raises(ScenarioError, match=r"there is no such file; 'xor-mlp' without \.toml is built in"):
        load("xor-mlp.toml")


@pytest.mark.parametrize(
    "path", ["./nowhere", "nowhere.toml", "a/b/c", "x\0.toml", "/" * 5000 + "x.toml", Path("or")], ids=range(6)
)
def test_a_path_to_nothing_is_refused(path):
    with pytest.raises(ScenarioError):
        load(path)


def test_a_file_without_toml_at_its_end_is_found_where_one_stands(write, monkeypatch):
    file = write(GOOD)
    target = file.with_name("plain")
    file.rename(target)
    monkeypatch.chdir(target.parent)
    assert load("plain").name == "plain"


# variants of it

VARIED = (
    GOOD
    + """
[[variants]]
name = "slow"
set = { "training.optimizer.learning_rate" = 0.1 }
[[expect]]
after = 0
values = { z1 = 0 }
"""
)


def test_a_variant_is_the_same_scenario_with_its_values_set(write):
    file = write(VARIED)
    slow = load(file, variant="slow")
    assert slow.variant == "slow"
    assert slow.variants == load(file).variants == ("slow",)
    assert slow.body.training.optimizer.settings["learning_rate"] == 0.1
    assert slow.raw["training"]["optimizer"]["learning_rate"] == 0.1


def test_what_is_expected_is_expected_of_the_scenario_as_written(write):
    file = write(VARIED)
    assert len(load(file).expectations) == 1
    assert load(file, variant="slow").expectations == ()
    assert load(file, overrides={"training.epochs": 3}).expectations == ()


def test_an_unknown_variant_is_answered_with_those_there_are(write):
    with pytest.raises(UnknownNameError, match="did you mean 'slow'"):
        load(write(VARIED), variant="slo")


@pytest.mark.parametrize(
    ("overrides", "read", "value"),
    [
        ({"training.epochs": 3}, lambda body: body.training.epochs, 3),
        ({"training.optimizer": "adam"}, lambda body: body.training.optimizer.name, "adam"),
        ({"training.optimizer.momentum": 0.9}, lambda body: body.training.optimizer.settings["momentum"], 0.9),
        ({"training.shuffle": True}, lambda body: body.training.shuffle, True),
        ({"network.layers.0.units": 7}, lambda body: body.network.widths, (2, 7, 1)),
        ({"network.seed": 5, "data.validation_fraction": 0.5}, lambda body: len(body.data.inputs), 2),
    ],
)
def test_values_can_be_set_from_outside(write, overrides, read, value):
    assert read(load(write(GOOD), overrides=overrides).body) == value


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"training.epoch": 3}, ["training.epoch: unknown key", "did you mean 'epochs'?"]),
        ({"trainin.epochs": 3}, ["trainin: unknown key", "did you mean 'training'?"]),
        ({"network.layers.2.units": 3}, ["network.layers.2.units", "use 0 to 1"]),
        ({"network.layers.0.units": "many"}, ["network.layers.0.units: found 'many'"]),
        ({"training.optimizer.learning_rate": float("nan")}, ["training.optimizer.learning_rate", "finite"]),
        ({"training.epochs": None}, ["training.epochs"]),
    ],
)
def test_what_is_set_from_outside_is_judged_like_the_file(write, overrides, said):
    with pytest.raises(ScenarioError) as caught:
        load(write(GOOD), overrides=overrides)
    for part in said:
        assert part in str(caught.value)


def test_an_edit_makes_a_new_scenario_and_leaves_the_old_one(write):
    scenario = load(write(VARIED), variant="slow")
    weights = np.full((2, 3), 0.5)
    edited = revise(scenario, {"network.layers.0.weights": weights, "training.epochs": 7})
    assert edited.body.network.layers[0].weights.tolist() == weights.tolist()
    assert (edited.name, edited.variant, edited.file) == (scenario.name, "slow", scenario.file)
    assert edited.body.training.optimizer.settings["learning_rate"] == 0.1
    assert scenario.body.training.epochs == 20
    with pytest.raises(ScenarioError, match=r"mine\.toml: training\.epochs: found -1"):
        revise(edited, {"training.epochs": -1})


# anything at all

KEYS = st.sampled_from(
    [
        "schema", "title", "network", "data", "training", "expect", "variants", "inputs", "layers", "units",
        "activation", "weights", "biases", "targets", "generator", "file", "target", "samples", "noise", "loss",
        "optimizer", "name", "learning_rate", "epochs", "batch_size", "after", "values", "set",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["tanh", "sgd", "mse", "moons", "all", "1/3", "../x.csv"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(tables=st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_tables_at_all_are_a_scenario_or_a_scenario_error(tables):
    message = ""
    try:
        load_tables({"schema": 1, "title": "junk", **tables})
    except ScenarioError as error:
        message = str(error)
    assert len(message) < 800


PATHS = st.sampled_from(
    [
        "network", "network.inputs", "network.layers", "network.layers.0", "network.layers.1.activation",
        "network.layers.0.weights", "network.layers.0.init", "network.layers.0.scale", "network.seed", "data",
        "data.inputs", "data.targets", "data.inputs.1", "data.inputs.1.0", "data.validation_fraction", "data.file",
        "training", "training.loss", "training.optimizer", "training.optimizer.name", "training.batch_size",
        "training.optimizer.learning_rate", "title", "lesson", "section", "kind", "expect", "variants", "schema",
    ]
)  # fmt: skip


@given(path=PATHS, value=VALUES)
def test_any_value_in_any_place_is_accepted_or_a_scenario_error(good, path, value):
    message = ""
    try:
        revise(good, {path: value})
    except ScenarioError as error:
        message = str(error)
    assert len(message) < 800


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    file = tmp_path_factory.mktemp("scenarios") / "good.toml"
    file.write_text(GOOD, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_at_all_is_said_to_be_none(name):
    with pytest.raises(ScenarioError, match="neither a name nor a file is given"):
        load(name)


@pytest.mark.skipif(os.name == "nt", reason="links need rights here")
@pytest.mark.parametrize("leads_to", ["mine.toml", "gone.toml"])
@pytest.mark.parametrize("name", ["mine.toml", "mine"])
def test_a_link_that_leads_to_no_file_is_called_that(tmp_path, monkeypatch, leads_to, name):
    """To itself, or to what is no more."""
    monkeypatch.chdir(tmp_path)
    Path(name).symlink_to(name if leads_to == "mine.toml" else leads_to)
    with pytest.raises(ScenarioError, match="the file is a broken link"):
        load(name)
