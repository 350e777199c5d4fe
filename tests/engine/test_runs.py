"""What if: edits, the runs that they leave, undo and redo, breakpoints."""

import numpy as np
import pytest
from support import every_number
from support.numbers import ref_to
from support.scenarios import each_scenario

from dlsim.engine import ScenarioError, Simulator, UnknownNameError, load
from dlsim.engine.breakpoints import examples, parse_breakpoint
from dlsim.engine.check import check_gradients
from dlsim.engine.errors import BreakpointError
from dlsim.engine.quantity import Whose
from dlsim.engine.scenario.load import load_tables


@pytest.fixture
def simulator():
    return Simulator(load("backprop-2-2-2"))


def flat(simulator):
    return np.concatenate([array.ravel() for pair in simulator.parameters for array in pair if array is not None])


def test_an_edit_in_the_past_branches_and_leaves_a_ghost(simulator):
    simulator.run(100)
    before = simulator.losses.copy()
    simulator.seek(iteration=40)
    simulator.edit(numbers={"W5": 2.0})
    assert simulator.look_up("W5") == 2.0
    assert simulator.iteration == 40
    simulator.run(30)
    assert simulator.losses[:40].tolist() == before[:40].tolist()
    assert simulator.losses[40] != before[40]
    (ghost,) = simulator.snapshot().ghosts
    assert (ghost.fork, ghost.curve.values.tolist()) == (41, before.tolist())
    assert simulator.edits == (41,)


def test_undo_and_redo_go_between_the_runs_bit_for_bit(simulator):
    simulator.run(60)
    untouched = flat(simulator)
    simulator.seek(iteration=20)
    simulator.edit(numbers={"W1": -1.0})
    simulator.run(40)
    edited = flat(simulator)
    assert simulator.undo()
    simulator.seek(iteration=60)
    assert flat(simulator).tobytes() == untouched.tobytes()
    assert simulator.redo()
    assert flat(simulator).tobytes() == edited.tobytes()
    assert not simulator.redo()


def test_undo_leads_to_where_the_run_was_left_and_redo_to_where_the_edited_one_was(simulator):
    simulator.run(60)
    simulator.seek(iteration=20, cursor=7)
    simulator.edit(numbers={"W1": -1.0})
    simulator.run(200)
    edited = simulator.position
    assert simulator.undo()
    assert (simulator.position.done, simulator.position.cursor) == (20, 7)
    assert len(simulator.snapshot().known) == 60, "the run that was left is as long as it was"
    assert len(simulator.snapshot().returned) == 60
    assert simulator.redo()
    assert len(simulator.snapshot().returned) == 220
    assert simulator.position == edited


def test_an_edit_from_the_start_is_undone_to_where_one_was(simulator):
    simulator.run(30)
    there = flat(simulator)
    simulator.edit(numbers={"W1": -1.0}, from_start=True)
    assert (simulator.iteration, simulator.position.cursor, simulator.look_up("W1")) == (0, 0, -1.0)
    simulator.undo()
    assert simulator.iteration == 30
    assert flat(simulator).tobytes() == there.tobytes()


def test_an_edit_amid_an_iteration_shows_at_once(simulator):
    simulator.seek(iteration=0, cursor=5)
    simulator.edit(numbers={"W5": 1.0})
    assert simulator.event.symbol == "z3"
    assert simulator.event.substituted.startswith("1·0.51998934")
    assert check_gradients(simulator).ok


def test_several_edits_at_one_place_add_up(simulator):
    simulator.edit(numbers={"W1": 1.0})
    simulator.edit(numbers={"W2": 2.0})
    simulator.edit(settings={"training.optimizer.learning_rate": 0.25})
    assert (simulator.look_up("W1"), simulator.look_up("W2")) == (1.0, 2.0)
    simulator.run(1)
    gradient = simulator.gradients[0][0][0, 0]
    assert simulator.look_up("W1") == 1.0 - 0.25 * gradient
    for _ in range(3):
        assert simulator.undo()
    assert (simulator.iteration, simulator.look_up("W1")) == (0, 0.3)
    simulator.run(1)
    assert simulator.look_up("W1") == 0.29959556230818690


