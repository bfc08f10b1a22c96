"""The record of every call: its format here, its storage in the adapters."""
