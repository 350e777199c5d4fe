"""The oldest versions that pyproject.toml allows, one a line, as pip takes them: name==version.

python .ci/oldest.py [EXTRA …]
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]


def requirements(extra: str | None = None) -> Iterator[str]:
    """The lowest versions that the project, or one of its extras, allows."""
    for line in project["dependencies"] if extra is None else extras[extra]:
        if own := re.fullmatch(rf"{project['name']}\[(\w+)\]", line):
            yield from requirements(own[1])
        else:
            yield line


for line in dict.fromkeys(line for extra in (None, *sys.argv[1:]) for line in requirements(extra)):
    name, lowest = re.match(r"([\w.-]+)>=([\w.]+)", line).groups()
    print(f"{name}=={lowest}")
