"""What a house books in its own finance system: one line a document and tax group, payments and offsets beside."""
