"""Replaces what detectors find, in whole texts and in streams, with labels or with reversible tokens."""
