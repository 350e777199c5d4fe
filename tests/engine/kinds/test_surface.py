"""The kind "surface": heights and slopes, a point that can be stepped, run and sought, and files that are refused."""

import numpy as np
import pytest
from autograd import grad
from support.race import HEIGHTS, way

from dlsim.engine import ScenarioError, Simulator
from dlsim.engine.check import check_gradients
from dlsim.engine.kinds.surface.quantities import SURFACES, parse_term
from dlsim.engine.scenario.load import load_tables

PLAIN = {"name": "sgd", "learning_rate": 0.05}
OPTIMIZERS = [
    PLAIN,
    {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    {"name": "adagrad", "learning_rate": 0.2},
    {"name": "rmsprop", "learning_rate": 0.05},
    {"name": "adam", "learning_rate": 0.1},
    {"name": "adam", "learning_rate": 0.1, "amsgrad": True},
]
START = (1.3, -0.7)


def load(surface, optimizer=PLAIN, **tables):
    training = {"optimizer": optimizer, **tables.pop("training", {})}
    return load_tables(
        {"schema": 1, "title": "a", "kind": "surface", "surface": surface, "training": training, **tables}
    )


def simulator(surface, optimizer=PLAIN):
    return Simulator(load(surface, optimizer))


def point(simulator):
    return simulator.parameters[0][0][0].copy()


# heights and slopes


@pytest.mark.parametrize(
    ("name", "start", "bounds"),
    [
        ("bowl", (-1.6, 1.2), ((-2, 2), (-2, 2))),
        ("ravine", (-7, 2), ((-8, 8), (-3, 3))),
        ("saddle", (-1.5, 0.001), ((-2, 2), (-2, 2))),
        ("two_valleys", (1.7, 1), ((-2, 2), (-1.5, 1.5))),
        ("double_well", (1.9,), ((-2, 2),)),
    ],
)
def test_every_surface_has_its_start_and_its_bounds(name, start, bounds):
    run = simulator({"function": name})
    assert tuple(point(run)) == start
    assert SURFACES[name].bounds == bounds
    assert SURFACES[name].dimensions == len(bounds)


@pytest.mark.parametrize("name", SURFACES)
def test_heights_are_those_written_out_by_hand(name):
    surface = SURFACES[name]
    places = np.random.default_rng(1).uniform(-2, 2, (20, surface.dimensions))
    expected = [HEIGHTS[name](*place) for place in places]
    np.testing.assert_allclose(surface.value(*places.T), expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", SURFACES)
def test_slopes_agree_with_autograd_and_with_the_complex_step(name):
    surface = SURFACES[name]
    for place in np.random.default_rng(2).uniform(-2, 2, (10, surface.dimensions)):
        expected = grad(lambda p: HEIGHTS[name](*p))(place)
        for axis in range(surface.dimensions):
            slope = surface.slope(axis).value(*place)
            assert slope == pytest.approx(expected[axis], rel=1e-12, abs=1e-13)
            shifted = place.astype(complex)
            shifted[axis] += 1e-30j
            assert slope == pytest.approx(surface.value(*shifted).imag / 1e-30, rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradient_check_finds_the_same(name):
    run = simulator({"function": name})
    run.run(3)
    report = check_gradients(run)
    assert report.ok
    assert [entry.symbol for entry in report.entries] == ["x", "y"][: SURFACES[name].dimensions]


def test_rounding_moves_a_slope_by_a_few_of_its_last_bits():
    run = simulator({"function": "two_valleys", "start": [1.7, -0.3]})
    model = run.model
    probe = model.probe()
    assert [probe.symbol(place) for place in range(probe.size)] == ["x", "y"]
    assert probe.gradients().tolist() == [probe.gradient(0), probe.gradient(1)] == model.slopes_at(model.point).tolist()
    moved = probe.rounding() / np.abs(probe.gradients())
    assert ((moved > 2.0**-52) & (moved < 1e-11)).all()
    assert model.slopes_at(np.array([1.0, 2.0])).tolist() == pytest.approx(
        grad(lambda p: HEIGHTS["two_valleys"](*p))(np.array([1.0, 2.0])).tolist()
    )
    assert (probe.is_at_kink(), probe.is_in_range()) == (False, True)


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("x^2", (2, 0)),
        ("y", (0, 1)),
        ("x*y^3", (1, 3)),
        (" y · x ", (1, 1)),
        ("1", (0, 0)),
        *((wrong, None) for wrong in ("", "z", "x^9", "x^5*y^4", "x*x", "2*x", "x^-1", "x^0", "x^٣", "x y")),
    ],
)
def test_a_term_is_read_as_it_is_written(text, powers):
    assert parse_term(text) == powers


def test_a_surface_of_ones_own_is_the_sum_of_its_terms():
    own = simulator({"terms": {"x^2": 3, "x*y": "-1/2", "y": 1, "1": 4}, "start": [2, -1]})
    assert own.look_up("f") == 3 * 4 + 0.5 * 2 - 1 + 4
    events = {event.symbol: event for event in (own.step() for _ in range(3))}
    assert events["f"].formula == "3·x² − 0.5·x·y + y + 4"
    assert events["f"].substituted == "3·2² − 0.5·2·(-1) + (-1) + 4"
    assert (events["∂f/∂x"].formula, events["∂f/∂x"].value) == ("6·x − 0.5·y", 12.5)
    assert (events["∂f/∂y"].formula, events["∂f/∂y"].value) == ("−0.5·x + 1", 0.0)


@pytest.mark.parametrize(
    ("terms", "formula"),
    [
        ({"x": 0, "x^2": 1}, "0·x + x²"),
        ({"x^2": -1, "x": 0}, "−x² + 0·x"),
        ({"1": -1, "x": -2}, "−1 − 2·x"),
        ({"1": 1, "x": 1}, "1 + x"),
    ],
)
def test_only_what_is_below_zero_has_a_minus(terms, formula):
    assert simulator({"terms": terms}).step().formula == formula


def test_terms_in_x_alone_make_a_line_and_with_y_a_plane():
    assert simulator({"terms": {"x^2": 1}}).parameters[0][0].shape == (1, 1)
    on_a_plane = simulator({"terms": {"y^2": 1}, "start": [3, 1]})
    assert on_a_plane.parameters[0][0].tolist() == [[3, 1]]
    on_a_plane.run(5)
    assert on_a_plane.look_up("x") == 3  # level along x
    assert on_a_plane.look_up("∂f/∂x") == 0


def test_the_plane_is_drawn_from_its_heights():
    run = simulator({"function": "saddle"})
    x, y = np.linspace(-2, 2, 5), np.linspace(-1, 1, 3)
    heights = run.region(x, y)
    assert heights.shape == (3, 5)
    assert heights[2, 0] == HEIGHTS["saddle"](-2, 1)
    assert simulator({"function": "double_well"}).region(x, y) is None


# running


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("surface", ["ravine", "saddle", "two_valleys"])
def test_the_way_is_the_one_worked_out_in_plain_python(surface, optimizer):
    run = simulator({"function": surface, "start": list(START)}, optimizer)
    expected = way(surface, START, optimizer, 60)
    run.run(60)
    found = np.stack([run.curves["x"].values, run.curves["y"].values], axis=1)
    np.testing.assert_allclose(found, expected[:60], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(point(run), expected[60], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.losses, [HEIGHTS[surface](*place) for place in expected[:60]], atol=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_run_step_at_any_grain_and_seek_reach_the_same_bits(optimizer):
    table = {"function": "two_valleys"}
    ran = simulator(table, optimizer)
    ran.run(23)
    sought = simulator(table, optimizer)
    sought.seek(iteration=40)
    sought.seek(iteration=23)
    assert point(sought).tobytes() == point(ran).tobytes()
    for grain in ("value", "op", "phase", "iteration", "epoch"):
        stepped = simulator(table, optimizer)
        while stepped.iteration < 23:
            stepped.step(grain)
        assert point(stepped).tobytes() == point(ran).tobytes()
        assert stepped.losses.tobytes() == ran.losses.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_step_can_be_taken_back(optimizer):
    run = simulator({"function": "ravine"}, optimizer)
    events = [run.step() for _ in range(5 * run.program.values)]
    for event in reversed(events[:-1]):
        assert run.back() == event
    assert run.back() is None
    assert run.iteration == 0


ADAM_STEP = ["f", "∂f/∂x", "η_t", "m_x⁺", "v_x⁺", "x⁺", "x ← x⁺"]


@pytest.mark.parametrize(
    ("optimizer", "symbols"),
    [
        (PLAIN, ["f", "∂f/∂x", "x⁺", "x ← x⁺"]),
        (OPTIMIZERS[1], ["f", "∂f/∂x", "v_x⁺", "x⁺", "x ← x⁺"]),
        (OPTIMIZERS[3], ["f", "∂f/∂x", "a_x⁺", "x⁺", "x ← x⁺"]),
        (OPTIMIZERS[5], ADAM_STEP),
        (OPTIMIZERS[6], [*ADAM_STEP[:5], "v̂_x⁺", *ADAM_STEP[5:]]),
    ],
)
def test_an_iteration_goes_from_the_height_by_the_slopes_and_the_memory_to_the_new_point(optimizer, symbols):
    run = simulator({"function": "double_well"}, optimizer)
    assert [run.step().symbol for _ in range(run.program.values)] == symbols


def test_the_formulas_hold_the_numbers_of_the_second_update_too():
    run = simulator({"terms": {"x^2": 1}, "start": [3]}, {"name": "sgd", "learning_rate": 0.25, "momentum": 0.5})
    run.step("iteration")  # v = −1.5, x = 1.5
    told = {event.symbol: (event.formula, event.substituted) for event in (run.step() for _ in range(4))}
    assert told["f"] == ("x²", "1.5²")
    assert told["∂f/∂x"] == ("2·x", "2·1.5")
    assert told["v_x⁺"] == ("μ·v_x − η·∂f/∂x", "0.5·(-1.5) − 0.25·3")
    assert told["x⁺"] == ("x + v_x⁺", "1.5 + (-1.5)")


def test_figures_can_be_asked_for_by_symbol_at_any_time():
    run = simulator({"function": "ravine"}, OPTIMIZERS[1])
    assert (run.look_up("x"), run.look_up("y"), run.look_up("f")) == (-7, 2, 6.45)
    run.run(1)
    run.step()  # into the second iteration: x is where the first one led, ∂f/∂x what it left
    assert run.look_up("x") == pytest.approx(-7 + 0.05 * 0.7)
    assert run.look_up("∂f/∂x") == pytest.approx(-0.7)
    assert run.look_up("v_y⁺") == run.look_up("v_y") == pytest.approx(-0.05 * 4)
    assert run.loss() == pytest.approx(HEIGHTS["ravine"](*point(run)))


def test_a_point_that_flies_off_stops_at_the_number_that_is_not_finite():
    run = simulator({"terms": {"x^4": 1}, "start": [2]}, {"name": "sgd", "learning_rate": 1.0})
    done = run.run(300)
    assert done < 10
    assert (run.trouble.symbol, run.trouble.iteration) == ("f", done + 1)
    assert run.step() is None
    run.back("iteration")
    assert run.trouble is None
    assert np.isfinite(point(run)).all()


# files


@pytest.mark.parametrize(
    ("surface", "said"),
    [
        ({}, ["surface", "function", "terms"]),
        ({"function": "bowl", "terms": {"x": 1}}, ["either"]),
        ({"function": "ravin"}, ["surface.function", "did you mean 'ravine'?"]),
        ({"shape": "bowl"}, ["surface.shape", "known here: function, terms, start, bounds"]),
        ({"terms": {}}, ["surface.terms", "'x^2' = 1"]),
        ({"terms": {"1": 3}}, ["surface.terms", "no term has an x or a y in it"]),
        ({"terms": {"x^9": 1}}, ["'x^9' is not a term", "powers up to 8"]),
        ({"terms": {"x": "much"}}, ["surface.terms.x", "1/3"]),
        ({"function": "bowl", "start": [1]}, ["surface.start", "found 1 number;", "give 2"]),
        ({"function": "bowl", "start": 1}, ["surface.start", "list"]),
        ({"function": "bowl", "bounds": [[0, 1]]}, ["surface.bounds", "2 rows"]),
        ({"function": "bowl", "bounds": [[1, 0], [0, 1]]}, ["surface.bounds.0", "lesser one first"]),
        (3, ["surface", "table"]),
    ],
)
def test_a_surface_that_makes_no_sense_is_refused(surface, said):
    with pytest.raises(ScenarioError) as refused:
        load(surface)
    for words in said:
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"training": {"loss": "mse"}}, ["training.loss", "optimizer, epochs"]),
        ({"training": {"epochs": 0}}, ["training.epochs", "≥ 1"]),
        ({"training": {"optimizer": "adm"}}, ["training.optimizer", "did you mean 'adam'?"]),
        ({"network": {}}, ["network", "kind = 'network'"]),
        ({"expect": [{"after": 0, "values": {"q": 1}}]}, ["'q'", "use f, x, ∂f/∂x, x⁺, y, ∂f/∂y, y⁺"]),
        ({"expect": [{"after": 1, "values": {"v_x": 1}}]}, ["'v_x'"]),  # plain descent has no velocity
        ({"expect": [{"after": 0, "values": {"x⁺": 1}}]}, ["before the first", "after = 1"]),
        ({"expect": [{"after": 1, "accuracy": 1}]}, ["expect.0.accuracy", "a surface has no accuracy"]),
        ({"expect": [{"after": 1, "outputs": [[1]]}]}, ["expect.0.outputs"]),
    ],
)
def test_what_does_not_go_with_a_surface_is_refused(tables, said):
    with pytest.raises(ScenarioError) as refused:
        load({"function": "bowl"}, **tables)
    for words in said:
        assert words in str(refused.value)


