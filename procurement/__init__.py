"""Joint procurement: demands, tenders, bids and framework agreements."""
