"""Ways through a run: wherever they lead to the same place, they have to find the same bits there."""

from __future__ import annotations

from dlsim.engine import Simulator


def every_way_leads_to_the_same_bits(case, iterations, bits):
    """Running, stepping by every grain, and seeking from beyond; `bits` reads all that a place is made of."""
    ran = Simulator(case)
    ran.run(iterations)
    expected = bits(ran)
    for grain in ("value", "op", "phase", "iteration"):
        stepped = Simulator(case)
        while stepped.iteration < iterations:
            assert stepped.step(grain) is not None
        assert bits(stepped) == expected, grain
    sought = Simulator(case, checkpoint_bytes=0)
    sought.seek(iteration=iterations + 20)
    sought.seek(iteration=iterations)
    assert bits(sought) == expected


def forward_and_back_restores_every_bit(simulator, bits):
    """More than two iterations value by value, or up to where a number leaves all bounds, and back."""
    before = bits(simulator)
    count, taken = simulator.program.values * 2 + 3, 0
    while taken < count and simulator.step() is not None:
        taken += 1
    assert taken == count or simulator.snapshot().trouble is not None
    for _ in range(taken):
        simulator.back()
    assert bits(simulator) == before
