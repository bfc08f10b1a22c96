"""API keys and tokens that carry their issuer's prefix.

One entry for each form: its start, and the least that makes it one. What follows of the same characters goes with it,
so a key that an issuer has made longer is still covered whole.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_WORD = "[A-Za-z0-9]"
_URL = "[A-Za-z0-9_-]"
_HEX = "[0-9a-f]"

_MODEL_PROVIDERS = (
    rf"sk-(?:proj|svcacct|admin|None|service)-{_URL}{{20}}",  # OpenAI
    rf"sk-ant-{_URL}{{16}}",  # Anthropic
    rf"sk-or-{_URL}{{20}}",  # OpenRouter
    rf"sk-lf-{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}",  # Langfuse
    rf"sk-{_WORD}{{20}}",  # OpenAI until 2024, DeepSeek, LiteLLM
    rf"AIza{_URL}{{35}}",  # Google
    rf"hf_{_WORD}{{30}}",  # Hugging Face
    rf"api_org_{_WORD}{{30}}",
    rf"gsk_{_WORD}{{40}}",  # Groq
    rf"xai-{_WORD}{{60}}",
    rf"pplx-{_WORD}{{40}}",  # Perplexity
    rf"r8_{_WORD}{{36}}",  # Replicate
    rf"csk-{_WORD}{{40}}",  # Cerebras
    rf"fw_{_WORD}{{20}}",  # Fireworks
    rf"nvapi-{_URL}{{50}}",  # NVIDIA
    rf"tvly-{_URL}{{28}}",  # Tavily
    rf"jina_{_WORD}{{40}}",
    rf"fc-{_HEX}{{32}}",  # Firecrawl
    rf"pcsk_{_URL}{{40}}",  # Pinecone
    rf"lsv2_(?:pt|sk)_{_HEX}{{32}}",  # LangSmith
    rf"ls__{_HEX}{{32}}",
)
_CODE_HOSTS = (
    *(rf"gh{kind}_{_WORD}{{36}}" for kind in "pousr"),  # GitHub
    r"github_pat_[A-Za-z0-9_]{40}",
    *(
        rf"{kind}-(?:{_URL}{{27,300}}\.[0-9a-z]{{2}}\.[0-9a-z]{{9}}|{_URL}{{20}})"  # a routable one has three parts
        for kind in ("glpat", "gldt", "glrt", "glptt", "glcbt", "glsoat", "glft", "glimt", "glagent")
    ),
    rf"GR1348941{_URL}{{20}}",  # GitLab
    rf"ATATT3{_URL}{{60}}",  # Atlassian
    rf"ATCTT3{_URL}{{60}}",
    rf"npm_{_WORD}{{36}}",
    rf"pypi-AgE{_URL}{{50}}",
    rf"rubygems_{_HEX}{{48}}",
    rf"dckr_[po]at_{_URL}{{24}}",  # Docker
    rf"CCIPAT_{_URL}{{20}}",  # CircleCI
    r"sntry[su]_[A-Za-z0-9+/=_-]{40,512}",  # Sentry
    rf"lin_api_{_WORD}{{32}}",  # Linear
    rf"ntn_{_WORD}{{40}}",  # Notion
    rf"secret_{_WORD}{{43}}",
    rf"figd_{_URL}{{40}}",  # Figma
    rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}",  # Postman
)
_CLOUDS = (
    *(rf"{kind}[A-Z2-7]{{16}}(?![A-Za-z0-9])" for kind in ("AKIA", "ASIA")),  # Amazon
    rf"GOCSPX-{_URL}{{28}}",  # Google
    rf"ya29\.{_URL}{{30}}",
    rf"dapi{_HEX}{{32}}(?![A-Za-z0-9])",  # Databricks
    *(f"do{kind}_v1_{_HEX}{{64}}" for kind in "opr"),  # DigitalOcean
    *(rf"{kind}\.{_URL}{{24}}" for kind in ("hvs", "hvb")),  # HashiCorp Vault
    rf"pul-{_HEX}{{40}}",  # Pulumi
    rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?{_WORD}{{40}}",  # Doppler
    rf"tskey-{_WORD}{{3,12}}-{_URL}{{16}}",  # Tailscale
    rf"sbp_{_HEX}{{40}}",  # Supabase
    rf"sb_secret_{_URL}{{20}}",
    rf"pscale_(?:tkn|pw|oauth)_{_URL}{{32}}",  # PlanetScale
    *(f"{kind}_[A-Za-z0-9_+/=]{{32}}" for kind in ("glsa", "glc")),  # Grafana
    r"NRAK-[A-Z0-9]{27}",  # New Relic
    rf"LTAI{_WORD}{{12,20}}(?![A-Za-z0-9])",  # Alibaba
    rf"HRKU-{_URL}{{36}}",  # Heroku
    r"fm(?:1[ar]|[12])_[A-Za-z0-9+/=_-]{40,1024}",  # Fly
    r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
)
_SERVICES = (
    *(rf"xox{kind}-[A-Za-z0-9-]{{10}}" for kind in "abeoprs"),  # Slack
    rf"xapp-[0-9]-{_WORD}{{8}}",
    *(rf"{kind}_{_WORD}{{16}}" for kind in ("sk_live", "sk_test", "rk_live", "rk_test")),  # Stripe
    r"whsec_[A-Za-z0-9+/]{24,64}={0,2}",
    rf"SG\.{_URL}{{20,24}}\.{_URL}{{40}}",  # SendGrid
    rf"SK{_HEX}{{32}}(?![A-Za-z0-9])",  # Twilio
    *(rf"shp{kind}_[0-9a-fA-F]{{32}}" for kind in ("at", "ca", "pa", "ss", "tka")),  # Shopify
    rf"key-{_HEX}{{32}}(?![A-Za-z0-9])",  # Mailgun
    rf"xkeysib-{_HEX}{{64}}",  # Brevo
    rf"sq0(?:atp|csp|idp)-{_URL}{{22}}",  # Square
    rf"sl\.{_URL}{{60}}",  # Dropbox
)
_WITHIN = (
    rf"{_WORD}{{14}}\.atlasv1\.{_URL}{{60}}",  # Terraform
    r"(?<=hooks\.slack\.com/)services/T[A-Za-z0-9_]{8,12}/B[A-Za-z0-9_]{8,12}/[A-Za-z0-9_]{20}",
    rf"[0-9]{{8,10}}:AA{_URL}{{32}}",  # Telegram
)
"""Not to be told by how they begin."""

API_KEY = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}(?:{'|'.join((*_MODEL_PROVIDERS, *_CODE_HOSTS, *_CLOUDS, *_SERVICES))})",
    vetted=True,
    tail="[A-Za-z0-9_-]{1,128}",
    # The made-up examples are put together, so that a scanner of this repository finds no key in it.
    examples=(
        "sk-" + "proj-" + "Ab1_" * 20,
        "sk-" + "ant-api03-" + "Zx9-" * 20,
        "key=sk-" + "A1b2" * 12 + ";",
        "ghp" + "_" + "a1B2" * 9,
        "github" + "_pat_" + "11ABCDEFG0" * 8,
        "glpat" + "-" + "abcde12345ABCDE67890",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "AIza" + "Sy" + "A1b" * 11,
        "xoxb" + "-123456789012-abcdefABCDEF",
        "xapp" + "-1-A012345678-0123456789",
        "sk" + "_live_" + "a1B2" * 6,
        "whsec" + "_" + "a1B2" * 8,
        "hf" + "_" + "aBcDe" * 7,
        "npm" + "_" + "a1B2" * 9,
        "pypi" + "-AgEIcHlwaS5vcmc" + "a1B2" * 14,
        "SG" + "." + "a1B2" * 5 + "ab." + "c3D4" * 10 + "efg",
        "SK" + "0123456789abcdef" * 2,
        "pcsk" + "_" + "a1B2" * 15,
        "lsv2" + "_pt_" + "0123456789abcdef" * 2 + "_0123456789",
        "dapi" + "0123456789abcdef" * 2,
        "dop" + "_v1_" + "0123456789abcdef" * 4,
        "shpat" + "_" + "0123456789abcdef" * 2,
        "\\n" + "ghp" + "_" + "a1B2" * 9,
        "glpat" + "-" + "a1B2" * 7 + ".01." + "a1b2c3d4e",
        "sntrys" + "_" + "a1+/" * 30 + "=_" + "a1B2" * 10,
        "LTAI" + "5t" + "a1B2" * 4 + "xY",
        "dp.st" + ".dev." + "a1B2" * 10 + "c3d",
        "fm2" + "_" + "a1+/" * 30 + "==",
    ),
    counter_examples=(
        "sk-learn",
        "task-force-something-long-enough-here",
        "sk-fading-circle sk-circle12",
        "npm_config_registry",
        "hf_hub_download",
        "whsec_",
        "AKIA1234",
        "key-value pairs",
        "SKU0123456789abcdef0123456789abcdef",
        "risk_live_data",
        "fw_update",
        "secret_key_base",
        "glc_context",
        "LTAIR",
        "fm2_modulation",
        "dp.st.value",
    ),
)

API_KEY_WITHIN = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}(?:{'|'.join(_WITHIN)})",
    tail="[A-Za-z0-9_-]{1,128}",
    examples=(
        "123456789:" + "AA" + "a1B2-" * 7,
        "https://hooks.slack.com/" + "services/T00000000/B00000000/" + "a1B2" * 6,
        "abcdefghij1234." + "atlasv1." + "a1B2" * 16,
    ),
    counter_examples=("12345678:AAA", "services/Test/Build", "x.atlasv1.y"),
)

API_KEY_NAMED = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=r"(?<=(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[sS]ecretAccessKey|AccountKey)"
    r"[\"']?[ ]?[=:][ ]?[\"']?)"
    r"(?:[A-Za-z0-9/+]{86}==|[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))",  # Amazon, Azure storage
    examples=(
        "AccountKey=" + "a1B2" * 21 + "a1==;",
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SECRET_ACCESS_KEY=" + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"SecretAccessKey": "' + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" + '"',
    ),
    counter_examples=("AccountKey=abc", "aws_secret_access_key = os.environ['KEY']", "AWS_SECRET_ACCESS_KEY=abc"),
)
