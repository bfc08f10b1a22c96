"""The edges: one outside thing per file (a file format, a database, an issuer, a clock)."""
