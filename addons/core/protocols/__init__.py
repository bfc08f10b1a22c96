"""How applications talk to services: bodies, streams and refusals. ``registry`` lists all protocols."""
