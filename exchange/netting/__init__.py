"""Settlement runs: balances at a cut, offset, paid, and posted."""
