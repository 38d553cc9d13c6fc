"""Confirmed bookings that nobody billed in time: a task for whoever has to bill them."""
