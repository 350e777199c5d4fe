"""Every number that a scenario has: it is listed, it is what its own formula comes to, its symbol finds it."""

from __future__ import annotations

import math

import pytest
from support.every_number import FILES, everything, run, shown
from support.formulas import worked_out
from support.scenarios import thinned

from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.recurrent.passes import START  # h⟨0⟩, before the first step, is shown by nothing
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.quantity import LeftOut, Whose


@pytest.mark.parametrize("has_landed", [True, False])
@pytest.mark.parametrize("name", FILES)
def test_every_number_is_what_its_formula_comes_to(name, has_landed):
    simulator = run(name, has_landed=has_landed)
    tape, sample = simulator.snapshot().tape, simulator.sample
    for ref, told in everything(simulator).items():
        is_whole = not any(isinstance(token, LeftOut) for token in told.tokens)
        if told.tokens and is_whole and ref.quantity is not UPDATE and not math.isnan(told.value):
            numbers = (f"({tape.value(token, sample)!r})" for token in told.operands)
            by_ref = dict(zip(told.operands, numbers, strict=True))
            text = "".join(token if isinstance(token, str) else by_ref[token] for token in told.tokens)
            assert worked_out(text) == pytest.approx(told.value, rel=1e-9, abs=1e-12), (told.symbol, told.formula)


@pytest.mark.parametrize("name", FILES)
def test_every_line_in_which_a_number_is_worked_out_comes_to_it(name):
    opened = [told for told in everything(run(name, has_landed=False)).values() if told.opened.worked]
    for told in opened:
        for line in told.filled_in(15).split(" = "):
            if not ("…" in line or "Σ" in line or math.isnan(told.value)):
                assert worked_out(line) == pytest.approx(told.value, rel=1e-7, abs=1e-9), (told.symbol, line)
    assert opened or name == "a search"


@pytest.mark.parametrize("name", FILES)
def test_from_a_formula_one_comes_to_the_numbers_that_are_shown_and_not_to_doubles_of_them(name):
    simulator = run(name, has_landed=True)
    listed = set(shown(simulator))
    quantities = {ref.quantity for ref in listed}
    doubles = {ref for ref in everything(simulator) if ref.sample is None and ref.quantity in quantities}
    assert not {ref for ref in doubles if START not in ref.index} - listed
    abouts = {ref.quantity.about(ref) for ref in listed}
    assert not {ref for ref in abouts if ref.quantity in quantities and START not in ref.index} - listed


@pytest.mark.parametrize("name", FILES)
def test_a_symbol_finds_its_number_or_none(name):
    simulator = run(name, has_landed=False)
    tape, sample = simulator.snapshot().tape, simulator.sample
    for ref, told in everything(simulator).items():
        found = simulator.model.find(told.symbol)
        is_ours = ref.sample in (None, sample) and not ref.quantity.names_row
        if found is not None and is_ours and ref.quantity.name not in AMBIGUOUS:
            assert tape.symbol(found) == told.symbol
            assert tape.value(found, sample) == pytest.approx(told.value, nan_ok=True), told.symbol


AMBIGUOUS = ("slot", "cell", "truth")
"""Of a surface v_x is what it is at the moment; of a search each row has an x1, and an answer that AND should give."""

SELDOM = {"rate", "count:n", "count:t", "setting:decay", "mean_E", "part:later", "t", "T", "unit_slope"}
SELDOM |= {f"{name}_{of}" for name in ("rest", "term") for of in "Wb"} | {
    f"unit_size:{of}" for of in ("dE_dz", "da_dz")
}
SELDOM |= {f"now_{of}" for of in "Wbpf"} | {f"{of}:validation" for of in ("loss", "pass_E", "pass_E_o")}
SELDOM |= {"at:0.05", "slope_at:0.05", "E_after"}
"""What only some of the batches and settings have of which a scenario's quantities are, or who asks for it by name."""


