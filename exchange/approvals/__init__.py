"""Approvals of orders: legal route, tax decision of each leg, signatures of provider, hub and recipient."""
