"""The yearly roll-over: one rule carries many offerings into the next period."""
