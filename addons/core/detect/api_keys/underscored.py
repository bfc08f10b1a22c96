"""Keys that begin with letters and an underscore."""

from addons.core.detect.api_keys.forms import END, HEX, MIXED, TAIL, URL, WORD, Form, separated
from addons.core.detect.detector import Detector

_FORMS: tuple[Form, ...] = (
    # Model providers and what is built around them
    ("hf", f"{WORD}{{30}}"),  # Hugging Face
    ("api_org", f"{WORD}{{30}}"),
    ("gsk", f"{WORD}{{40}}"),  # Groq
    ("r8", f"{WORD}{{36}}"),  # Replicate
    ("fw", f"{WORD}{{20}}"),  # Fireworks
    ("sk", f"(?:{HEX}{{48}}|{MIXED}{URL}{{40}})"),  # ElevenLabs, Novita, Knock
    ("jina", f"(?:{WORD}{{40}}|{HEX}{{32}}{URL}{{20}})"),
    ("pcsk", f"{URL}{{40}}"),  # Pinecone
    *((kind, f"{HEX}{{32}}") for kind in ("lsv2_pt", "lsv2_sk", "ls_")),  # LangSmith, LangChain
    ("tgp_v1", f"{URL}{{40}}"),  # Together
    ("wandb_v1", f"{URL}{{40}}"),  # Weights & Biases
    ("unkey", f"{WORD}{{20}}"),
    ("tnt", f"{WORD}{{8,14}}_{WORD}{{30}}"),  # Ragie
    ("e2b", f"{HEX}{{40}}"),
    ("rpa", "[A-Z0-9]{40}"),  # RunPod
    ("dtn", f"{HEX}{{64}}"),  # Daytona
    ("bb_live", f"{URL}{{24}}"),  # Browserbase
    ("sk_car", f"{WORD}{{20}}"),  # Cartesia
    ("apify_api", f"{WORD}{{30}}"),
    # Code, packages and pipelines
    *((f"gh{kind}", f"{WORD}{{36}}") for kind in "pousr"),  # GitHub
    ("github_pat", "[A-Za-z0-9_]{40}"),
    ("npm", f"{WORD}{{36}}"),
    ("rubygems", f"{HEX}{{48}}"),
    *((kind, f"{URL}{{24}}") for kind in ("dckr_pat", "dckr_oat")),  # Docker
    *((kind, f"{URL}{{20}}") for kind in ("CCIPAT", "CCIPRJ")),  # CircleCI
    ("CLOJARS", "[a-z0-9]{60}"),
    *((kind, f"{HEX}{{40}}") for kind in ("bkua", "bkat")),  # Buildkite
    *((kind, f"{HEX}{{40}}") for kind in ("squ", "sqp", "sqa")),  # SonarQube
    ("sgp", f"(?:(?:(?:{HEX}{{16}}|local)_)?[0-9a-fA-F]{{40}}|{WORD}{{64}})"),  # Sourcegraph, Segment
    ("snyk", rf"(?:uat|sat)\.{HEX}{{8}}\.{URL}{{20}}"),
    ("pnu", f"{WORD}{{36}}"),  # Prefect
    *((kind, f"{WORD}{{32}}") for kind in ("lin_api", "lin_oauth")),  # Linear
    ("ntn", f"{WORD}{{40}}"),  # Notion
    ("secret", rf"(?:{WORD}{{43}}|{WORD}{{16,40}}_{HEX}{{32}}\.{WORD}{{20}})"),  # Notion, Lambda
    *((kind, f"{URL}{{40}}") for kind in ("figd", "figo")),  # Figma
    ("tfp", f"{URL}{{38}}"),  # Typeform
    # Clouds, databases, identity
    *((f"do{kind}_v1", f"{HEX}{{64}}") for kind in "opr"),  # DigitalOcean
    *((kind, f"{HEX}{{40}}") for kind in ("sbp", "sbp_v0")),  # Supabase
    ("sb_secret", f"{URL}{{20}}"),
    *((f"pscale_{kind}", f"{URL}{{32}}") for kind in ("tkn", "pw", "oauth")),  # PlanetScale
    ("napi", f"{WORD}{{40}}"),  # Neon
    ("npg", rf"(?={WORD}{{0,11}}[0-9]){WORD}{{12}}"),
    ("mdb_sa_sk", f"{URL}{{30}}"),  # MongoDB Atlas
    ("essu", f"{WORD}{{40}}"),  # Elastic
    ("glsa", f"{WORD}{{32}}"),  # Grafana
    *((f"hc{kind}k", "[a-z0-9]{50}") for kind in ("ai", "xi", "al", "xl", "am", "xm")),  # Honeycomb
    *((f"nf{kind}", f"{WORD}{{36}}") for kind in "pcobu"),  # Netlify
    *((f"vc{kind}", f"{WORD}{{24}}") for kind in "piakr"),  # Vercel
    *((kind, f"{WORD}{{40}}") for kind in ("cfut", "cfat", "cfk")),  # Cloudflare
    ("y0", f"Ag{URL}{{50}}"),  # Yandex
    ("rnd", f"{WORD}{{28}}"),  # Render
    ("vercel_blob_rw", f"{WORD}{{16}}_{WORD}{{20}}"),
    ("fo1", f"{URL}{{43}}"),  # Fly
    *((f"ory_{kind}", f"{URL}{{32}}") for kind in ("at", "rt", "pat", "apikey")),
    # Payment, mail and other services
    *((kind, f"{WORD}{{16}}") for kind in ("sk_live", "sk_test", "rk_live", "rk_test")),  # Stripe and many others
    *((kind, f"{URL}{{24}}") for kind in ("sk_prod", "sk_dev")),  # Liveblocks
    *((f"shp{kind}", "[0-9a-fA-F]{32}") for kind in ("at", "ca", "pa", "ss", "tka")),  # Shopify
    *((f"shippo_{kind}", f"{HEX}{{40}}") for kind in ("live", "test")),
    *((f"duffel_{kind}", f"{URL}{{40}}") for kind in ("live", "test")),
    *((f"pdl_{kind}_apikey", f"[a-z0-9]{{26}}_{WORD}{{20}}") for kind in ("live", "sdbx")),  # Paddle
    *((kind, f"{HEX}{{35}}{END}") for kind in ("live", "test")),  # Lob
    *((f"polar_{kind}", f"{WORD}{{32}}") for kind in ("oat", "pat")),
    *((kind, f"{WORD}{{40}}") for kind in ("phx", "phc")),  # PostHog
    ("aio", f"{WORD}{{28}}{END}"),  # Adafruit
    ("rdme", "[a-z0-9]{70}"),
    *((f"tr_{kind}", f"{WORD}{{20}}") for kind in ("prod", "dev", "stg")),  # Trigger.dev
    *((kind, f"{WORD}{{14}}") for kind in ("rzp_live", "rzp_test")),  # Razorpay
    ("cal_live", f"{HEX}{{32}}"),
    ("dub", f"{WORD}{{24}}{END}"),
    ("testsk", rf"{URL}{{30}}"),  # Svix
    ("pk", "[0-9]{6,12}_[A-Z0-9]{32}"),  # ClickUp
)

