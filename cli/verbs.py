"""The verbs, and which module answers each. No click here: the start of the app asks, and does not wait for it."""

from __future__ import annotations

from collections.abc import Mapping

VERBS: Mapping[str, str] = {
    "list": "listing",
    "run": "running",
    "trace": "tracing",
    "check": "checking",
    "walk": "walking",
    "export": "exporting",
    "serve": "serving",
    "locate": "locating",
}
"""Each verb's module, which holds its `command`: imported when the verb is asked for, as the app waits for none."""
