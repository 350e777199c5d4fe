"""The numbers of every built-in scenario, in every variant, are the ones that were recorded.

`trajectories.json` holds a digest for each phase of the first iterations, step by step, and for what a run comes to. It
covers numbers only, no text, to eight significant digits: the last bits may be others on another processor.

Where a scenario is new, or its numbers have to change, record anew what differs and look at the difference:

    python tests/scenarios/test_trajectories.py && git diff tests/scenarios/trajectories.json
"""

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from dlsim.engine import Simulator, builtin_scenarios, load

RECORDED = Path(__file__).parent / "trajectories.json"
STEPPED = 2
"""Iterations of which every value is revealed, and then every op as a whole."""
RUN = 60
"""Updates after which losses, parameters and outputs are taken."""
NOTHING = 1e-15
"""Where numbers about 1 cancel, rounding alone leaves this much."""


def digest(numbers):
    """A short digest of numbers, in order; of arrays and of None for what there is not, too."""
    texts = []
    for item in numbers:
        array = np.asarray([] if item is None else item, dtype=np.float64)
        near = np.where(np.abs(array) < NOTHING, 0.0, array).ravel()
        texts.append(f"{array.shape} " + " ".join(f"{number:.7e}" for number in near))
    return sha256("\n".join(texts).encode()).hexdigest()[:12]


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


@pytest.mark.parametrize("name", builtin_scenarios())
def test_the_numbers_of_a_scenario_are_the_recorded_ones(name):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert trajectories(name) == recorded[name]


def test_nothing_is_recorded_of_scenarios_that_are_gone():
    assert json.loads(RECORDED.read_text(encoding="utf-8")).keys() == set(builtin_scenarios())


if __name__ == "__main__":
    every = {name: trajectories(name) for name in sorted(builtin_scenarios())}
    RECORDED.write_text(json.dumps(every, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