@pytest.mark.parametrize("name", FILES)
def test_what_is_listed_is_what_there_is(name):
    simulator = run(name, has_landed=True)
    listed = [of.key for of in KINDS[simulator.scenario.kind].quantities(simulator.scenario.body)]
    found = {ref.quantity.key for ref in everything(simulator)}
    assert len(listed) == len(set(listed))
    assert found <= set(listed)
    assert set(listed) - found <= SELDOM


@thinned("name", FILES, ["several outputs", "one output", "through time", "a surface", "a search beside a network"])
def test_nothing_is_on_screen_before_all_that_it_is_made_of(name):
    simulator = run(name, has_landed=False)
    made = {ref: told.operands for ref, told in everything(simulator).items() if not math.isnan(told.value)}
    simulator.back("iteration")
    grain = "op" if name == "several outputs" else "value"  # value by value takes long where there are many
    while simulator.step(grain) and simulator.position.cursor < simulator.position.values:
        snapshot = simulator.snapshot()
        for ref, operands in made.items():
            is_shown, are_shown = snapshot.is_shown(ref), all(map(snapshot.is_shown, operands))
            assert are_shown or not is_shown or ref.quantity.name in ("term_W", "term_b"), ref
            is_derived = operands and ref.quantity.whose is Whose.GIVEN and ref.quantity.name not in WITH_OUTPUT
            assert is_shown or not are_shown or not is_derived, ref


WITH_OUTPUT = ("dead", "is_dead", "saturated", "is_saturated", "unit_slope")
"""These are shown with a unit's output, also where they need not wait for it."""


@pytest.mark.parametrize("name", FILES)
def test_every_cell_of_a_table_has_a_column_and_a_number_that_an_iteration_shows(name):
    snapshot = run(name, has_landed=True).snapshot()
    for table in snapshot.tables:
        for row in table.rows:
            assert len(row.cells) == len(table.columns)
            frozen = row.label in ("W1", "W2", "W3", "W4", "W5", "W6") and name == "several outputs"
            assert frozen or all(snapshot.knows(cell) for cell in row.cells if cell is not None)
            assert all(snapshot.is_shown(cell) for cell in row.cells if cell is not None), "an iteration is done"


TABLES = [
    ("several outputs", "before gradient =m⁺ =v⁺ =η_t/√v change new", "b8: b8 ∂E/∂b8 m_b8⁺ v_b8⁺ η_b8 Δb8 b8⁺"),
    ("several outputs", "before gradient =m⁺ =v⁺ =η_t/√v change new", "W6: W6 ∂E/∂W6 - - - - -"),
    ("several outputs", "z activation delta", "h5: z5 h5 ∂E/∂z5"),
    ("several outputs", "=x1 =x2 =t1 =t2 =t3 =o1 =o2 =o3", "3: x1 x2 t1 t2 t3 o1 o2 o3"),
    ("not trained", "value", "W7: W7"),
    ("not trained", "z activation", "o1: z4 o1"),
    ("through time", "before gradient =a⁺ =d⁺ =η·√d/√a change new", "Wh3: Wh3 ∂E/∂Wh3 a_Wh3⁺ d_Wh3⁺ η_Wh3 ΔWh3 Wh3⁺"),
    ("through time", "z activation delta", "o2⟨3⟩: z4⟨3⟩ o2⟨3⟩ ∂E/∂z4⟨3⟩"),
    (
        "through time",
        "input=x1 input=x2 target=t1 target=t2 output=o1 output=o2",
        "2⟨1⟩: x1⟨1⟩ x2⟨1⟩ t1⟨1⟩ t2⟨1⟩ o1⟨1⟩ o2⟨1⟩",
    ),
    ("a surface", "before gradient change new", "y: y ∂f/∂y Δy y⁺"),
    ("a surface", "=m⁺ =v⁺ =η_t/√v", "y: m_y⁺ v_y⁺ η_y"),
    ("functions", "function_value function_slope", "softplus: softplus(x) softplus′(x)"),
    ("softmax", "=v =softmax(v)", "3: v3 softmax(v)3"),
    ("a search", "=(0,0) =(0,1) =(1,0) =(1,1) solved count", "y: y(0,0) y(0,1) y(1,0) y(1,1) - -"),
    ("a search", "=(0,0) =(0,1) =(1,0) =(1,1) solved count", "XOR: XOR XOR XOR XOR XOR? XOR"),
]


