"""Machine clients: hashed secrets, scopes, tokens of one hour."""
