"""The rules panel tells how Keras 2.2.4 is called: as the notes call it, and with the numbers of the scenario."""

import pytest

from dlsim.engine import load
from dlsim.engine.conventions import conventions
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.keras import optimizer_call


def calls(name, variant=None, **overrides):
    found = {}
    for rule in conventions(load(name, variant=variant, overrides=overrides)):
        if rule.key.startswith("keras"):
            found.setdefault(rule.key, []).append(rule.values)
    return found


@pytest.mark.parametrize(
    ("name", "settings", "call"),
    [
        ("sgd", {"momentum": 0.9}, "SGD(lr=0.01, momentum=0.9)"),
        ("sgd", {"momentum": 0.9, "nesterov": 1, "decay": 0.1}, "SGD(lr=0.01, momentum=0.9, nesterov=True, decay=0.1)"),
        ("adagrad", {}, "Adagrad(lr=0.01, epsilon=1e-06)"),
        ("rmsprop", {"rho": 0.8}, "RMSprop(lr=0.001, rho=0.8, epsilon=1e-06)"),
        ("adadelta", {}, "Adadelta(lr=1.0)"),
        ("adam", {}, "Adam(lr=0.001)"),
        ("adam", {"amsgrad": 1}, "Adam(lr=0.001, amsgrad=True)"),
    ],
)
def test_an_optimizer_is_called_with_what_differs_from_the_defaults_of_keras(name, settings, call):
    assert optimizer_call(OPTIMIZERS[name](settings)) == f"keras.optimizers.{call}"


def test_the_call_of_the_notes_stands_where_momentum_is_told():
    (rule,) = calls("momentum-escape", "momentum")["keras_optimizer"]
    assert rule["call"] == "keras.optimizers.SGD(lr=0.01, momentum=0.9)"
    assert rule["defaults"] == "lr=0.01, momentum=0.0, nesterov=False, decay=0.0"


def test_the_defaults_of_adam_are_those_that_the_notes_print():
    (rule,) = calls("optimizers", "Adam")["keras_optimizer"]
    printed = "lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False"
    assert rule["defaults"] == printed


def test_the_layers_of_section_2_4_are_built_with_three_calls_of_dense():
    assert [rule["call"] for rule in calls("matrix-shapes")["keras_layer"]] == [
        "Dense(8, input_dim=4, kernel_initializer='uniform', activation='relu')",
        "Dense(8, activation='relu')",
        "Dense(3, activation='softmax')",
    ]


def test_a_leak_is_a_layer_of_its_own_and_a_step_has_no_call():
    first = calls("dying-relu", "leaky_relu, a = 0.1")["keras_layer"][0]
    assert first["call"] == "Dense(3, input_dim=1), LeakyReLU(alpha=0.1)"
    assert "keras_layer" not in calls("and")


@pytest.mark.parametrize(
    ("variant", "how"),
    [(None, "256, epochs=20, shuffle=False"), ("stochastic", "1, epochs=20, shuffle=True")],
)
def test_the_batch_size_stands_in_the_call_of_fit(variant, how):
    (rule,) = calls("batch-modes", variant)["keras_fit"]
    assert rule["call"] == f"model.fit(X, Y, batch_size={how})"


def test_a_loss_is_called_by_its_name_in_keras_and_one_that_it_lacks_says_so():
    (rule,) = calls("epochs-batches-iterations")["keras_compile"]
    assert rule["call"] == "model.compile(loss='mean_squared_error', optimizer=keras.optimizers.SGD(lr=0.05))"
    assert calls("backprop-2-2-2")["keras_no_loss"] == [{"loss": "half_squared_error", "keras": "mean_squared_error"}]
    assert [rule["keras"] for rule in calls("losses")["keras_loss"]] == [
        "mean_squared_error",
        "binary_crossentropy",
        "categorical_crossentropy",
    ]
