"""Bookings proposed by the calendar: each elapsed period of a running order, once."""
