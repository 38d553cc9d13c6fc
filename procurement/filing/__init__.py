"""Demands as files: what goes in through the importer and comes out equal."""
