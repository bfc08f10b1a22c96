"""Names under which secrets stand: of members in JSON, of form fields, of parameters, headers and cookies.

A name is split into words, so that ``max_tokens``, ``token_count`` and ``tokenizer`` are not meant; what counts is how
it ends. A name that ends in ``token`` is meant unless the word before says which piece of text or of a list it is.
"""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_WORDS = frozenset(
    {
        *("authorization", "authorisation", "password", "passwd", "pwd", "passphrase", "secret", "secrets"),
        *("credential", "credentials", "cookie", "cookies"),
        *("apikey", "accesskey", "privatekey", "secretkey", "clientsecret", "apitoken", "authtoken"),
        *("accesstoken", "refreshtoken", "idtoken", "sessiontoken", "bearertoken"),
    }
)
_BEFORE_KEY = frozenset(
    {
        *("api", "access", "private", "secret", "subscription", "session", "signing", "encryption", "shared"),
        *("account", "auth", "master"),
    }
)
_TOKENS_OF_TEXT = frozenset(
    {
        *("eos", "bos", "pad", "unk", "mask", "cls", "sep", "special", "start", "end", "stop", "begin", "first"),
        *("last", "max", "min", "top", "per", "input", "output", "prompt", "completion", "total", "text", "decoded"),
    }
)
_PLACES_IN_LISTS = frozenset({"page", "next", "prev", "previous", "continuation", "continue", "cursor", "sync", "skip"})
_ALONE = frozenset({"key", "token", "sig", "signature", "jwt", "auth", "bearer"})
"""Names that are meant where nothing else is called so: in queries, headers and cookies."""


def names_secret(name: str) -> bool:
    """Tell whether ``name`` says that what stands under it is a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    match words:
        case [*_, word] if word in _WORDS:
            return True
        case [*_, before, "key"]:
            return before in _BEFORE_KEY
        case [*_, before, "token"]:
            return before not in _TOKENS_OF_TEXT | _PLACES_IN_LISTS
        case _:
            return False


def names_secret_parameter(name: str) -> bool:
    """Tell the same of the name of a parameter in a URL, a header or a cookie."""
    return names_secret(name) or name.lower().strip("$") in _ALONE
