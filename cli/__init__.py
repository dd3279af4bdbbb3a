"""The command line `leverage`. It parses options and prints text; the other packages do the work."""
