"""Questions on an offering, and the provider's answers."""
