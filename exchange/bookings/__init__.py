"""Bookings: proposed by one side, confirmed or disputed by the other, then posted (D13)."""