@pytest.mark.parametrize(("name", "columns", "row"), TABLES)
def test_a_row_of_a_table_holds_the_numbers_of_its_columns(name, columns, row):
    snapshot = run(name, has_landed=True).snapshot()
    (table,) = (table for table in snapshot.tables if table.columns == tuple(columns.split()))
    label, _, symbols = row.partition(": ")
    (found,) = (each for each in table.rows if each.label == label)
    assert ["-" if cell is None else snapshot.symbol(cell) for cell in found.cells] == symbols.split()


SAID = {
    "one output": """
        z2 about z2: z=z2 unit=h2 bias=b2
        h2 about h2: leaky_relu unit=h2 z=z2
        o1 about o1: tanh unit=o1 z=z4
        E_o1 about o1: half_squared_error unit=o1 target=t1
        ∂E/∂o1 about o1: top=E bottom=o1 unit=o1
        ∂E/∂z4 about z4: top=E bottom=z4 z=z4 unit=o1
        ∂h2/∂z2 about z2: leaky_relu top=h2 bottom=z2 unit=h2 a=h2 z=z2
        ∂E_o1/∂h2 about h2: top=E_o1 bottom=h2 unit=h2 weight=W8 z=z4 out=o1 error=E_o1
        ∂z4/∂W9 about W9: top=z4 bottom=W9 z=z4 weight=W9 sender=h3
        ∂z2/∂W4 about W4: top=z2 bottom=W4 z=z2 weight=W4 sender=x2
        ∂z4/∂b4 about b4: top=z4 bottom=b4 z=z4 bias=b4
        ∂E/∂W9 about W9: top=E bottom=W9 weight=W9 bias=W9
        ∂E/∂b4 about b4: top=E bottom=b4 weight=b4 bias=b4
        W9⁺ about W9: nesterov weight=W9 bias=W9 parameter=W9
        ΔW9 about W9: parameter=W9
        v_W9 about W9: parameter=W9
        v_W9⁺ about W9: nesterov_v parameter=W9
        η about η: nesterov_learning_rate learning_rate
        a about a: leaky_relu_alpha alpha
        class₅ about class₅: one_output threshold=0 otherwise=-1
        dead(h1) about dead(h1): leaky_relu unit=h1
        saturated[2] about saturated[2]: tanh
        N[-1,1] about N[-1,1]: wrong truth=-1 taken=1
        N[1,1] about N[1,1]: right truth=1 taken=1
        recall[-1] about recall[-1]: truth=-1 taken=-1
        loss about loss: training
        mean|∂E/∂W[2]| about mean|∂E/∂W[2]|: dE_dW
        mean|∂h1/∂z1| about z1: da_dz z=z1
        rows(Y[1]) about rows(Y[1]): X
        columns(W[2]) about columns(W[2]): W
    """,
    "several outputs": """
        o2 about o2: softmax unit=o2 z=z7
        z5 about z5: z=z5 unit=h5
        ∂o2/∂z8 about z8: softmax top=o2 bottom=z8 unit=o2 a=o2 z=z8
        z4₂ about z4:
        o2₂ about o2:
        z7ᵥ₁ about z7:
        z7ᵥ₂ about z7:
        ∂E_z8/∂h5 about h5: top=E_z8 bottom=h5 unit=h5 weight=W18 z=z8 out=o3 error=E_z8
        η_t about η_t: adam
        β₂ about β₂: adam_beta_2 beta_2
        t about t: t
        n about n: n
        Nᵥ[2,3] about Nᵥ[2,3]: wrong truth=t2 taken=t3
        lossᵥ about lossᵥ: validation
        classᵥ₁ about classᵥ₁: threshold=0.5 otherwise=1
    """,
    "through time": """
        z3⟨2⟩ about z3⟨2⟩: z=z3⟨2⟩ unit=o1⟨2⟩ bias=b3
        h2⟨3⟩ about h2⟨3⟩: elu unit=h2⟨3⟩ z=z2⟨3⟩
        E_o2⟨3⟩ about o2⟨3⟩: mse unit=o2⟨3⟩ target=t2⟨3⟩
        ∂h2⟨1⟩/∂z2⟨1⟩ about z2⟨1⟩: elu top=h2⟨1⟩ bottom=z2⟨1⟩ unit=h2⟨1⟩ a=h2⟨1⟩ z=z2⟨1⟩
        ∂E/∂Wh3 about Wh3: top=E bottom=Wh3 weight=Wh3 bias=Wh3
        d_b2⁺ about b2: adadelta_d parameter=b2
    """,
    "a surface": """
        y⁺ about y: adam weight=y bias=y parameter=y
        m_x⁺ about x: adam_m parameter=x
        Δx about x: parameter=x
    """,
    "functions": """
        a about a: leaky_relu_alpha alpha
        β about β: swish_beta beta
        swish(x) about swish(x): swish activation
        leaky_relu′(x) about leaky_relu(x): leaky_relu activation function=leaky_relu(x)
        mse[t=1]′(x) about mse[t=1](x): mse loss function=mse[t=1](x)
    """,
    "a search": """
        y(0,1) about y(0,1): sum=s(0,1)
        s(0,1) about y(0,1):
        XOR? about XOR?: gate=XOR
        XOR⁻ about XOR⁻: parameter=XOR
    """,
    "a search beside a network": """
        y(0,1) about y(0,1): at_zero sum=s(0,1)
        ∂z1/∂W2 about W2: top=z1 bottom=W2 z=z1 weight=W2 sender=x2
    """,
}