def test_going_back_over_an_edit_and_forward_again_is_bit_for_bit_the_same(simulator):
    simulator.run(30)
    simulator.edit(numbers={"W3": 0.9}, settings={"training.optimizer": {"name": "adam", "learning_rate": 0.01}})
    simulator.run(30)
    there = flat(simulator)
    simulator.seek(iteration=10)
    assert simulator.scenario.body.training.optimizer.name == "sgd"
    simulator.seek(iteration=60)
    assert flat(simulator).tobytes() == there.tobytes()
    assert simulator.scenario.body.training.optimizer.name == "adam"


def test_another_batch_size_starts_a_new_epoch():
    simulator = Simulator(load("xor-train"))
    simulator.run(epochs=3)
    simulator.edit(settings={"training.batch_size": 3})
    place = simulator.position
    assert (place.epoch, place.batch, place.batches) == (4, 1, 2)
    simulator.step("epoch")
    simulator.step("value")
    assert (simulator.position.epoch, simulator.samples) == (5, 3)


def test_changing_the_data_changes_what_follows(simulator):
    simulator.edit(settings={"data.inputs.0.0": 0.9})
    assert simulator.step().substituted == "0.3·0.9 + 0.25·0.2"


def test_what_cannot_be_is_refused_and_changes_nothing(simulator):
    simulator.run(5)
    before = flat(simulator)
    with pytest.raises(UnknownNameError):
        simulator.edit(numbers={"z1": 1.0})
    with pytest.raises(ScenarioError, match="learning_rate"):
        simulator.edit(settings={"training.optimizer.learning_rate": -1})
    assert flat(simulator).tobytes() == before.tobytes()
    assert simulator.edits == ()
    assert not simulator.undo()


def test_the_comparison_names_the_first_number_that_differs(simulator):
    simulator.run(50)
    assert simulator.compare() is None
    simulator.seek(iteration=10)
    simulator.edit(numbers={"W6": 0.5})
    simulator.run(5)
    place = simulator.position
    comparison = simulator.compare()
    assert (comparison.fork, comparison.symbol, comparison.measures[0].iteration) == (11, "z3", 15)
    assert comparison.present != comparison.other
    assert comparison.measures[0].parameters > 0.05
    assert comparison.measures[0].losses[0] != comparison.measures[0].losses[1]
    assert simulator.position == place


@pytest.mark.parametrize(("lens", "row"), [(0, 2), (1, 2), (2, None), (3, None)])
def test_runs_part_at_the_first_number_that_differs_for_any_sample_of_the_batch(lens, row):
    simulator = Simulator(load("xor-train"))
    simulator.run(2)
    simulator.edit(numbers={"W1": 3.0})
    simulator.run(1)
    simulator.sample = lens
    comparison = simulator.compare()
    assert (comparison.symbol, comparison.row) == ("z1", row), "x1 is 0 in the first two samples"
    mine, theirs = [], []
    for numbers in (mine, theirs):
        simulator.seek(iteration=3)
        numbers.append(simulator.model.tape.value(ref_to("z", 1, (0,)), lens if row is None else row))
        simulator.undo()
    assert (comparison.present, comparison.other) == (mine[0], theirs[0])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("xor-train", {}),
        ("xor-train", {"network.layers.1.activation": "softmax", "training.loss": "mse"}),
        ("feedforward-or-recurrent", {}),
        ("optimizers-on-a-bowl", {}),
    ],
)
def test_the_numbers_of_all_samples_are_those_of_each(name, settings):
    simulator = Simulator(load(name))
    simulator.edit(settings=settings)
    simulator.run(1)
    tape = simulator.model.tape
    for op in simulator.model.program:
        for ref in op.refs:
            if op.quantity.whose is Whose.SAMPLE:
                alone = [tape.value(ref, sample) for sample in range(simulator.samples)]
                assert tape.of_every_sample(ref).tolist() == alone, tape.symbol(ref)


