"""Names as Keras, PyTorch and scikit-learn write them: which of ours is meant, and that some are not here."""

import re

import pytest

from dlsim.engine import ScenarioError
from dlsim.engine.functions.activations import ACTIVATION_NAMES, ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISER_NAMES, INITIALISERS
from dlsim.engine.functions.losses import LOSS_NAMES, LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZER_NAMES, OPTIMIZERS
from dlsim.engine.names import Names
from dlsim.engine.scenario.load import load_tables

LISTS = {
    "activation": (ACTIVATION_NAMES, ACTIVATIONS),
    "loss": (LOSS_NAMES, LOSSES),
    "optimizer": (OPTIMIZER_NAMES, OPTIMIZERS),
    "initialiser": (INITIALISER_NAMES, INITIALISERS),
}
CROSS_ENTROPIES = "binary_crossentropy categorical_crossentropy"
USUAL = {
    "activation": {
        "logistic": "sigmoid",
        "Sigmoid": "sigmoid",
        "identity": "linear",
        "torch.nn.Identity()": "linear",
        "ReLU": "relu",
        "nn.LeakyReLU(0.01)": "leaky_relu",
        "SiLU": "swish",
        "heaviside": "step",
        "hyperbolic tangent": "tanh",
        "Soft-Max": "softmax",
    },
    "loss": {
        "mean_squared_error": "mse",
        "MeanSquaredError": "mse",
        "mean_squared_eror": "mse",
        "MSELoss": "mse",
        "mse_loss": "mse",
        "squared_error": "half_squared_error mse",
        "bce": "binary_crossentropy",
        "BCELoss": "binary_crossentropy",
        "BCEWithLogitsLoss": "binary_crossentropy",
        "nll": "categorical_crossentropy",
        "NLLLoss": "categorical_crossentropy",
        "CrossEntropyLoss": "categorical_crossentropy",
        "cross_entropy": CROSS_ENTROPIES,
        "log_loss": CROSS_ENTROPIES,
        "sparse_categorical_crossentropy": "categorical_crossentropy",
    },
    "optimizer": {
        "keras.optimizers.Adam(lr=0.01)": "adam",
        "gradient_descent": "sgd",
        "AdaGrad": "adagrad",
        "RMS-Prop": "rmsprop",
    },
    "initialiser": {
        "xavier": "glorot_uniform",
        "torch.nn.init.xavier_uniform_": "glorot_uniform",
        "kaiming_uniform": "he_uniform",
        "RandomUniform": "uniform",
        "zeros_initializer": "zeros",
    },
}
ABSENT = {
    "activation": ["selu", "GELU", "hard_sigmoid", "nn.Mish()", "softsign", "PReLU"],
    "loss": ["hinge", "mae", "L1Loss", "HuberLoss", "KLDivLoss", "mean_absolute_error", "Poisson"],
    "optimizer": ["adamax", "Nadam", "AdamW", "lbfgs", "Ftrl", "Rprop"],
    "initialiser": ["he_normal", "glorot_normal", "orthogonal", "ones", "TruncatedNormal"],
}


