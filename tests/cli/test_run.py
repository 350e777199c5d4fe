"""`dlsim run`."""

import pytest

from dlsim.engine import Simulator, load


def test_one_iteration_of_the_worked_example_as_json(dlsim):
    document = dlsim("run", "backprop-2-2-2", "--iterations", 1, "--json").json
    assert list(document) == [
        "schema", "scenario", "iterations", "epochs", "loss", "loss_at_first", "accuracy", "validation_loss",
        "validation_accuracy", "losses", "outputs", "layers", "gradients",
    ]  # fmt: skip
    assert (document["schema"], document["scenario"]) == (1, "backprop-2-2-2")
    assert (document["iterations"], document["epochs"]) == (1, 1)
    hidden, output = document["layers"]
    assert (hidden["units"], hidden["activation"], hidden["biases"]) == (2, "sigmoid", None)
    assert f"{output['weights'][0][0]:.8f}" == "0.43703857"  # W5
    assert f"{document['loss']:.8f}" == "0.02323634"
    assert [f"{loss:.8f}" for loss in document["losses"]] == ["0.02397190"]
    assert [[f"{o:.8f}" for o in row] for row in document["outputs"]] == [["0.60617688", "0.66295848"]]
    assert f"{document['gradients'][1]['weights'][0][0]:.8f}" == "0.02592286"  # ∂E/∂W5
    assert document["gradients"][1]["biases"] is None


def test_json_numbers_are_the_engines_to_the_last_bit(dlsim):
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=50)
    document = dlsim("run", "xor-train", "--iterations", 50, "--json").json
    assert document["losses"] == simulator.losses.tolist()
    assert document["loss"] == simulator.loss()
    for layer, (weights, biases) in zip(document["layers"], simulator.parameters, strict=True):
        assert layer["weights"] == weights.tolist()
        assert layer["biases"] == biases.tolist()


def test_without_a_number_the_scenarios_own_epochs_are_run(dlsim, scenario_file):
    document = dlsim("run", scenario_file(), "--json").json
    assert (document["iterations"], document["epochs"]) == (3, 3)


@pytest.mark.parametrize(
    ("option", "number", "iterations", "epochs"),
    [("--epochs", 2, 6, 2), ("--iterations", 4, 4, 1), ("--iterations", 0, 0, 0), ("--epochs", 0, 0, 0)],
)
def test_epochs_and_iterations_are_never_confused(dlsim, scenario_file, option, number, iterations, epochs):
    data = "[data]\ninputs = [[1], [2], [3], [4], [5]]\ntargets = [[0], [0], [0], [0], [0]]\n"
    batches_of_two = '[training]\nloss = "mse"\noptimizer = { name = "sgd" }\nbatch_size = 2\n'
    file = scenario_file(data=data, training=batches_of_two)
    document = dlsim("run", file, option, number, "--json").json
    assert (document["iterations"], document["epochs"]) == (iterations, epochs)
    assert len(document["losses"]) == iterations


def test_nothing_run_yet_has_a_loss_and_no_gradients(dlsim):
    document = dlsim("run", "backprop-2-2-2", "--iterations", 0, "--json").json
    assert (document["losses"], document["gradients"]) == ([], None)
    assert f"{document['loss']:.8f}" == "0.02397190"


def test_a_loss_that_rises_is_not_told_as_one_that_falls(dlsim, scenario_file):
    """The first batch is of three samples, and its loss is larger than that over all four at the end."""
    and_gate = scenario_file(
        network="[network]\ninputs = 2\n"
        'layers = [{ units = 1, activation = "sigmoid", weights = [[0.2], [-0.1]], biases = [0.05] }]\n',
        data="[data]\ninputs = [[0, 0], [0, 1], [1, 0], [1, 1]]\ntargets = [[0], [0], [0], [1]]\n",
    )
    call = ("run", and_gate, "--set", "training.batch_size=3", "--epochs", 2)
    document = dlsim(*call, "--json").json
    assert document["loss_at_first"] == Simulator(load(and_gate)).loss()
    assert document["loss_at_first"] < document["loss"] < document["losses"][0]
    lines = [" ".join(line.split()) for line in dlsim(*call).out.splitlines()]
    assert f"loss {document['loss']:.8f}" in lines
    assert f"loss at first {document['loss_at_first']:.8f}" in lines


