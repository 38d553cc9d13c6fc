"""One member follows another: proposed with a preview, carried out by a second person, in one act (D11)."""