def lines_of(name, simulator):
    """What each number is about, what sets it apart, and the symbols that its sentences speak of, by its symbol."""
    snapshot = simulator.snapshot()
    for ref, told in everything(simulator).items():
        own = (f"{place}={symbol}" for place, symbol in told.said.names.items() if place not in ("symbol", "layer"))
        about, said = ref.quantity.about(ref), " ".join([*told.said.qualities, *own])
        if ref.sample is None and snapshot.knows(about) and not ref.quantity.names_row:
            yield f"{told.symbol} about {snapshot.symbol(about)}: {said}".strip().replace("mean |", "mean|")


@pytest.mark.parametrize("name", SAID)
def test_sentences_about_a_number_speak_of_these(name):
    found = set(lines_of(name, run(name, has_landed=True)))
    assert not {line.strip() for line in SAID[name].strip().splitlines()} - found


PLACES = [
    ("one output", "W8", (2, 1, 0), None),
    ("one output", "∂z4/∂W8", (2, 1, 0), (1, 1)),
    ("one output", "∂z3/∂W6", (1, 1, 2), (0, 1)),
    ("one output", "∂z4/∂b4", None, None),
    ("one output", "∂E/∂W8", (2, 1, 0), None),
    ("one output", "∂E/∂b4", None, None),
    ("one output", "W8⁺", (2, 1, 0), None),
    ("one output", "v_W8⁺", (2, 1, 0), None),
    ("one output", "∂E_o1/∂h2", (2, 1, 0), None),
    ("several outputs", "∂E_z8/∂h5", (3, 1, 2), None),
    ("several outputs", "∂o2/∂z8", None, None),
    ("one output", "∂E/∂h2", None, None),
    ("through time", "Wx3", (1, 0, 1), None),
]


@pytest.mark.parametrize(("name", "symbol", "edge", "sender"), PLACES)
def test_a_number_stands_in_the_line_of_its_weight(name, symbol, edge, sender):
    simulator = run(name, has_landed=True)
    (found,) = simulator.snapshot().places([simulator.model.find(symbol)])
    assert (found.edge, found.sender) == (edge, sender)


