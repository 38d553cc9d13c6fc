"""Bundles: demand lines of many members gathered into positions and lots."""
