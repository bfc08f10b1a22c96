"""Keys in base64 that go on with ``+``, ``/`` and ``=``."""

from addons.core.detect.api_keys.forms import BASE64
from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_FORMS = (
    rf"sntry[su]_{BASE64}{{40,512}}",  # Sentry
    rf"fm(?:1[ar]|[12])_{BASE64}{{40,1024}}",  # Fly
    rf"glc_{BASE64}{{32,512}}",  # Grafana
    rf"eyJrIjoi{BASE64}{{60,512}}",
    r"whsec_[A-Za-z0-9+/]{24,64}={0,2}",  # Stripe and other webhooks
    rf"ops_eyJ{BASE64}{{120,2048}}",  # 1Password
    rf"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz){BASE64}{{100,2048}}",  # Amazon's session tokens
    r"xoxd-[A-Za-z0-9%+/=_-]{40,512}",  # Slack's cookie
    rf"ABSK{BASE64}{{100,300}}",  # Amazon Bedrock
    rf"cflt{BASE64}{{56,80}}",  # Confluent
    rf"dG9rO{BASE64}{{54,80}}",  # Intercom
)

API_KEY_WIDE = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}(?:{'|'.join(_FORMS)})",
    vetted=True,
    tail="[A-Za-z0-9%+/=_-]{1,128}",
    examples=(
        "sntrys" + "_" + "a1+/" * 30 + "=_" + "a1B2" * 10,
        "fm2" + "_" + "a1+/" * 30 + "==",
        "whsec" + "_" + "a1+/" * 8,
        "glc" + "_" + "a1+/" * 20 + "=",
        "IQoJb3JpZ2lu" + "X2VjE" + "a1+/" * 80 + "==",
        "ops" + "_eyJ" + "a1B2" * 60 + "==",
        "xoxd" + "-" + "a1B2" * 15 + "%2F" + "c3D4" * 6 + "%3D",
        "ABSK" + "a1B2" * 30 + "=",
    ),
    counter_examples=("whsec_", "glc_context", "fm2_modulation", "ops_eyJ", "ABSKAC", "IQoJb3JpZ2lu", "sntrys_token"),
)