@pytest.mark.parametrize(
    "name",
    ["backprop-2-2-2", "xor-train", "feedforward-or-recurrent", "optimizers-on-a-bowl", "epochs-batches-iterations"],
)
def test_the_comparison_names_the_parameter_that_differs_most_with_both_values(name):
    simulator = Simulator(load(name))
    simulator.run(20)
    before = [row.cells[0] for row in simulator.snapshot().tables[0].rows]
    refs = [ref._replace(quantity=ref.quantity.now) for ref in before]
    simulator.seek(iteration=10)
    simulator.edit(settings={"training.optimizer.learning_rate": 0.02})
    simulator.run(10)
    here = simulator.snapshot()
    (measure,) = simulator.compare().measures
    simulator.undo()
    simulator.seek(iteration=20)
    there = simulator.snapshot()
    both = {here.symbol(ref): (here.value(ref), there.value(ref)) for ref in refs}
    symbol, (one, another) = max(both.items(), key=lambda item: abs(item[1][0] - item[1][1]))
    assert measure.parameters == abs(one - another) > 0
    assert (measure.furthest.symbol, measure.furthest.present, measure.furthest.other) == (symbol, one, another)


def test_runs_of_unequal_length_are_measured_where_both_have_been(simulator):
    simulator.run(8)
    simulator.edit(numbers={"W6": 0.5})
    just_edited = simulator.compare()
    assert (just_edited.fork, just_edited.symbol, just_edited.gone) == (9, "z3", (8, 8))
    assert just_edited.measures == ()
    simulator.undo()
    assert len(simulator.snapshot().known) == 8, "to be compared with does not take a run further"
    simulator.run(4)
    simulator.seek(iteration=8)
    simulator.edit(numbers={"W6": 0.7})
    simulator.run(20)
    comparison = simulator.compare()
    assert (comparison.gone, comparison.measures[0].iteration) == ((28, 12), 12)
    simulator.undo()
    assert comparison.measures[0].losses[1] == simulator.snapshot().known.values[11]


def test_after_an_undo_the_run_of_the_edit_is_the_one_to_compare_with(simulator):
    simulator.run(3)
    simulator.edit(numbers={"W6": 0.5})
    simulator.run(4)
    edited = simulator.compare()
    assert (edited.gone, edited.is_undone) == ((7, 3), False)
    simulator.undo()
    undone = simulator.compare()
    assert (undone.gone, undone.is_undone, undone.fork) == ((3, 7), True, 4)
    simulator.run(4)
    both = simulator.compare()
    assert both.measures[0].iteration == 7
    simulator.redo()
    assert simulator.compare().measures[0].losses == both.measures[0].losses[::-1]
    assert not simulator.compare().is_undone


def test_a_network_with_another_unit_is_compared_unit_by_unit():
    simulator = Simulator(load("xor-train"))
    simulator.run(2)
    simulator.edit(settings={"network.layers.0.units": 5})
    simulator.run(1)
    comparison = simulator.compare()
    assert comparison.symbol == "z1"
    assert comparison.present != comparison.other
    assert comparison.other is not None


def test_numbers_that_differ_by_rounding_alone_are_the_same():
    simulator = Simulator(load("batch-modes"))
    simulator.run(2)
    simulator.edit(settings={"training.batch_size": 255})
    simulator.run(1)
    comparison = simulator.compare()
    assert comparison.present is None or abs(comparison.present - comparison.other) > 1e-12


def test_a_run_that_met_a_number_that_is_not_finite_is_not_let_go_on():
    simulator = Simulator(load("epochs-batches-iterations"))
    simulator.run(20)
    simulator.seek(iteration=3)
    simulator.edit(settings={"training.optimizer.learning_rate": 1e200})
    simulator.run(20)
    assert simulator.trouble
    comparison = simulator.compare()
    assert comparison.is_broken == (True, False)
    assert not comparison.can_be_evened_out
    assert list(simulator.even_out()) == []
    simulator.undo()
    assert simulator.compare().is_broken == (False, True)
    assert not simulator.compare().can_be_evened_out


