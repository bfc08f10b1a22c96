"""No test has a limit on time of its own: machines differ, and share their time."""

from hypothesis import settings

settings.register_profile("chainwarden", deadline=None)
settings.load_profile("chainwarden")
