"""Where samples come from when a scenario does not write them down: CSV files and generators."""

from dlsim.engine.data.csv_file import read_csv
from dlsim.engine.data.generators import GENERATORS, Generator
from dlsim.engine.data.samples import Samples

__all__ = ["GENERATORS", "Generator", "Samples", "read_csv"]
