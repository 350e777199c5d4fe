"""The numbers of every built-in scenario, in every variant, are the ones that were recorded.

`trajectories.json` holds a digest for each phase of the first iterations, step by step, and for what a run comes to. It
covers numbers only, no text. Other processors round otherwise: a digest is a number that tells changes of a millionth
in any number that goes into it from changes of the last bits.

Where a scenario is new, or its numbers have to change, record anew and look at the difference:

    python tests/scenarios/test_trajectories.py && git diff tests/scenarios/trajectories.json
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from support.scenarios import each_scenario

from dlsim.engine import Simulator, builtin_scenarios, load

RECORDED = Path(__file__).parent / "trajectories.json"
STEPPED = 2
"""Iterations of which every value is revealed, and then every op as a whole."""
RUN = 60
"""Updates after which losses, parameters and outputs are taken."""
SMALL = 1e-6
"""Above it digests see relative changes, below it absolute ones: where numbers about 1 cancel, 1e-16 is left."""
TOLERANCE = 1e-6
"""Other processors differ by 1e-8 at most."""
GOLDEN = (5**0.5 - 1) / 2


def digest(numbers):
    """How many numbers there are, and their sum on a logarithmic scale, each with a weight of its own."""
    arrays = [np.ravel([] if item is None else item).astype(np.float64) for item in numbers]
    flat = np.concatenate([np.empty(0), *arrays])
    weights = 1 + np.arange(1, flat.size + 1) * GOLDEN % 1
    scaled = np.nan_to_num(np.arcsinh(flat / SMALL), nan=1e3, posinf=2e3, neginf=-2e3)
    return [flat.size, round(float(weights @ scaled), 9)]


def digests_of(scenario):
    """By what they are of: the phases of the first iterations, and the results of a run."""
    phases = defaultdict(list)
    for grain in ("value", "op"):
        simulator = Simulator(scenario)
        while simulator.position.iteration <= STEPPED and (event := simulator.step(grain)):
            if event.iteration <= STEPPED:
                phases[event.phase].append(event.value)
    simulator = Simulator(scenario)
    simulator.run(RUN)
    results = {
        "losses": simulator.losses,
        "loss": [simulator.loss(), simulator.validation()[0]],
        "accuracy": [simulator.accuracy(), simulator.validation()[1]],
        "outputs": [simulator.outputs()],
        "parameters": [array for layer in simulator.parameters for array in layer],
        "gradients": [array for layer in simulator.gradients or () for array in layer],
    }
    return {name: digest(numbers) for name, numbers in {**phases, **results}.items()}


def trajectories(name):
    """The digests of a scenario as written, and of each of its variants."""
    return {str(variant or ""): digests_of(load(name, variant=variant)) for variant in (None, *load(name).variants)}


@each_scenario(besides=["backprop-2-2-2", "xor-mlp"])
def test_the_numbers_of_a_scenario_are_the_recorded_ones(name):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")).get(name, {})
    found = trajectories(name)
    assert found.keys() == recorded.keys(), f"record its numbers: python {Path(__file__).name}"
    for variant, digests in found.items():
        expected = {what: pytest.approx(known, rel=0, abs=TOLERANCE) for what, known in recorded[variant].items()}
        assert digests == expected, variant


def test_nothing_is_recorded_of_scenarios_that_are_gone():
    assert json.loads(RECORDED.read_text(encoding="utf-8")).keys() <= set(builtin_scenarios())


if __name__ == "__main__":
    every = {name: trajectories(name) for name in sorted(builtin_scenarios())}
    lines = json.dumps(every, indent=1, ensure_ascii=False)
    RECORDED.write_text(re.sub(r"\[\s+(\S+)\s+(\S+)\s+\]", r"[\1 \2]", lines) + "\n", encoding="utf-8")
