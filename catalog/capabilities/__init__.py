"""Tasks of members, the products that run them, and which task an offering serves."""
