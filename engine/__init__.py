"""dlsim's engine: scenarios, the mathematics of networks, and a timeline over every single computation.

    from dlsim.engine import Simulator, load

    sim = Simulator(load("backprop-2-2-2"))
    event = sim.step()
    print(event.symbol, event.formula, event.value)     # z1 W1·x1 + W2·x2 0.08

Whatever it refuses is a DlsimError, whose text is fit for a user.
"""

if __name__ != "dlsim.engine":  # python -m pytest makes a bare `engine` importable: a second copy of every class
    raise ImportError(f"import this package as dlsim.engine, not as {__name__}")

from dlsim.engine.errors import DlsimError, PositionError, ScenarioError, UnknownNameError, WrongKindError
from dlsim.engine.program import Trouble
from dlsim.engine.quantity import Ref
from dlsim.engine.runs import Position
from dlsim.engine.scenario.load import builtin_scenarios, load
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.simulator import Simulator, program
from dlsim.engine.snapshot import Event, Snapshot

__all__ = [
    "DlsimError",
    "Event",
    "Position",
    "PositionError",
    "Ref",
    "Scenario",
    "ScenarioError",
    "Simulator",
    "Snapshot",
    "Trouble",
    "UnknownNameError",
    "WrongKindError",
    "builtin_scenarios",
    "load",
    "program",
]
