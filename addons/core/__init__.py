"""The pure part of Chainwarden: bytes and values in, values out.

No clock, no socket, no file, no event loop and no mitmproxy: time, ids and keys come in as parameters.
"""
