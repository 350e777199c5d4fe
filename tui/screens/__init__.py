"""The screens: the browser, the simulator, and what is read over them."""
