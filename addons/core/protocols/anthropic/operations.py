"""Which operation a method and a path stand for."""

import re

from addons.core.protocols.routes import Routes

_ROUTES = """
POST   /messages                                             messages
POST   /messages/count_tokens                                messages.count_tokens
POST   /messages/batches                                     messages.batches.create
GET    /messages/batches                                     messages.batches.list
GET    /messages/batches/{}                                  messages.batches.get
DELETE /messages/batches/{}                                  messages.batches.delete
POST   /messages/batches/{}/cancel                           messages.batches.cancel
GET    /messages/batches/{}/results                          messages.batches.results
GET    /models                                               models.list
GET    /models/{}                                            models.get
POST   /complete                                             complete
"""

# The version, alone or behind a path of a gateway's own: /anthropic/v1.
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_.\-]+)*?/v1(?=/)")

ROUTES = Routes(_ROUTES, _PREFIX)