API_KEY_UNDERSCORED = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=separated("_", _FORMS),
    vetted=True,
    tail=TAIL,
    # The made-up examples are put together, so that a scanner of this repository finds no key in it.
    examples=(
        "ghp" + "_" + "a1B2" * 9,
        "\\n" + "ghp" + "_" + "a1B2" * 9,
        "github" + "_pat_" + "11ABCDEFG0" * 8,
        "sk" + "_" + "0123456789abcdef" * 3,
        "hf" + "_" + "a1B2" * 9,
        "gsk" + "_" + "a1B2" * 13,
        "npm" + "_" + "a1B2" * 9,
        "sk" + "_live_" + "a1B2" * 6,
        "pcsk" + "_" + "a1B2" * 15,
        "lsv2" + "_pt_" + "0123456789abcdef" * 2 + "_0123456789",
        "dop" + "_v1_" + "0123456789abcdef" * 4,
        "shpat" + "_" + "0123456789abcdef" * 2,
        "squ" + "_" + "01234567" * 5,
        "tgp" + "_v1_" + "a1B2-" * 9,
        "cfut" + "_" + "a1B2" * 12,
        "snyk" + "_uat." + "0123abcd" + "." + "a1B2" * 8,
        "npg" + "_" + "a1B2" * 3,
        "rzp" + "_live_" + "a1B2" * 3 + "c3",
        "sk" + "_" + "a1B2-" * 8 + "c3D",
        "secret" + "_" + "a1B2" * 5 + "_" + "0123456789abcdef" * 2 + "." + "c3D4" * 8,
        "sgp" + "_local_" + "01234567" * 5,
    ),
    counter_examples=(
        "hf_hub_download",
        "fw_update",
        "npm_config_registry",
        "secret_key_base",
        "risk_live_data",
        "npg_connection",
        "test_0123456789abcdef",
        "live_view_of_everything_else",
        "snyk_uat.md",
        "sk_test_case",
        "sk_some_function_name_that_goes_on_and_on_for_long",
        "cal_live_view_of_the_calendar",
        "github_pat_documentation_page",
        "xghp_" + "a1B2" * 9,
    ),
)
