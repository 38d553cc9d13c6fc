"""The provider's offer on an order: schedule, terms, proposed legal route and tax cases."""
