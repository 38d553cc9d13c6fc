"""The map: who covers which task with what, and how far members agree."""