def test_the_names_of_an_optimizers_memory_are_among_those_to_use():
    with pytest.raises(ScenarioError, match="m_y⁺, v_y⁺"):
        load({"function": "bowl"}, {"name": "adam"}, expect=[{"after": 1, "values": {"q": 1}}])


def test_a_file_without_the_table_is_refused():
    with pytest.raises(ScenarioError, match=r"the table \[surface\] is missing"):
        load_tables({"schema": 1, "title": "a", "kind": "surface"})


# edits


def edited(optimizer, **settings):
    """(the point and the memory v_x before an edit, those after it), five updates into a run."""
    run = simulator({"function": "saddle", "start": list(START)}, optimizer)
    run.run(5)
    before = point(run).tolist(), run.look_up("v_x")
    run.edit(settings=settings)
    run.run(1)
    return before, run


def test_an_optimizer_of_the_same_kind_goes_on_with_its_memory():
    ((x, y), memory), run = edited(OPTIMIZERS[1], **{"training.optimizer.learning_rate": 0.5})
    assert run.curves["x"].values[5] == x
    assert run.look_up("v_x") == pytest.approx(
        0.9 * memory - 0.5 * grad(lambda p: HEIGHTS["saddle"](*p))(np.array([x, y]))[0]
    )


def test_one_of_another_kind_goes_on_from_the_point_and_remembers_nothing():
    ((x, y), _), run = edited(OPTIMIZERS[1], **{"training.optimizer": {"name": "adagrad", "learning_rate": 0.5}})
    assert (run.curves["x"].values[5], run.curves["y"].values[5]) == (x, y)
    slope = grad(lambda p: HEIGHTS["saddle"](*p))(np.array([x, y]))
    assert [run.look_up("a_x"), run.look_up("a_y")] == pytest.approx((slope**2).tolist())


