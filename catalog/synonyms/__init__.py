"""Words of the field that mean the same, kept by the office, used by the search."""