def test_loss_and_accuracy_over_the_data_kept_back_are_told_where_there_are_any(dlsim):
    document = dlsim("run", "over-and-underfitting", "--epochs", 20, "--json").json
    run = Simulator(load("over-and-underfitting"))
    run.run(epochs=21)
    assert document["validation_loss"] == run.curves["validation"].values[-1], "at the start of the next epoch"
    assert 0.5 < document["validation_accuracy"] < document["accuracy"] <= 1
    out = dlsim("run", "over-and-underfitting", "--epochs", 20).out
    assert f"{document['validation_loss']:.8f}" in next(x for x in out.splitlines() if x.startswith("validation loss"))
    document = dlsim("run", "optimizers", "--iterations", 1, "--json").json
    assert [document[key] for key in ("accuracy", "validation_loss", "validation_accuracy")] == [None, None, None]
    document = dlsim("run", "and", "--json").json
    assert (document["loss_at_first"], document["accuracy"], document["validation_loss"]) == (None, 1, None)


TWO_CLASSES = {
    "layers": '{ units = 1, activation = "tanh", weights = [[0.3]], bias = false }',
    "data": "[data]\ninputs = [[-1], [1]]\ntargets = [[-1], [1]]\n",
}


def test_of_classes_minus_one_and_one_the_answers_on_their_sides_of_0_are_right(dlsim, scenario_file):
    file = scenario_file(**TWO_CLASSES)
    assert dlsim("run", file, "--iterations", 0, "--json").json["accuracy"] == 1.0
    assert "accuracy       1" in dlsim("run", file, "--iterations", 1).out


@pytest.mark.parametrize("arguments", [(), ("--iterations", 0)])
def test_where_targets_are_numbers_a_run_tells_no_accuracy(dlsim, scenario_file, arguments):
    targets_of_zero_alone = scenario_file()
    for scenario in ("backprop-2-2-2", targets_of_zero_alone):
        assert dlsim("run", scenario, *arguments, "--json").json["accuracy"] is None
        assert "accuracy" not in dlsim("run", scenario, *arguments).out


@pytest.mark.parametrize("arguments", [(), ("--epochs", 0), ("--iterations", 5)])
def test_a_scenario_without_training_is_one_forward_pass(dlsim, arguments):
    answer = dlsim("run", "and", *arguments, "--json")
    document = answer.json
    assert answer.status == 0
    assert (document["iterations"], document["epochs"], document["losses"]) == (0, 0, [])
    assert (document["loss"], document["gradients"]) == (None, None)
    assert document["outputs"] == [[0], [0], [0], [1]]


def test_a_setting_is_toml_and_a_bare_word_is_text(dlsim, scenario_file):
    document = dlsim(
        "run", scenario_file(), "--iterations", 1, "--json",
        "--set", "training.optimizer.learning_rate=0.25",
        "--set", "network.layers.0.weights=[[2.0]]",
        "--set", "training.loss=mse",
        "--set", "network.layers.0.bias = false",
    ).json  # fmt: skip
    assert document["layers"][0]["biases"] is None
    assert document["losses"] == [4.0]
    assert document["layers"][0]["weights"] == [[2.0 - 0.25 * 2 * 2.0]]


