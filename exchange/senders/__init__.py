"""Who a member is on its invoices: function mailbox, telephone, and where it receives them."""
