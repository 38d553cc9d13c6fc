"""Dated rules: thresholds, periods, tax codes and policies with validity, source and two signatures (D10)."""
