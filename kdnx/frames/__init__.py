"""Frames that the modules fill: start, tasks, search; and the pages everybody may read."""
