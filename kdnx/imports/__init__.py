"""Files in and out: CSV and XLSX for every feature that offers a kind of file."""