def test_runs_part_where_the_edited_sample_comes_into_a_batch():
    simulator = Simulator(load("epochs-batches-iterations"))
    simulator.run(2)
    sample = int(simulator.scenario.body.data.rows[1234])
    simulator.edit(settings={f"data.inputs.{sample}.0": 7.0})
    assert (simulator.compare().symbol, simulator.compare().parting) == (None, 3)
    simulator.run(18)
    place = simulator.position
    list(simulator.even_out())
    compared, losses = simulator.compare(), simulator.losses.copy()
    assert simulator.position == place
    simulator.undo()
    simulator.seek(iteration=20)
    differing = np.flatnonzero(losses != simulator.losses)
    assert 3 < differing[0] + 1 == compared.parting < 13
    assert compared.fork == 3
    assert compared.symbol is not None
    assert compared.present != compared.other
    assert simulator.compare().parting == compared.parting


def test_runs_part_where_only_a_gradient_differs_and_no_loss_yet():
    tables = {
        "schema": 1,
        "title": "An input with no weight yet",
        "network": {"inputs": 2, "layers": [{"units": 1, "activation": "linear", "weights": [[0.5], [0.0]]}]},
        "data": {"inputs": [[1.0, 0.0], [0.5, 0.0], [0.25, 0.0], [2.0, 0.0]], "targets": [[1.0]] * 4},
        "training": {"loss": "mse", "optimizer": "sgd", "batch_size": 1, "epochs": 2},
    }
    simulator = Simulator(load_tables(tables, name="mine"))
    simulator.edit(settings={"data.inputs.2.1": 3.0})
    simulator.run(2)
    list(simulator.even_out())
    assert (simulator.compare().symbol, simulator.compare().parting) == (None, 2)
    simulator.run(2)
    list(simulator.even_out())
    compared = simulator.compare()
    assert compared.measures[0].losses[0] == compared.measures[0].losses[1]
    assert (compared.symbol, compared.parting) == ("∂z1/∂W2", 3)


def test_the_run_so_far_is_what_was_ever_done(simulator):
    simulator.step()
    assert len(simulator.snapshot().known) == 0
    simulator.run(7)
    simulator.back()
    assert len(simulator.snapshot().known) == 7
    simulator.step()
    simulator.step()
    simulator.back("iteration")
    assert len(simulator.snapshot().known) == 7
    simulator.seek(iteration=0)
    assert len(simulator.snapshot().known) == 7


@pytest.mark.parametrize("is_undone", [False, True])
def test_the_shorter_of_two_runs_can_be_let_go_on(simulator, is_undone):
    simulator.run(3)
    simulator.step("op")
    simulator.edit(settings={"training.optimizer": {"name": "adam"}})
    simulator.run(50)
    if is_undone:
        simulator.undo()
    place = simulator.position
    assert simulator.compare().gone == ((3, 53) if is_undone else (53, 3))
    stages = list(simulator.even_out())
    assert stages[-1] == 53
    assert stages == sorted(set(stages))
    assert simulator.position == place
    assert simulator.compare().gone == (53, 53)
    assert list(simulator.even_out()) == []
    if not is_undone:
        alone = Simulator(load("backprop-2-2-2"))
        alone.run(53)
        assert simulator.compare().measures[-1].losses[1] == alone.losses[-1]


def test_runs_that_went_beyond_where_one_stands_are_measured_at_their_end_too(simulator):
    simulator.run(10)
    simulator.seek(iteration=4)
    simulator.edit(numbers={"W6": 0.5})
    assert simulator.compare().measures == ()
    list(simulator.even_out())
    fork, last = simulator.compare().measures
    assert (fork.iteration, fork.why, last.iteration, last.why) == (5, "fork", 10, "last")
    simulator.seek(iteration=10)
    (here,) = simulator.compare().measures
    assert (here.why, here.losses) == ("here", last.losses)
    assert here.losses[0] == simulator.losses[-1]


