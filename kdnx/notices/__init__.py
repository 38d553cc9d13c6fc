"""Notices: what people are told in the application, and by mail without any content."""