def test_on_another_surface_the_point_stays_where_it_is():
    run = simulator({"function": "saddle"})
    run.run(5)
    there = point(run).tolist()
    run.edit(settings={"surface.function": "bowl"})
    assert point(run).tolist() == there


@pytest.mark.parametrize(("there", "here"), [("saddle", "double_well"), ("double_well", "saddle")])
def test_on_a_surface_of_another_dimension_the_point_starts_anew(there, here):
    run = simulator({"function": there}, OPTIMIZERS[1])
    run.run(5)
    run.edit(settings={"surface.function": here})
    anew = simulator({"function": here}, OPTIMIZERS[1])
    assert point(run).tolist() == list(SURFACES[here].start)
    run.run(3)
    anew.run(3)
    assert run.look_up("v_x⁺") == anew.look_up("v_x⁺")
    ways = [run.curves[name].values for name in ("x", "y")]
    assert ways[0][5:].tolist() == anew.curves["x"].values.tolist()
    if here == "saddle":
        assert np.isnan(ways[1][:5]).all(), "on a line there is no y"
        assert ways[1][5:].tolist() == anew.curves["y"].values.tolist()
    else:
        assert len(ways[1]) == 5
    run.undo()
    run.run(3)
    assert [name for name in run.curves if name in ("loss", "x", "y")] == ["loss", *"xy"[: SURFACES[there].dimensions]]
    run.redo()
    run.seek(iteration=8)
    assert point(run).tolist() == point(anew).tolist()


