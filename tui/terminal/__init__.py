"""How the app meets the terminal: painting, signals, suspending, the keyboard, ASCII."""
