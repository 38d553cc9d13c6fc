"""Positions: what a house was owed and owed at any place of a chain, day of recording and month of service."""
