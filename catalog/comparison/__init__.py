"""Up to four offerings side by side, with the quantities of my house priced in."""
