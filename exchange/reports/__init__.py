"""Reports: the yearly volume by every dimension, the matrix of who delivers to whom."""
