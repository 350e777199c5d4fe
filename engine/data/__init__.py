"""Where samples come from when a scenario does not write them down: CSV files and generators."""
