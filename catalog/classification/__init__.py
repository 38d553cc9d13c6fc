"""Public classifications on offerings: CPV codes of information technology with their names, LeiKa keys."""
