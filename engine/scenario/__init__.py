"""The file format: what a scenario file may hold, and how it is read."""
