"""The ground floor of kdnx: everything the modules stand on, and the roof that joins them."""

VERSION = "0.1.0"
