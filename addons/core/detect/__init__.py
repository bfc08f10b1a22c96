"""Detectors of personal data and secrets: one data-like file for each, listed in ``catalogue``."""
