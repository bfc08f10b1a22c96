"""Keys that begin with letters and a dash."""

from addons.core.detect.api_keys.forms import END, HEX, TAIL, URL, UUID, WORD, Form, separated
from addons.core.detect.detector import Detector

_GITLAB = rf"(?:{URL}{{27,300}}\.[0-9a-z]{{2}}\.[0-9a-z]{{9}}|{URL}{{20}})"
"""A routable token has three parts."""
_FORMS: tuple[Form, ...] = (
    # Model providers and what is built around them
    ("xai", f"{WORD}{{60}}"),
    ("pplx", f"{WORD}{{40}}"),  # Perplexity
    ("csk", f"{WORD}{{40}}"),  # Cerebras
    ("nvapi", f"{URL}{{50}}"),  # NVIDIA
    ("tvly", f"{URL}{{28}}"),  # Tavily
    ("llx", f"{WORD}{{40}}"),  # LlamaCloud
    ("bedrock-api-key", f"{WORD}{{20}}"),  # Amazon
    ("pk-lf", UUID),  # Langfuse
    # Code, packages and pipelines
    *((f"gl{kind}", _GITLAB) for kind in ("pat", "dt", "rt", "rtr", "ptt", "cbt", "soat", "ft", "imt", "agent")),
    *((f"gl{kind}", _GITLAB) for kind in ("oas", "ffct", "wt")),
    ("pypi", f"AgE{URL}{{50}}"),
    ("PMAK", f"{HEX}{{24}}-{HEX}{{34}}"),  # Postman
    ("PMAT", f"[A-Z0-9]{{26}}{END}"),
    ("CFPAT", f"{URL}{{40}}"),  # Contentful
    ("fio", f"u-{URL}{{60}}"),  # Frame.io
    ("API", f"[A-Z0-9]{{26}}{END}"),  # Octopus Deploy
    ("ico", f"{WORD}{{32}}{END}"),  # Infracost
    # Clouds, databases, identity
    ("GOCSPX", f"{URL}{{28}}"),  # Google
    ("pul", f"{HEX}{{40}}"),  # Pulumi
    ("tskey", f"{WORD}{{3,12}}-{URL}{{16}}"),  # Tailscale
    ("dnkey", f"{URL}{{26}}-{URL}{{50}}"),  # Defined
    *((f"NR{kind}", f"{URL}{{27}}") for kind in ("AK", "II", "AA", "RA")),  # New Relic
    ("NRJS", f"{HEX}{{19}}"),
    ("HRKU", f"{URL}{{36}}"),  # Heroku
    ("AGE-SECRET-KEY", "1[A-Z0-9]{58}"),
    ("SWMTKN", "1-[a-z0-9]{50}-[a-z0-9]{25}"),  # Docker Swarm
    *((kind, UUID) for kind in ("sdk", "api", "mob")),  # LaunchDarkly
    *((f"secret-{kind}", f"{URL}{{30}}") for kind in ("live", "test")),  # Stytch
    ("tk-us", f"{URL}{{48}}"),  # Scalingo
    *((f"signkey-{kind}", f"{HEX}{{32}}") for kind in ("prod", "test")),  # Inngest
    # Payment, mail and other services
    *((f"xox{kind}", "[A-Za-z0-9%-]{10}") for kind in "abceoprs"),  # Slack
    ("xapp", f"[0-9]-{WORD}{{8}}"),
    ("key", f"{HEX}{{32}}{END}"),  # Mailgun
    *((kind, f"{HEX}{{64}}") for kind in ("xkeysib", "xsmtpsib")),  # Brevo
    *((f"sq0{kind}", f"{URL}{{22}}") for kind in ("atp", "csp", "idp")),  # Square
    ("pat", f"(?:na|eu|ap)[0-9]-{UUID}"),  # HubSpot
    ("access", f"(?:sandbox|development|production)-{UUID}"),  # Plaid
    *((kind, "[0-9a-f]{12}") for kind in ("FLWSECK", "FLWSECK_TEST")),  # Flutterwave
    ("p8e", "[a-z0-9]{32}"),  # Adobe
    ("s-s4t2ud", f"{HEX}{{64}}"),  # 42
)

API_KEY_DASHED = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=separated("-", _FORMS),
    vetted=True,
    tail=TAIL,
    examples=(
        "glpat" + "-" + "a1B2" * 5,
        "glpat" + "-" + "a1B2" * 7 + ".01." + "a1b2c3d4e",
        "xoxb" + "-123456789012-123456789012-" + "a1B2" * 6,
        "xoxe" + ".xoxp-" + "1-" + "A1B2" * 40,
        "pplx" + "-" + "a1B2" * 12,
        "pat" + "-na1-" + "01234567-89ab-cdef-0123-456789abcdef",
        "SWMTKN" + "-1-" + "a1b2c" * 10 + "-" + "d3e4f" * 5,
        "NRAK" + "-" + "A1B2C3D4E" * 3,
        "access" + "-production-" + "01234567-89ab-cdef-0123-456789abcdef",
        "GOCSPX" + "-" + "a1B2" * 7,
        "api" + "-" + "01234567-89ab-cdef-0123-456789abcdef",
    ),
    counter_examples=(
        "key-value pairs",
        "access-control-allow-origin-header",
        "pat-na1-something",
        "sdk-core-and-more-words-here",
        "tskey-auth",
        "glpat-something",
        "API-KEY-IN-CAPITALS-SOMEWHERE",
    ),
)