def test_the_shorter_run_goes_on_no_further_than_it_is_asked_to(simulator):
    simulator.run(3)
    simulator.edit(numbers={"W6": 0.5})
    simulator.run(50)
    compared = simulator.compare()
    assert (compared.lacks(53), compared.lacks(4), compared.lacks(0)) == (53, 4, 4)
    list(simulator.even_out(compared.lacks(4)))
    compared = simulator.compare()
    assert compared.gone == (53, 4)
    assert compared.measures
    assert (compared.lacks(4), compared.lacks(53)) == (None, 53)


def test_letting_a_run_go_on_may_be_broken_off(simulator):
    simulator.run(2)
    simulator.edit(numbers={"W6": 0.5})
    simulator.run(50)
    simulator.undo()
    place, going_on = simulator.position, simulator.even_out()
    done = next(going_on)
    assert 2 < done < 52
    going_on.close()
    assert simulator.position == place
    assert simulator.compare().gone == (done, 52)


def test_the_ghost_that_is_shown_is_the_run_that_is_compared_with(simulator):
    for iterations in (5, 5):
        simulator.run(iterations)
        simulator.seek(iteration=simulator.iteration - 1)
        simulator.edit(numbers={"W6": 0.5 + iterations / 10})
        simulator.run(10)
    for move in (simulator.undo, simulator.undo, simulator.redo, simulator.redo, simulator.undo):
        move()
        assert simulator.snapshot().ghosts[0].fork == simulator.compare().fork


@pytest.mark.parametrize(
    ("first", "then", "symbol", "is_here"),
    [("sgd", "adam", "η_t", True), ("adam", "sgd", "η_t", False)],
)
def test_a_number_that_only_one_of_two_runs_has_is_named(simulator, first, then, symbol, is_here):
    simulator.edit(settings={"training.optimizer": {"name": first, "learning_rate": 0.5}})
    simulator.run(2)
    simulator.edit(settings={"training.optimizer": {"name": then, "learning_rate": 0.5}})
    simulator.run(2)
    comparison = simulator.compare()
    assert comparison.symbol == symbol
    assert (comparison.present is not None, comparison.other is not None) == (is_here, not is_here)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("loss < 0.02", lambda run: run.loss() < 0.02 <= run.losses[-1]),
        ("batch loss < 0.02", lambda run: run.losses[-1] < 0.02 <= run.losses[-2]),
        ("any |gradient| < 5e-4", lambda run: run.iteration > 1),
        ("all |gradient| < 1e-3", lambda run: np.abs(run.gradients[1][0]).max() < 1e-3),
        ("iteration 12", lambda run: run.iteration == 12),
        ("Epoch 7", lambda run: run.iteration == 7),
        ("epoch 1,000", lambda run: run.iteration == 1_000),
        ("iteration +5", lambda run: run.iteration == 5),
        ("loss < 1/50", lambda run: run.loss() < 0.02 <= run.losses[-1]),
        ("W5 < 0.3", lambda run: run.look_up("W5") < 0.3),
    ],
)
def test_a_run_stops_where_its_breakpoint_comes_to_hold(simulator, text, holds):
    condition = parse_breakpoint(text, simulator)
    done = simulator.run(5000, until=[condition])
    assert 1 <= done < 5000
    assert simulator.stopped_by is condition
    assert holds(simulator)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "loss",
        "loss < ",
        "foo < 3",
        "loss ! 3",
        "epoch x",
        "W99 > 1",
        "loss < " + "7" * 100,
        "epoch -1",
        "epoch ٣",
        "loss < ٣",
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_with_examples(simulator, text):
    with pytest.raises(BreakpointError, match=r"loss < 0\.01") as refused:
        parse_breakpoint(text, simulator)
    told = examples(simulator)
    assert refused.value.examples == told
    assert str(refused.value).endswith(f"; for example: {', '.join(told)}")
    assert refused.value.told_with(told[:1]) == f"{refused.value.problem}; for example: loss < 0.01"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loss < 0,001", "'0,001' has a comma; for example: loss < 0.001"),
        ("any |gradient| < 2,5e-3", "'2,5e-3' has a comma; for example: any |gradient| < 2.5e-3"),
        ("W[2][1,2] > 1,000", "'1,000' has a comma; for example: W[2][1,2] > 1000, W[2][1,2] > 1.000"),
        ("accuracy > 1,5", "'1,5' has a comma; for example: loss < 0.01"),
    ],
)
def test_a_comma_in_the_number_of_a_condition_is_refused_with_the_condition_to_write(simulator, text, said):
    with pytest.raises(BreakpointError) as refused:
        parse_breakpoint(text, simulator)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cost < 0.001", "cannot read the condition 'cost < 0.001'; for example: loss < 0.001"),
        ("batch_loss > 1", "cannot read the condition 'batch_loss > 1'; for example: batch loss > 1"),
        ("val_loss < 0.1", "no data are kept back here, so there is no validation loss; for example: loss < 0.01"),
    ],
)
def test_a_condition_in_the_words_of_another_library_is_told_in_ours(simulator, text, said):
    with pytest.raises(BreakpointError) as refused:
        parse_breakpoint(text, simulator)
    assert str(refused.value).startswith(said)


