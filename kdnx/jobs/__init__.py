"""Background work: what dates make due, the outbox, and the queue of pgqueuer (D26)."""
