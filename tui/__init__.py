"""dlsim's terminal app. `dlsim.tui.app` opens it; importing this package imports neither Textual nor plotext."""

if __name__ != "dlsim.tui":  # python -m pytest makes a bare `tui` importable: a second copy of every class
    raise ImportError(f"import this package as dlsim.tui, not as {__name__}")
