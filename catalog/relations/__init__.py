"""How offerings hang together, and what hangs on one before it is suspended or retired."""
