"""May an order be placed without a tender: the light of the provider or of the cooperation, and its sign-off."""