def test_epochs_and_iterations_of_a_condition_may_be_grouped(simulator):
    assert parse_breakpoint("iteration 1,000", simulator).text == "iteration 1,000"


@pytest.mark.parametrize("text", ["loss < 1e400", "loss < -1e400", "any |gradient| > 1e999"])
def test_a_condition_on_what_is_not_finite_is_refused(simulator, text):
    with pytest.raises(BreakpointError, match="is not a finite number; for example: loss < 0"):
        parse_breakpoint(text, simulator)


@each_scenario()
def test_what_is_given_as_an_example_of_a_condition_can_be_set_there(name):
    simulator = Simulator(load(name))
    for text in examples(simulator):
        parse_breakpoint(text, simulator)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("activations", "loss < 0.01", "there is no loss here"),
        ("activations", "any |gradient| < 1", "there are no gradients here"),
        ("optimizers", "accuracy = 1", "accuracy needs targets, and there are none here"),
        (
            "backprop-2-2-2",
            "accuracy = 1",
            "accuracy needs targets that are classes: 0 and 1, -1 and 1, or one 1 a row",
        ),
        ("backprop-2-2-2", "loss < -1", "a loss is never below 0"),
        ("backprop-2-2-2", "Loss < 0", "a loss is never below 0"),
        ("batch-modes", "batch loss < 0", "a loss is never below 0"),
        ("over-and-underfitting", "validation loss < 0", "a loss is never below 0"),
        ("activations", "batch loss < 1", "there is no loss here"),
        ("xor-train", "validation loss < 1", "no data are kept back here, so there is no validation loss"),
        ("xor-train", "loss = -0.5", "a loss is never below 0"),
        ("feedforward-or-recurrent", "loss <= -1", "a loss is never below 0"),
        ("backprop-2-2-2", "E < 0", "E is an error, never below 0"),
        ("backprop-2-2-2", "E_o1 < 0", "E_o1 is an error, never below 0"),
        ("feedforward-or-recurrent", "E<1> < 0", "E<1> is an error, never below 0"),
        ("xor-train", "accuracy > 1", "accuracy is a share, never below 0 nor above 1"),
        ("xor-train", "accuracy < 0", "accuracy is a share, never below 0 nor above 1"),
        ("xor-train", "accuracy = 2", "accuracy is a share, never below 0 nor above 1"),
        ("xor-train", "any |gradient| < 0", "the size of a gradient is never below 0"),
        ("xor-train", "|gradient| = -1", "the size of a gradient is never below 0"),
        ("backprop-2-2-2", "h1 > 1", "h1 is a sigmoid output, from 0 to 1"),
        ("backprop-2-2-2", "o2 = -0.5", "o2 is a sigmoid output, from 0 to 1"),
        ("feedforward-or-recurrent", "h1<2> < -1", "h1<2> is a tanh output, from -1 to 1"),
        ("dying-relu", "h1 < 0", "h1 is a relu output, never below 0"),
        ("xor-train", "iteration 0", "iterations are counted from 1"),
        ("xor-train", "Epoch = 0", "epochs are counted from 1"),
    ],
)
def test_a_condition_that_can_never_hold_is_refused_with_the_reason(name, text, problem):
    with pytest.raises(BreakpointError) as refused:
        parse_breakpoint(text, Simulator(load(name)))
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("xor-train", "loss <= 0"),
        ("xor-train", "loss = 0"),
        ("xor-train", "loss > -1"),
        ("xor-train", "accuracy >= 1"),
        ("xor-train", "accuracy = 0"),
        ("xor-train", "any |gradient| = 0"),
        ("xor-train", "W5 < -1"),
        ("backprop-2-2-2", "h1 >= 1"),
        ("backprop-2-2-2", "z1 > 1"),
        ("epochs-batches-iterations", "o1 < -1"),
        ("dying-relu", "h1 = 0"),
        ("optimizers-on-two-valleys", "loss < -1"),
        ("optimizers-on-two-valleys", "E < 0"),
    ],
)
def test_a_condition_that_may_hold_at_the_edge_or_below_0_is_taken(name, text):
    assert parse_breakpoint(text, Simulator(load(name))).text == text