def test_a_number_of_the_data_is_in_the_network_where_it_is_of_the_sample_under_the_lens():
    simulator = run("one output", has_landed=True)
    simulator.sample = 1
    snapshot = simulator.snapshot()
    data = snapshot.tables[-1]
    lens, other = ([place.ref for place in snapshot.places(data.rows[row].cells)] for row in (1, 2))
    assert lens == [simulator.model.find(symbol) for symbol in ("x1", "x2", "t1", "o1")]
    assert other == list(data.rows[2].cells)
    assert [cell.quantity.row_of(snapshot.tape, cell) for cell in data.rows[2].cells] == [2] * 4
    passed = [ref for ref in snapshot.tape.besides() if ref.quantity.key == "pass_z:training" and ref.layer == 1]
    here = [place.ref for place in snapshot.places(passed)]
    assert [ref for ref in here if ref.index == (1,)] == [simulator.model.find("z2")]
    assert sum(ref in passed for ref in here) == len(passed) - 3
    weight = simulator.model.find("∂E/∂W8")
    assert weight.quantity.row_of(snapshot.tape, weight) is None
    assert snapshot.explain(simulator.model.find("E_o1")).ref.sample is None


@pytest.mark.parametrize(
    ("name", "symbol", "path"),
    [
        ("several outputs", "β₂", "training.optimizer.beta_2"),
        ("several outputs", "η_t", "training.optimizer.learning_rate"),
        ("one output", "a", "network.layers.0.activation.alpha"),
        ("through time", "a", "recurrent.activation.alpha"),
    ],
)
def test_a_setting_says_where_the_scenario_sets_it(name, symbol, path):
    simulator = run(name, has_landed=True)
    tape, found = simulator.snapshot().tape, everything(simulator)
    assert {ref.quantity.path(tape, ref) for ref, told in found.items() if told.symbol == symbol} == {path}


