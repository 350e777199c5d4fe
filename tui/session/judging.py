"""Whether a text can be a new value, while it is typed, and what a size of a batch comes to. No Textual here."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from msgspec.structs import replace

from dlsim.engine.errors import DlsimError
from dlsim.engine.numbers import comma_refused, typed_number, whole_number
from dlsim.engine.scenario.load import revise
from dlsim.engine.scenario.spec import ALL, Scenario
from dlsim.tui.session.targets import BATCH_SIZE, Target

NOT_A_NUMBER, NOT_FINITE = "number", "finite"
"""Problems for which the caller has words."""
MOST_ROWS = 200
"""Data of more rows than this are not read with every key that is typed."""
FEW_ROWS = 2


def problem_with(scenario: Scenario, target: Target, text: str) -> str:
    """What is wrong with a text as the target's new value; "" for nothing."""
    number, path = typed_number(text), target.path or ""
    if target.ref is not None or target.datum is not None:
        if refused := comma_refused(text):
            return "; ".join(refused)
        if number is None or not isfinite(number):
            return NOT_A_NUMBER if number is None else NOT_FINITE
        if target.ref is not None:
            return ""
    if not _is_cheap(scenario):
        if path.startswith("data."):  # the rest is found on enter
            return ""
        scenario = _with_little_data(scenario)
    try:
        revise(scenario, target.settings(text))
    except DlsimError as error:
        return in_short(error)
    return ""


def _is_cheap(scenario: Scenario) -> bool:
    """Whether a scenario can be validated with every key that is typed."""
    data = scenario.raw.get("data")
    return not isinstance(data, Mapping) or ("file" not in data and scenario.samples <= MOST_ROWS)


def _with_little_data(scenario: Scenario) -> Scenario:
    """The same with only the first rows of its data: what is wrong with a setting is wrong there too."""
    written, data = scenario.raw["data"], scenario.data
    arrays = {"inputs": data.inputs, "targets": data.targets} if data else {}
    rows = {
        key: written[key][:FEW_ROWS] if isinstance(written.get(key), list) else array[:FEW_ROWS].tolist()
        for key, array in arrays.items()
        if array is not None
    }
    return replace(scenario, raw={**scenario.raw, "data": rows})


def has_same_batches(scenario: Scenario, text: str) -> bool:
    """Whether batches of that size are those that there are: of more than all samples, a batch has all."""
    number = scenario.samples if text == ALL else whole_number(text)
    training = scenario.training
    return number is not None and training is not None and min(number, scenario.samples) == training.batch_size


def more_than_all(scenario: Scenario, path: str | None, text: str) -> int:
    """How many samples there are, where the text is a batch size of more than that; else 0."""
    number = whole_number(text)
    if number is None or path != BATCH_SIZE:
        return 0
    return scenario.samples if number > scenario.samples else 0


def in_short(error: DlsimError) -> str:
    """An error in one line, without the file, which one has open."""
    problem, remedy = getattr(error, "problem", None), getattr(error, "remedy", None)
    if problem is None:
        return str(error)
    return f"{problem}; {remedy}" if remedy else str(problem)
