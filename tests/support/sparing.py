"""What tests and the processes that they start need not do over and over: imported before NumPy is."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""A second thread waits for work by going round in circles, on the core that the other worker has."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
"""As installed: compiled once, not by each of the workers and of the hundred processes that tests start."""
