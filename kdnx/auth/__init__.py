"""People and machines at the door: sessions, mandates, personas, the account page."""
