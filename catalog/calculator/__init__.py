"""What an offering costs my organisation: by quantity, day and year, with tax."""
