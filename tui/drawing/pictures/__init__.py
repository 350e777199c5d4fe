"""Pictures of what a scenario is about, each a pure function of a snapshot; `catalogue.py` lists them."""
