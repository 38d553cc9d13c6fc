"""What a category asks of its offerings: one list of attributes for form, check, facets, files and comparison."""
