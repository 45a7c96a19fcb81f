"""The registries in the demo: made-up people on every step, a module for each area."""
