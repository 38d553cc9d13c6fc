"""Invoices as XRechnung 3.0: billed from confirmed bookings, issued once, credited by a document of their own."""
