"""Running orders: start, pause, notice and end, by people and by date."""
