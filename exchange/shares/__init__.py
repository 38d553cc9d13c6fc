"""Cost shares: the actual cost of a year split by a key and settled against the advances (Spitzabrechnung)."""
