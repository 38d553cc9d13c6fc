"""What an offering costs: price items and the calculator."""
