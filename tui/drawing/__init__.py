"""A snapshot in, rows of styled text out."""