def tables(**training):
    """A network of one unit, as TOML would give it."""
    return {
        "schema": 1,
        "title": "One unit",
        "network": {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid"}]},
        "data": {"inputs": [[0], [1]], "targets": [[0], [1]]},
        "training": {"loss": "mse", **training},
    }


def refusal(changed):
    with pytest.raises(ScenarioError) as caught:
        load_tables(changed)
    return str(caught.value)


@pytest.mark.parametrize(("what", "name", "ours"), [(w, n, o) for w, names in USUAL.items() for n, o in names.items()])
def test_a_usual_name_elsewhere_leads_to_ours(what, name, ours):
    names, table = LISTS[what]
    assert names.meant(name) == tuple(ours.split())
    assert set(ours.split()) <= set(table)


@pytest.mark.parametrize(("what", "name"), [(what, name) for what, names in ABSENT.items() for name in names])
def test_what_others_have_and_dlsim_has_not_is_said_and_nothing_near_is_offered(what, name):
    names, _ = LISTS[what]
    assert names.meant(name) == ()
    assert names.unknown(what, name, repr(name)) == f"dlsim has no {what} {name!r}"


@pytest.mark.parametrize("what", LISTS)
def test_no_name_is_both_here_and_absent_and_each_finds_its_own_entry(what):
    names, table = LISTS[what]
    assert tuple(names.known) == tuple(table)
    assert not [name for name in names.absent if names.exactly(name)]
    assert all(ours in names.exactly(also) for ours, each in names.known.items() for also in (ours, *each))
    assert all(names.exactly(ours) == (ours,) for ours in table)


def test_keys_that_end_like_what_they_name_are_told_apart():
    keys = Names({"weights": ("kernel",), "init": ("kernel_initializer",)})
    assert keys.exactly("kernel") == ("weights",)
    assert keys.exactly("kernel_initializer") == ("init",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"loss": "mean_squared_error"}, "no loss is called 'mean_squared_error'; did you mean 'mse'? there are: half"),
        ({"loss": "cross_entropy"}, "did you mean 'binary_crossentropy' or 'categorical_crossentropy'?"),
        ({"loss": "hinge"}, "dlsim has no loss 'hinge'; there are: half_squared_error, mse"),
        ({"optimizer": "adamax"}, "dlsim has no optimizer 'adamax'; there are: sgd, adagrad, rmsprop, adadelta, adam"),
        ({"optimizer": {"name": "adam", "beta1": 0.8}}, "did you mean 'beta_1'?"),
        ({"optimizer": {"name": "sgd", "lr": 0.1}}, "did you mean 'learning_rate'?"),
        ({"optimizer": {"name": "rmsprop", "alpha": 0.9}}, "did you mean 'rho'?"),
        ({"batch": 1}, "did you mean 'batch_size'?"),
        ({"n_epochs": 2}, "did you mean 'epochs'?"),
        ({"criterion": "mse"}, "did you mean 'loss'?"),
        ({"random_state": 1}, "did you mean 'seed'?"),
        ({"validation_split": 0.5}, "it belongs to [data]: write data.validation_fraction"),
    ],
)
def test_a_file_says_what_was_meant(changes, said):
    assert said in refusal(tables(**changes))


@pytest.mark.parametrize(
    ("changes", "optimizer"),
    [
        ({"optimizer": "momentum"}, {"name": "sgd", "momentum": 0.9}),
        ({"optimizer": "nesterov"}, {"name": "sgd", "momentum": 0.9, "nesterov": True}),
        ({"optimizer": {"name": "AMSGrad", "beta_1": 0.8}}, {"name": "adam", "amsgrad": True, "beta_1": 0.8}),
        ({"lr": 0.25}, {"name": "sgd", "learning_rate": 0.25}),
        ({"lr": 0.25, "optimizer": "adam"}, {"name": "adam", "learning_rate": 0.25}),
        ({"optimizer": {"name": "sgd", "decay": 0.5}, "momentum": 0.5}, {"name": "sgd", "decay": 0.5, "momentum": 0.5}),
        ({"beta1": 0.5}, {"name": "adam", "beta_1": 0.5}),
    ],
)
def test_where_a_setting_is_meant_the_line_to_write_is_given_and_loads(changes, optimizer):
    said = refusal(tables(**changes))
    line = re.search(r"write optimizer = \{ (.*) \}$", said)[1]
    words = {"true": True, "false": False}
    pairs = (pair.split(" = ") for pair in line.split(", "))
    written = {key: words[text] if text in words else text.strip("'") for key, text in pairs}
    written = {key: float(text) if isinstance(text, str) and key != "name" else text for key, text in written.items()}
    assert written == optimizer
    load_tables(tables(optimizer=written))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("lr", "training.optimizer.learning_rate"),
        ("epochs", "training.epochs"),
        ("max_iter", "training.epochs"),
        ("X", "data.inputs"),
        ("validation_split", "data.validation_fraction"),
        ("beta1", "training.optimizer.beta_1"),
    ],
)
def test_a_key_at_the_top_of_a_file_is_told_the_table_that_it_belongs_to(key, path):
    assert refusal({**tables(), key: 1}).endswith(f"write {path}")


@pytest.mark.parametrize("name", ["logistic", "Sigmoid", "bce"])
def test_functions_by_themselves_are_found_by_usual_names_too(name):
    functions = {"show": [name], "sweep": {"from": 0.1, "to": 0.9, "step": 0.1}}
    said = refusal({"schema": 1, "kind": "functions", "title": "f", "functions": functions})
    meant = re.search(r"did you mean '(.*?)'\?", said)[1]
    load_tables({"schema": 1, "kind": "functions", "title": "f", "functions": {**functions, "show": [meant]}})