def test_a_coordinate_is_set_like_a_weight():
    run = simulator({"function": "ravine"})
    run.run(5)
    x = run.look_up("x")
    run.edit(numbers={"y": 1.5})
    assert point(run).tolist() == [x, 1.5]
    assert run.look_up("f") == HEIGHTS["ravine"](x, 1.5)
    assert [array.tolist() for array in (run.parameters[0][0], run.outputs())] == [[[x, 1.5]], [[run.loss()]]]
    assert run.model.parameter_at(1, 0, (0, 1)) == run.model.find("y")._replace(
        quantity=run.model.find("y").quantity.before
    )
    run.step("phase")
    assert run.gradients[0][0].tolist() == [[run.look_up("∂f/∂x"), run.look_up("∂f/∂y")]]
    assert run.parameters[0][1] is None
    assert run.accuracy() is None
    assert run.validation() == (None, None)


# the rate of each coordinate


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ({"name": "adagrad", "learning_rate": 0.2}, lambda g, t: 0.2 / (abs(g) * t**0.5 + 1e-6)),
        ({"name": "rmsprop", "learning_rate": 0.05}, lambda g, t: 0.05 / (abs(g) * (1 - 0.9**t) ** 0.5 + 1e-6)),
    ],
)
def test_where_the_slope_stays_the_rate_of_adagrad_dies_away_and_that_of_rmsprop_does_not(optimizer, rate):
    run = simulator({"terms": {"x": 3}, "start": [0]}, optimizer)
    seen = []
    for done in range(1, 101):
        run.seek(iteration=done)
        seen.append(run.model.figure(run.model.find("η_x"), landed=True))
        assert seen[-1] == pytest.approx(rate(3.0, done))
    assert seen == sorted(seen, reverse=True)
    assert run.snapshot().curves["η_x"].values.tolist() == seen
    if optimizer["name"] == "adagrad":
        assert seen[-1] == pytest.approx(seen[0] / 10, rel=1e-5), "a tenth after a hundred updates"
    else:
        assert seen[-1] == pytest.approx(0.05 / 3, rel=1e-4), "it goes to η for each unit of slope, and stays"


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS[3:], {"name": "adadelta"}])
def test_the_rate_of_a_coordinate_times_its_direction_is_its_step(optimizer):
    run = simulator({"function": "ravine"}, optimizer)
    run.seek(iteration=7)
    numbers = {name: run.model.figure(run.model.find(name), landed=True) for name in ("η_y", "Δy", "∂f/∂y")}
    direction = run.model.figure(run.model.find("m_y⁺"), landed=True) if "m" in run.model.optimizer.slots else None
    assert numbers["Δy"] == pytest.approx(-numbers["η_y"] * (direction or numbers["∂f/∂y"]))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_memory_and_rate_of_every_optimizer_stand_in_one_table(optimizer):
    model = simulator({"function": "ravine"}, optimizer).model
    table = next(table for table in model.tables if table.key == "optimizer")
    assert [name.strip("=⁺") for name in table.columns[:-1]] == list(model.optimizer.slots)
    assert table.columns[-1].startswith("=η")


@pytest.mark.parametrize("symbol", ["m_x", "m_x⁺", "m_x+", "v_y+", " m_y+ "])
def test_what_an_optimizer_remembers_is_found_however_its_plus_is_typed(symbol):
    run = simulator({"function": "ravine"}, {"name": "adam", "learning_rate": 0.1})
    found = run.model.find(symbol)
    assert run.model.tape.symbol(found) == symbol.strip().rstrip("⁺+") + "⁺"
