"""What is known while a scenario is open: the session, the selection, edits, running, settings, what is kept."""