@pytest.mark.parametrize("text", ["h1<2> > -2", "h1⟨2⟩ > -2", "h1<2>>-2"])
def test_a_run_stops_by_a_number_of_a_recurrent_network_at_one_step(text):
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(10, until=[parse_breakpoint(text, simulator)])
    assert (simulator.iteration, simulator.stopped_by.text) == (1, text)


def test_a_network_that_answers_with_classes_can_be_stopped_by_its_accuracy():
    simulator = Simulator(load("xor-train"))
    simulator.run(simulator.end, until=[parse_breakpoint("accuracy = 1", simulator)])
    assert simulator.stopped_by
    assert simulator.accuracy() == 1.0


@pytest.mark.parametrize(
    ("text", "done"), [("loss < 9.7", 2), ("batch loss < 9.5", 2), ("batch loss > 9.9", 1), ("loss < 9.5", 8)]
)
def test_where_batches_are_parts_of_the_data_a_run_stops_by_the_loss_over_all_of_them(unlike_batches, text, done):
    run = Simulator(load(unlike_batches))
    run.run(8, until=[parse_breakpoint(text, run)])
    assert run.iteration == done
    assert bool(run.stopped_by) == (done < 8)


def test_a_run_stops_by_the_loss_over_the_data_that_were_kept_back():
    run = Simulator(load("over-and-underfitting"))
    condition = parse_breakpoint("validation loss < 0.56", run)
    run.run(100, until=[condition])
    assert run.stopped_by is condition
    assert run.validation()[0] < 0.56 <= run.curves["validation"].values[-1], "that is from before the last epoch"


@pytest.mark.parametrize(("size", "places"), [(500, [4, 8, 12]), (2000, [*range(1, 13)])])
def test_a_run_that_may_stop_by_its_loss_looks_at_all_the_data_once_an_epoch(monkeypatch, size, places):
    run = Simulator(load("epochs-batches-iterations", overrides={"training.batch_size": size}))
    asked, loss = [], run.loss
    monkeypatch.setattr(run, "loss", lambda: asked.append(run.iteration) or loss())
    run.run(12, until=[parse_breakpoint("loss < 1e-9", run)])
    assert asked == places


def test_beside_a_search_the_loss_is_looked_at_where_the_network_has_seen_all_its_data():
    run = Simulator(load("xor-single"))
    run.run(500, until=[parse_breakpoint("loss < 0.7", run)])
    assert run.loss() < 0.7 <= run.losses[-1]


@each_scenario()
def test_the_loss_by_itself_is_the_one_that_comes_with_the_outputs(name):
    run = Simulator(load(name))
    for landed in (False, True, False):
        run.run(3)
        expected = run.model.evaluate(landed=landed)[1]
        found = run.model.loss(landed=landed)
        assert found == expected or (found is None and not run.model.has_loss)


def test_an_edit_that_changes_nothing_goes_the_same_way(simulator):
    simulator.run(30)
    expected = flat(simulator)
    simulator.seek(iteration=12)
    simulator.edit(settings={"training.epochs": 5})
    simulator.run(18)
    assert flat(simulator).tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", ["backprop-2-2-2", "feedforward-or-recurrent", "xor-train", "optimizers-on-a-bowl"])
