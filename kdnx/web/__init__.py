"""The ground of every page and answer: routing, forms, templates, problems."""
