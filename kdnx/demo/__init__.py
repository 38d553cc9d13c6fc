"""The demonstration alliance: invented members, people and figures, brought in by importer and actions."""
