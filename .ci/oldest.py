"""The oldest versions that pyproject.toml allows, one a line, as pip takes them: name==version.

python .ci/oldest.py [EXTRA …]
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(lines: list[str]) -> Iterator[str]:
    """What the lines ask for; an extra of the project itself stands for its own lines."""
    for line in lines:
        if own := re.fullmatch(rf"{PROJECT['name']}\[(\w+)\]", line):
            yield from requirements(PROJECT["optional-dependencies"][own[1]])
        else:
            yield line


asked = [*PROJECT["dependencies"], *(f"{PROJECT['name']}[{extra}]" for extra in sys.argv[1:])]
for line in dict.fromkeys(requirements(asked)):
    print(re.sub(r"([\w.-]+)>=([\w.]+).*", r"\1==\2", line))