def test_a_message_about_a_long_setting_is_short(dlsim):
    answer = dlsim("run", "and", "--set", "network.layers.0.weights=" + 5000 * "[")
    answer.assert_refused("network.layers.0.weights", "not a TOML value")
    assert len(answer.err) < 300


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("epochs", "path=value"),
        ("=3", "path=value"),
        ("training.epochs=[1,", "not a TOML value"),
        ("training.epochs=", "not a TOML value"),
        ("training.epochs=1\nschema=9", "not a TOML value"),
        ("training.epochs=many", "training.epochs"),
        ("network.layers.7.units=1", "layers"),
        ("training.lerning_rate=1", "lerning_rate"),
        ("training.optimizer.learning_rate=0,125", "learning_rate: '0,125' has a comma; write 0.125\n"),
        ("training.optimizer.learning_rate=1,000", "learning_rate: '1,000' has a comma; write 1000 or 1.000\n"),
        ("data.inputs.0.0=-1.000,5", "data.inputs.0.0: '-1.000,5' has a comma; write -1000.5\n"),
        ("training.epochs=0,125", "training.epochs: found '0,125'; this must be a whole number"),
        ("training.epochs=10,00", "training.epochs: found '10,00'; this must be a whole number"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(dlsim, scenario_file, setting, words):
    dlsim("run", scenario_file(), "--set", setting).assert_refused(words)


def test_counts_may_be_grouped_and_lists_have_commas(dlsim):
    settings = ("--set", "training.epochs=1,000", "--set", "data.inputs=[[0.1, 0.2]]")
    answer = dlsim("run", "backprop-2-2-2", *settings, "--json")
    assert answer.json["iterations"] == 1_000
    assert dlsim("run", "backprop-2-2-2", "--iterations", "1,000", "--json").json["iterations"] == 1_000
    dlsim("run", "backprop-2-2-2", "--iterations", "0,125").assert_refused("'0,125' is not a whole number")


def test_a_variant_is_run_by_name_and_a_misspelt_one_is_refused(dlsim):
    variant = load("and").variants[1]
    document = dlsim("run", "and", "--variant", variant, "--json").json
    assert document["layers"][0]["biases"] == [-0.8]
    dlsim("run", "and", "--variant", variant + "1").assert_refused(variant)


def test_a_run_that_blows_up_ends_with_status_1_and_says_where(dlsim, scenario_file):
    file = scenario_file(training='[training]\nloss = "mse"\noptimizer = { name = "sgd", learning_rate = 1e200 }\n')
    answer = dlsim("run", file, "--iterations", 100, "--json")
    assert answer.status == 1
    assert answer.json["iterations"] < 100
    assert answer.err.count("\n") == 1
    assert "iteration" in answer.err
    assert "inf" in answer.err or "nan" in answer.err


@pytest.mark.parametrize("arguments", [("--iterations", -1), ("--epochs", 1.5), ("--iterations", "x")])
def test_a_number_of_iterations_is_whole_and_not_negative(dlsim, arguments):
    dlsim("run", "and", *arguments).assert_refused(arguments[0])


def test_iterations_and_epochs_together_are_refused(dlsim):
    dlsim("run", "xor-train", "--iterations", 1, "--epochs", 1).assert_refused("--iterations", "--epochs")


def test_for_people_the_truth_table_and_the_weights_are_there(dlsim):
    out = dlsim("run", "and").out
    assert "AND, decided by one neuron" in out
    assert "1  1" in out
    assert "layer 1: 1 unit, step" in out
    assert not any(line.endswith(" ") for line in out.splitlines())


def test_a_large_network_is_cut_for_people_and_whole_in_json(dlsim, scenario_file):
    file = scenario_file(layers='{ units = 200, activation = "tanh" }, { units = 1 , activation = "linear" }')
    assert "…" in dlsim("run", file, "--iterations", 1).out
    assert len(dlsim("run", file, "--iterations", 1, "--json").json["layers"][0]["weights"][0]) == 200


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("optimizers", ["the point", "  x  -0.93785772"]),
        ("xor-single", ["settings found, of 9,261 tried", "  AND   220", "  XOR   0", "layer 1: 1 unit, sigmoid"]),
        ("activations", ["values over x", "  … each line stands for 7 of 101 x"]),
    ],
)
def test_a_run_of_any_kind_says_what_its_numbers_are(dlsim, name, lines):
    out = dlsim("run", name).out.splitlines()
    for line in lines:
        assert line in out
