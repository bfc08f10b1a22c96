"""The top-level keys of a policy file, one file per key or family of keys."""
