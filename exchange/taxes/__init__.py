"""The tax case of each contract of an order: proposed by one person, reviewed by another."""
