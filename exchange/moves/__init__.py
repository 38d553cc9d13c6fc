"""The named moves of an order: one door for people, one for machines."""
