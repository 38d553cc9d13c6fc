"""An offering on paper: what it is, what it costs, under which terms, whom to ask."""
