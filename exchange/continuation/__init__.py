"""Orders of a predecessor continue under its successor (D11)."""