NOT_THERE = {
    "several outputs": """
        x0 x3 t0 t4 o0 o4 h0 h6 h9 z0 z9 b4 b5 b9 W0 W19 W[0][1,1] W[4][1,1] W[1][3,1] W[1][0,1] W[1][1,0] W[1][1,4]
        W[2][4,1] W[3][1,4] E_o0 E_o4 E_z1 m_b4 m_W1 v_W6 q_W7 W1⁺ W6+ ΔW1 ΔW6 Δz1 z1⁺ o1⁺ b4⁺ Δb4 ∂E/∂x1 ∂E/∂t1
        ∂E/∂b4 ∂E/∂W19 ∂o1/∂z5 ∂h4/∂z3 ∂h4/∂z5 ∂E_o1/∂h4 ∂E_z8/∂h1 ∂E_z3/∂h4 ∂E_z9/∂h5 ∂E_z8/∂o1 ∂E_z8/∂z4 ∂z8/∂W1
        ∂z8/∂b7 ∂z8/∂W16 ∂z4/∂b4 ∂x1/∂z1 ∂t1/∂z8 ∂W1/∂z1 ∂o1/∂W13 ∂E ∂E/ ∂/∂z1 E⟨1⟩ η Wx1
    """,
    "fused": """
        ∂E/∂o1 ∂o1/∂z3 ∂o1/∂z4 ∂E_o1/∂h1 h3 ∂h1/∂z2 ∂z3/∂W1
    """,
    "not trained": """
        ∂E/∂W1 ∂E/∂z1 W1⁺ ΔW1 v_W1 ∂o1/∂z4 ∂h1/∂z1 ∂z1/∂W1 E E_o1 E_z4
    """,
    "inputs alone": """
        t1 E E_o1 ∂E/∂t1
    """,
    "sequences alone": """
        t1⟨1⟩ E E⟨1⟩ E_o1⟨1⟩ ∂E/∂t1⟨1⟩ ∂E/∂Wx1 ∂E/∂h1⟨1⟩ ∂h1⟨1⟩/∂z1⟨1⟩ ∂E⟨1⟩/∂h1⟨1⟩ Wx1⁺ ΔWx1
    """,
    "one output": """
        ∂E_z4/∂h1 ∂o1/∂z3 m_W1 d_W1 v_z1 v_W10
    """,
    "through time": """
        x1 x3⟨1⟩ x1⟨0⟩ x1⟨4⟩ h3⟨1⟩ h1⟨4⟩ h0⟨1⟩ o3⟨1⟩ o1⟨0⟩ z5⟨1⟩ z1⟨0⟩ z0⟨1⟩ t3⟨1⟩ t1⟨4⟩ b5 b0 b1⟨1⟩ E⟨0⟩ E⟨4⟩
        E_o3⟨1⟩ E_o1⟨4⟩ E_o1 Wx5 Wx0 Wh5 Wy5 Wy0 Wx[3,1] Wx[1,3] Wh[3,1] Wh[1,0] Wy[3,1] Wz1 W1 q_Wx1 a_x1⟨1⟩
        d_z1⟨1⟩ x1⟨1⟩⁺ h1⟨1⟩⁺ Wx5⁺ ΔWx5 Δh1⟨1⟩ ∂E/∂x1⟨1⟩ ∂E/∂t1⟨1⟩ ∂E/∂h1⟨0⟩ ∂E/∂h1⟨4⟩ ∂E⟨2⟩/∂h1⟨1⟩ ∂E⟨2…3⟩/∂h1⟨2⟩
        ∂E⟨1⟩/∂h1⟨2⟩ ∂E⟨4…3⟩/∂h1⟨3⟩ ∂E⟨1⟩/∂o1⟨1⟩ ∂E⟨1⟩/∂z1⟨1⟩ ∂h1⟨1⟩/∂z2⟨1⟩ ∂h1⟨1⟩/∂z1⟨2⟩ ∂h1⟨0⟩/∂z1⟨1⟩
        ∂o1⟨1⟩/∂z3⟨1⟩ ∂x1⟨1⟩/∂z1⟨1⟩ ∂h1⟨1⟩/∂Wx1 ∂E ∂z1⟨1⟩/∂Wx1
    """,
    "without feedback": """
        h1⟨0⟩ Wh1 Wh[1,1] ∂E/∂Wh1 ∂E⟨2…3⟩/∂h1⟨1⟩ ∂E⟨2⟩/∂h1⟨1⟩ ∂E/∂o1⟨1⟩ ∂o1⟨1⟩/∂z3⟨1⟩ a_Wh1 Wh1⁺
    """,
    "a surface": """
        z x⁻ ∂f/∂z ∂f q_x v_z Δz f⁺ m_f η_t W1 u
    """,
    "functions": """
        swish swish(y) v1 softmax(v)1 tanh(x) mse(x) mse[t=1](2) swish′ x′ Σ
    """,
    "softmax": """
        v0 v4 softmax(v)0 softmax(v)4 softmax(x) Σ
    """,
    "a search": """
        w0 w3 b1 s(2,0) y(1) NAND NAND? XOR⁻ W1 o1 E tried
    """,
    "a search beside a network": """
        w3 W3 z2 b2 NAND ∂E/∂W3 m_W1
    """,
}


@pytest.mark.parametrize("name", NOT_THERE)
def test_what_a_scenario_does_not_have_is_not_found(name):
    simulator = run(name, has_landed=True)
    assert not [symbol for symbol in NOT_THERE[name].split() if simulator.model.find(symbol) is not None]


STEPS = [
    ("through time", "∂E/∂z1⟨2⟩", 1),
    ("through time", "∂h1⟨3⟩/∂z1⟨3⟩", 2),
    ("through time", "∂E/∂Wx1", None),
    ("through time", "E⟨2⟩", 1),
    ("through time", "E_o1⟨3⟩", 2),
    ("through time", "∂E⟨2⟩/∂h1⟨2⟩", 1),
    ("through time", "∂E⟨2…3⟩/∂h1⟨1⟩", 1),
    ("through time", "h1⟨1⟩", 0),
    ("several outputs", "∂o2/∂z8", None),
    ("several outputs", "∂E_z8/∂h5", None),
    ("several outputs", "∂E/∂z8", None),
]


@pytest.mark.parametrize(("name", "symbol", "step"), STEPS)
def test_only_what_a_sequence_has_belongs_to_a_step(name, symbol, step):
    found = run(name, has_landed=True).model.find(symbol)
    assert found.quantity.step(found) == step
