"""What a start does about garbage collection."""

import gc


def postpone_collection() -> None:
    """No garbage collection while modules are imported or the app starts: nothing that they make is garbage."""
    gc.disable()


def resume_collection() -> None:
    """Collect from now on, except what there is already: walking through all of it would hold up a key by 50 ms."""
    gc.freeze()
    gc.enable()
