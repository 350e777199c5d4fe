"""A moment as a whole: what of it is read at once, what an explanation says, where a number is set."""

import math

import pytest
from support.every_number import FILES, everything, run
from support.numbers import ref_to
from support.scenarios import thinned

from dlsim.engine import Simulator, load
from dlsim.engine.kinds.surface.quantities import HEIGHT, PRESENT_HEIGHT
from dlsim.engine.quantity import Ref, digits_of, is_counted, is_raised, leads, present
from dlsim.engine.scenario.load import load_tables


@thinned("name", FILES, ["one output", "through time", "a surface", "softmax", "a search"])
def test_all_numbers_read_at_once_are_those_that_are_read_one_by_one(name):
    simulator = run(name, has_landed=False)
    refs = [ref for ref in everything(simulator) if not math.isnan(simulator.snapshot().tape.value(ref, 0))]
    values = simulator.position.values
    for cursor in {0, 1, values // 3, values // 2, values - 1}:
        simulator.seek(iteration=simulator.iteration, cursor=cursor)
        snapshot = simulator.snapshot()
        known = [ref for ref in refs if snapshot.knows(ref)]
        for _ in range(2):  # once read, it is known when a number is shown
            assert str(snapshot.read([*known, None])) == str([*map(snapshot.value, known), None])
        assert [number is not None for number in snapshot.read(known)] == list(map(snapshot.is_shown, known))
        assert snapshot.symbols(known) == list(map(snapshot.symbol, known))


def set_at(raw, path):
    """What a file's tables hold at a dotted path; None where they hold nothing there."""
    for key in path.split("."):
        if isinstance(raw, list) and key.isdigit() and int(key) < len(raw):
            raw = raw[int(key)]
        elif isinstance(raw, dict) and key in raw:
            raw = raw[key]
        else:
            return None
    return raw


PATHS = {
    "several outputs": {"η_t", "β₁", "β₂", "ε", "decay"},
    "one output": {"η", "μ", "a"},
    "fused": {"η", "ε"},
    "through time": {"η", "ρ", "ε", "a"},
    "a surface": {"η_t", "β₁", "β₂", "ε", "decay"},
    "functions": {"t", "a", "β"},
    "softmax": {"v1", "v2", "v3"},
}


@pytest.mark.parametrize("name", PATHS)
def test_a_number_that_is_set_at_a_path_is_another_one_once_it_is_set_there(name):
    simulator = Simulator(load_tables(FILES[name]))
    simulator.step("iteration")
    tape, paths = simulator.snapshot().tape, {}
    for ref, told in everything(simulator).items():
        path = ref.quantity.path(tape, ref)
        if path is not None and ref.quantity.datum is None:
            paths.setdefault(path, (told.symbol, ref))
    assert {symbol for symbol, _ in paths.values()} >= PATHS[name] - {"η_t", "decay"}
    for path, (symbol, ref) in paths.items():
        if symbol == "η_t":  # it is made of the learning rate
            continue
        changed = Simulator(load_tables(FILES[name]))
        parent, _, key = path.rpartition(".")
        before = set_at(changed.scenario.raw, path)
        wanted = 0.375 if not isinstance(before, int) or isinstance(before, bool) else 7
        held = set_at(changed.scenario.raw, parent)
        if isinstance(held, str):  # a function by its name alone
            changed.edit(settings={parent: {"name": held, key: wanted}})
        else:
            changed.edit(settings={path: wanted})
        changed.step("iteration")
        assert changed.snapshot().tape.value(ref, 0) == wanted, (path, symbol)


# an explanation


def explained(iteration=0, cursor=40, symbol="∂E/∂h1", digits=None):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(iteration=iteration, cursor=cursor)
    return simulator.snapshot().explain(simulator.model.find(symbol))


def test_an_explanation_is_equal_to_another_of_the_same_numbers_alone():
    told = explained()
    assert told == explained()
    assert hash(told) == hash(explained())
    assert told != explained(iteration=1)
    assert told != explained(symbol="∂E/∂h2")
    assert told != told.ref


def test_an_explanation_is_written_with_symbols_or_numbers_token_by_token():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    told = snapshot.explain(simulator.model.find("∂E/∂W1"))
    assert "".join(told.symbols()) == told.formula == "∂E/∂h1·∂h1/∂z1·∂z1/∂W1"
    numbers = list(map(snapshot.value, told.operands))
    assert [float(text) for text in told.numbers(3)[::2]] == [round(number, 3) for number in numbers]
    assert told.numbers(3)[1::2] == ["·", "·"]
    assert told.filled_in(3) == "".join(told.numbers(3))
    assert told.substituted == told.filled_in(8) != told.filled_in(7)


def test_what_is_added_up_over_several_ways_is_told_with_them():
    (inner,) = explained(symbol="∂E/∂W1").sums
    assert (inner.symbol, len(inner.operands)) == ("∂E/∂h1", 2)
    assert all(part.quantity.is_way for part in inner.operands)
    assert inner == explained()
    assert explained(symbol="∂E/∂W5").sums == (), "over one output there is one way"


@pytest.mark.parametrize("text", ["", "max(", "|", "3·[", "max(1, "])
def test_a_minus_at_the_beginning_needs_no_parentheses(text):
    assert leads(text)


@pytest.mark.parametrize("text", ["2·", "1 + ", "1 − ", ")", "x,", "max(2·"])
def test_a_minus_after_anything_else_needs_them(text):
    assert not leads(text)


def test_a_number_that_is_raised_to_a_power_is_told_from_others():
    x = ref_to("p", 0, (0,))
    assert [is_raised((x, "² + ", x, "^9·", x, x, " + 1"), place) for place in (0, 2, 4, 5, 6)] == [
        True,
        True,
        False,
        False,
        False,
    ]


# parameters, counts, heights


def test_a_parameter_as_it_is_at_the_moment():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    weight = ref_to("W", 2, (0, 0))
    assert present(weight) == ref_to("now_W", 2, (0, 0))
    assert snapshot.value(weight) == 0.45
    assert snapshot.value(present(weight)) == snapshot.value(ref_to("new_W", 2, (0, 0))) != 0.45


def test_what_counts_has_no_decimals():
    counted, other = ref_to("right:training"), ref_to("accuracy:training")
    assert [is_counted(ref) for ref in (counted, other, None)] == [True, False, False]
    assert [digits_of(ref, 6) for ref in (counted, other, None)] == [0, 6, 6]


def test_the_height_of_the_moment_moves_with_the_point():
    simulator = Simulator(load("optimizers-on-a-bowl"))
    now = Ref(PRESENT_HEIGHT)
    assert now.quantity.about(now) == Ref(HEIGHT)
    assert simulator.snapshot().value(now) is None, "no height is known yet"
    simulator.step()
    first = simulator.snapshot()
    assert first.value(now) == first.value(Ref(HEIGHT)) == simulator.look_up("f")
    assert {ref.quantity.key for ref in first.explain(now).operands} == {"now_p"}
    simulator.step("iteration")
    landed = simulator.snapshot()
    assert landed.value(now) == simulator.loss() < landed.value(Ref(HEIGHT)) == first.value(now)


def test_samples_are_called_by_their_rows_in_every_batch():
    simulator = Simulator(load("xor-train", overrides={"training.batch_size": 2}))
    written = []
    for _ in range(3):
        simulator.step("iteration")
        snapshot = simulator.snapshot()
        told = snapshot.explain(snapshot.curve_numbers["loss"])
        written.append((told.formula, snapshot.symbols(told.operands)))
        assert [ref.quantity.row_of(snapshot.tape, ref) for ref in told.operands] == list(snapshot.tape.rows)
    first, second = ("1/2·(E₁ + E₂)", ["E₁", "E₂"]), ("1/2·(E₃ + E₄)", ["E₃", "E₄"])
    assert written == [first, second, first]


# whole ops of what is no network

WHOLE = {
    "a surface": """
        f | | (1×1)
        ∂f/∂x … ∂f/∂y | ∇f | (1×2)
        η_t | | (1×1)
        m_x⁺ … m_y⁺ | | (1×2)
        v_x⁺ … v_y⁺ | | (1×2)
        x⁺ … y⁺ | p⁺ | (1×2)
        x,y ← x,y⁺ | | (1×1)
    """,
    "functions": """
        swish(x) … leaky_relu(x) | | (1×4)
        swish′(x) … leaky_relu′(x) | | (1×4)
    """,
    "softmax": """
        tanh(x) | | (1×1)
        softmax(v)1 … softmax(v)3 | | (1×3)
        Σ softmax(v) | | (1×1)
        tanh′(x) | | (1×1)
    """,
    "a search": """
        s(0,0) … s(1,1) | X·w + b | (4×2)·(2×1) + (1×1) = (4×1)
        y(0,0) … y(1,1) | step(s) | (4×1) = (4×1)
        AND? … XOR? | | (1×2)
        AND … XOR | | (1×2)
    """,
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_op_has_the_symbols_of_its_first_and_its_last_value_and_its_shape(name):
    simulator = Simulator(load_tables(FILES[name]))
    tape = simulator.model.tape
    lines = [" | ".join(tape.op_formula(op)).replace("|  |", "| |") for op in simulator.program]
    assert lines == [line.strip() for line in WHOLE[name].strip().splitlines()]
