"""Standards: recommendations of the working groups in versions, and what offerings say about them."""