@pytest.mark.parametrize("which", ["any", "max", "min"])
def test_whose_gradient_met_a_condition_is_the_first_by_number_and_no_other_is_named(name, which, monkeypatch):
    simulator = Simulator(load(name))
    simulator.run(3)
    probe = simulator.model.probe()
    gradients = [probe.gradient(place) for place in range(probe.size)]
    assert probe.gradients().tolist() == gradients
    sizes = list(map(abs, gradients))
    bound = sorted(sizes)[len(sizes) // 2]
    fitting = {"any": next(size for size in sizes if size <= bound), "max": max(sizes), "min": min(sizes)}[which]
    place = sizes.index(fitting)
    expected = (probe.symbol(place), gradients[place])

    named = []
    symbol = type(probe).symbol
    monkeypatch.setattr(type(probe), "symbol", lambda self, place: named.append(place) or symbol(self, place))
    condition = parse_breakpoint(f"{which} |gradient| <= {bound if which == 'any' else 1e9!r}", simulator)
    assert condition.holds(simulator)
    assert condition.met_by(simulator) == expected
    assert named == [place]


OTHER_GATES = {"AND": [0, 0, 0, 1], "NOR": [1, 0, 0, 0], "OR": [0, 1, 1, 1]}
EDITS = {
    "several outputs": [
        {"data.validation_fraction": 0.0},
        {"network.layers.0.units": 4},
        {"data.validation_fraction": 0.2},
        {"network.layers.0.train_weights": True, "network.layers.1.bias": True},
        {"training.batch_size": 1},
        {"network.layers.1.units": 3},
    ],
    "one output": [
        {"data.validation_fraction": 0.4},
        {"network.layers.0.units": 1},
        {"training.optimizer": "adam"},
        {"network.layers.0.bias": False},
        {"data.validation_fraction": 0.0},
    ],
    "through time": [{"recurrent.hidden": 1}, {"recurrent.hidden": 4}, {"recurrent.feedback": False}],
    "without feedback": [{"recurrent.hidden": 1}, {"recurrent.feedback": True}, {"training.batch_size": 2}],
    "a surface": [{"surface.function": name} for name in ("double_well", "bowl", "saddle", "double_well")],
    "functions": [{"functions.show": ["tanh"]}, {"functions.sweep.step": 0.1}, {"functions.vector": [1, 2]}],
    "softmax": [{"functions.vector": [1, 2]}, {"functions.vector": [1, 2, 3, 4]}],
    "a search": [{"search.targets": {"AND": [0, 0, 0, 1]}}, {"search.at_zero": 1}, {"search.targets": OTHER_GATES}],
    "a search beside a network": [{"search.targets": OTHER_GATES}, {"search.weights.step": 0.25}],
}


@pytest.mark.parametrize("name", EDITS)
def test_however_often_a_run_is_edited_it_is_the_same_on_the_way_back_and_forth(name):
    simulator = Simulator(load_tables(every_number.FILES[name]))

    def state():
        return [array.tolist() for pair in simulator.parameters or () for array in pair if array is not None]

    for edit in EDITS[name]:
        simulator.run(iterations=4)
        simulator.edit(settings=edit)
    simulator.run(iterations=4)
    last = simulator.iteration
    assert last == 4 * (len(EDITS[name]) + 1)
    states = {last: state()}
    curves = {key: curve.values.tolist() for key, curve in simulator.curves.items()}
    for iteration in reversed(range(last)):
        simulator.back("iteration")
        assert simulator.iteration == iteration
        states[iteration] = state()
        assert all(len(curve) <= iteration for curve in simulator.curves.values())
    for iteration in range(last):
        assert state() == states[iteration]
        simulator.step("iteration")
    assert state() == states[last]
    assert str({key: curve.values.tolist() for key, curve in simulator.curves.items()}) == str(curves)
    for _ in EDITS[name]:
        assert simulator.undo()
    assert not simulator.undo()
    assert simulator.iteration == 4
