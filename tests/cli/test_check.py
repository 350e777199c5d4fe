"""`dlsim check`."""

import pytest


def test_naming_none_is_all_of_them(dlsim, monkeypatch):
    monkeypatch.setattr("dlsim.cli.check.builtin_scenarios", lambda: ["and", "losses"])
    answer = dlsim("check", "--all")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[-1].endswith(" 0 failed")
    assert dlsim("check").out == answer.out == dlsim("check", "and", "losses").out


@pytest.mark.exhaustive
def test_all_built_in_scenarios_pass_and_naming_none_is_all_of_them(dlsim):
    answer = dlsim("check", "--all")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[-1].endswith(" 0 failed")
    assert "✗" not in answer.out
    assert dlsim("check").out == answer.out


def test_naming_one_and_all_is_refused(dlsim):
    dlsim("check", "and", "--all").assert_refused("--all")


def test_a_wrong_figure_is_shown_at_its_digits_and_fails(dlsim, scenario_file):
    file = scenario_file(rest="[[expect]]\nafter = 1\ndigits = 4\nvalues = { W1 = 0.5, b1 = -0.4999 }\n")
    answer = dlsim("check", file)
    assert answer.status == 1
    assert "  ✓ after 1: W1 = 0.5\n" in answer.out
    assert "  ✗ after 1: b1: expected -0.4999, found -0.5\n" in answer.out
    assert answer.out.splitlines()[-1].endswith(" 1 failed")


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("outputs = [[2.0]]", "outputs: expected [2], found [0]"),
        ("loss = 1.0", "loss: expected 1, found 0"),
        ("loss_below = -1.0", "loss = 0.00000000, expected below -1"),
    ],
)
def test_outputs_losses_and_bounds_are_compared_too(dlsim, scenario_file, expected, shown):
    answer = dlsim("check", scenario_file(rest=f"[[expect]]\nafter = 1\n{expected}\n"))
    assert answer.status == 1
    assert "✗ after 1: " in answer.out


def test_the_gradients_of_every_variant_are_checked(dlsim, scenario_file):
    rest = '[[variants]]\nname = "bent"\nset = { "network.layers.0.activation" = "relu" }\n'
    answer = dlsim("check", scenario_file(rest=rest))
    assert answer.status == 0
    assert "  ✓ gradients: 2 of 2 agree with complex step" in answer.out
    assert "  ✓ variant bent: gradients: 2 of 2 agree with complex step" in answer.out


def test_a_kink_is_named_and_fails_nothing(dlsim, scenario_file):
    file = scenario_file(
        layers='{ units = 1, activation = "relu", weights = [[0.0]] }',
        data="[data]\ninputs = [[1.0]]\ntargets = [[1.0]]\n",
    )
    answer = dlsim("check", file)
    assert answer.status == 0
    assert "2 not differentiable here" in answer.out


def test_gradients_that_are_not_finite_fail_with_the_reason(dlsim, scenario_file):
    file = scenario_file(
        network='[network]\ninputs = 1\nlayers = [{ units = 1, activation = "linear", weights = [[1]] }]\n',
        data="[data]\ninputs = [[1]]\ntargets = [[1e300]]\n",
        training='[training]\nloss = "mse"\noptimizer = "sgd"\n',
    )
    answer = dlsim("check", file)
    assert "✗ gradients: 0 of 2 agree with complex step; 2 cannot be compared: not finite" in answer.out
    assert answer.status == 1


def test_a_run_that_never_gets_there_fails_and_says_why(dlsim, scenario_file):
    file = scenario_file(
        training='[training]\nloss = "mse"\noptimizer = { name = "sgd", learning_rate = 1e200 }\n',
        rest="[[expect]]\nafter = 50\nloss_below = 1.0\n",
    )
    answer = dlsim("check", file)
    assert answer.status == 1
    assert "✗ after 50: run never gets there" in answer.out


def test_a_wrong_file_is_refused_before_anything_is_checked(dlsim, scenario_file):
    dlsim("check", "and", scenario_file(data="[data]\ninputs = 3\n")).assert_refused("small.toml", "data.inputs")
