"""Orders (Leistungsscheine): asked for, coordinated, offered; what both parties read."""
