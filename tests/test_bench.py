"""The benchmarks are run by hand: a name that nothing is called is told in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.scenarios import thinned

BENCH = Path(__file__).parents[1] / "bench"


@pytest.mark.skipif(sys.platform == "win32", reason="they need a pseudo-terminal")
@thinned("script", ["key_to_paint.py", "full_speed.py", "one_key.py"], ["key_to_paint.py"])
def test_an_unknown_scenario_is_refused_in_one_line_before_anything_is_measured(script):
    call = [sys.executable, str(BENCH / script), "xor-trian"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [f"{script}: no scenario is called 'xor-trian'; did you mean 'xor-train'?"]


def test_a_size_that_is_none_is_refused():
    call = [sys.executable, str(BENCH / "key_to_paint.py"), "--size", "wide"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "invalid cells value: 'wide'" in done.stderr
