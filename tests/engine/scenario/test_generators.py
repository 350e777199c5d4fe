"""Generated data: what each set looks like, and that a seed means the same data everywhere."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsim.engine import ScenarioError
from dlsim.engine.scenario.generators import GENERATORS, cosine_and_sine
from dlsim.engine.scenario.load import load_tables


def read(outputs=1, inputs=2, **data):
    return load_tables(
        {
            "schema": 1,
            "title": "made to order",
            "network": {"inputs": inputs, "layers": [{"units": outputs, "activation": "linear"}]},
            "data": data,
        }
    ).body.data


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("moons", "34b31c798a985a61"),
        ("circles", "2fb453454c52ad18"),
        ("blobs", "4b2a34f9a201af42"),
        ("spiral", "3f07477c7028c6f7"),
        ("line", "3ad248c3a0750580"),
    ],
)
def test_a_seed_means_the_same_data_on_every_machine(name, digest):
    samples = GENERATORS[name].samples(500, 0.1, seed=3)
    targets = samples.targets_for(1)
    assert hashlib.sha256(samples.inputs.tobytes() + targets.tobytes()).hexdigest()[:16] == digest


@pytest.mark.parametrize("name", ["moons", "circles", "blobs", "spiral"])
def test_classes_are_equally_large_and_mixed(name):
    data = read(generator=name, samples=200, seed=1)
    assert data.inputs.shape == (200, 2)
    assert data.targets.sum() == 100
    assert 30 < data.targets[:100].sum() < 70


@pytest.mark.parametrize(
    ("name", "distance"),
    [
        ("circles", lambda x, label: abs(np.hypot(*x.T) - np.where(label == 0, 1, 0.5))),
        ("moons", lambda x, label: abs(np.hypot(x[:, 0] - label, x[:, 1] - 0.5 * label) - 1)),
        ("blobs", lambda x, label: np.hypot(x[:, 0] - (1 - 2 * label), x[:, 1])),
        ("spiral", lambda x, label: np.maximum(np.hypot(*x.T) - 1, 0)),
    ],
)
def test_without_noise_points_lie_where_the_set_is_named_for(name, distance):
    data = read(generator=name, samples=100, noise=0)
    assert distance(data.inputs, data.targets[:, 0]) == pytest.approx(0, abs=1e-12)


def test_the_line_is_a_line_its_noise_in_the_target_only():
    clear, noisy = (read(inputs=1, generator="line", samples=1000, noise=noise) for noise in (0, 0.1))
    assert clear.targets == pytest.approx(2 * clear.inputs + 1)
    assert np.array_equal(clear.inputs, noisy.inputs)
    assert (noisy.targets - clear.targets).std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(("classes", "outputs", "columns"), [(2, 1, 1), (2, 2, 2), (3, 3, 3), (10, 10, 10)])
def test_classes_are_a_column_for_one_output_and_one_hot_for_several(classes, outputs, columns):
    data = read(outputs=outputs, generator="spiral", samples=50, classes=classes)
    assert data.targets.shape == (50, columns)
    assert len(data.classes) == classes
    if columns > 1:
        assert (data.targets.sum(axis=1) == 1).all()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"generator": "moon"}, ["data.generator", "did you mean 'moons'?", "spiral"]),
        ({"generator": "moons", "classes": 3}, ["data.classes", "moons has 2"]),
        ({"generator": "blobs", "classes": 11}, ["data.classes", "2 to 10"]),
        ({"generator": "line", "classes": 2}, ["data.classes", "line has no classes"]),
        ({"generator": "moons", "samples": 1}, ["data.samples: found 1", "≥ 2"]),
        ({"generator": "moons", "samples": 100_001}, ["data.samples: found 100001", "≤ 100000"]),
        ({"generator": "moons", "noise": -1}, ["data.noise: found -1", "≥ 0"]),
        ({"generator": "moons", "target": "x"}, ["data.target: target goes with file", "but this is generator"]),
        ({"generator": "blobs", "classes": 3}, ["network.layers.0.units", "blobs has 3 classes: 0, 1, 2"]),
    ],
)
def test_a_mistake_is_named_with_its_key(data, said):
    with pytest.raises(ScenarioError) as caught:
        read(**data)
    for part in said:
        assert part in str(caught.value)


@pytest.mark.parametrize("name", GENERATORS)
def test_noise_that_no_number_can_hold_is_refused_with_the_reason(name):
    inputs = 1 if GENERATORS[name].is_regression else 2
    for noise in (1e308, 1.1e307):
        with pytest.raises(ScenarioError, match=r"data\.noise: found 1\.?1?e30., so large .* overflow; .* ≤ 1e307"):
            read(inputs=inputs, generator=name, noise=noise)
    data = read(inputs=inputs, generator=name, noise=1e307, samples=2000)
    assert np.isfinite(data.inputs).all()
    assert np.isfinite(data.targets).all()


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20))
def test_cosine_and_sine_are_as_good_as_the_library_s(turns):
    cosine, sine = cosine_and_sine(np.array(turns))
    assert cosine == pytest.approx(np.cos(2 * np.pi * np.array(turns)), abs=2e-13)
    assert sine == pytest.approx(np.sin(2 * np.pi * np.array(turns)), abs=2e-13)


@pytest.mark.parametrize(
    ("samples", "fraction", "back"),
    [(10, 0.0, 0), (10, 0.3, 3), (30, 0.5, 15), (2, 0.01, 1), (2, 0.99, 1), (10, 0.99, 9)],
)
def test_so_many_samples_are_kept_back_at_least_one_and_never_all(samples, fraction, back):
    data = read(generator="moons", samples=samples, validation_fraction=fraction, seed=4)
    whole = read(generator="moons", samples=samples, seed=4)
    assert (len(data.inputs), len(data.validation_inputs)) == (samples - back, back)
    assert len(data.targets) == len(data.rows) == samples - back
    others = [row for row in range(samples) if row not in set(data.rows.tolist())]
    assert data.rows.tolist() == sorted(data.rows.tolist())
    assert data.inputs.tolist() == whole.inputs[data.rows].tolist()
    assert data.validation_inputs.tolist() == whole.inputs[others].tolist()
    assert data.validation_targets.tolist() == whole.targets[others].tolist()


def test_unless_told_otherwise_there_are_200_samples_of_two_classes_with_a_little_noise():
    plain = read(generator="blobs")
    assert plain.inputs.tolist() == read(generator="blobs", samples=200, noise=0.1, classes=2, seed=0).inputs.tolist()


@pytest.mark.parametrize(
    ("inside", "outside", "said"),
    [
        ({"samples": 2}, {"samples": 1}, "≥ 2"),
        ({"samples": 100_000}, {"samples": 100_001}, "≤ 100000"),
        ({"noise": 0}, {"noise": -0.1}, "≥ 0"),
        ({"noise": 1e307}, {"noise": 1.1e307}, "overflow"),
        ({"classes": 2}, {"classes": 1}, "≥ 2"),
        ({"classes": 10}, {"classes": 11}, "2 to 10"),
    ],
)
def test_generated_data_have_limits(inside, outside, said):
    assert len(read(generator="blobs", outputs=inside.get("classes", 1), **inside).inputs)
    with pytest.raises(ScenarioError, match=said):
        read(generator="blobs", outputs=outside.get("classes", 1), **outside)


@pytest.mark.parametrize(
    ("generator", "classes", "said"), [("moons", 3, r"moons has 2$"), ("blobs", 11, r"blobs has 2 to 10$")]
)
def test_who_asks_for_too_many_classes_is_told_how_many_there_are(generator, classes, said):
    with pytest.raises(ScenarioError, match=said):
        read(generator=generator, classes=classes)
