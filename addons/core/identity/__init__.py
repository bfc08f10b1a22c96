"""Who calls: finding a token in a request, and turning it into a verified principal. Pure: keys and time are given."""
