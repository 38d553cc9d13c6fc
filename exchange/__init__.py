"""Exchange of services among members: orders, ledger, closing and reports."""
