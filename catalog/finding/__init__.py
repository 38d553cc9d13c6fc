"""Finding offerings: search, facets, lists and the figures of the start page."""
