"""The catalogue as a UBL 2.1 document for other houses' purchasing systems."""
