"""From interest to offer: one thread between two houses, with dated steps, owners and deadlines."""
