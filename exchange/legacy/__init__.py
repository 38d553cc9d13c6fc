"""Orders in files: running and ended ones come in as Altbestand, and go out again."""
