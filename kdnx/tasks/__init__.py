"""„Wartet auf mich": what a member's people have to do next, with due dates."""
