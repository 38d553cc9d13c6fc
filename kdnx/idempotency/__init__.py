"""Every write is safe to retry: the same key and content answer the same (peers P3)."""
