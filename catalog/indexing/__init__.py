"""What lists show and search of an offering, and the words of the catalogue."""
