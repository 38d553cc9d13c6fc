"""Planning: what next year will cost and bring by the running contracts, the plan beside it, letters, and dates."""
