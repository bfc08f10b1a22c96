"""The Responses API: items instead of messages, and a stream of events that build them."""
