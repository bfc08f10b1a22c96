"""Keys not to be told by how they begin."""

from addons.core.detect.api_keys.forms import END, HEX, TAIL, URL, UUID, WORD
from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_SLACK = r"(?<=hooks\.slack\.com/)(?:services/T[A-Za-z0-9_]{8,12}/B[A-Za-z0-9_]{8,12}/|(?:workflows|triggers)/[TE])"
_FORMS = (  # each with a string that is rare in any text: these patterns are slow
    rf"{WORD}{{14}}\.atlasv1\.{URL}{{60}}",  # Terraform
    rf"{_SLACK}[A-Za-z0-9_/]{{20,80}}",
    rf"(?<=discord\.com/api/)webhooks/[0-9]{{17,20}}/{URL}{{60}}",  # Discord
    rf"(?<=hooks\.zapier\.com/)hooks/catch/[0-9]{{1,10}}/[a-z0-9]{{6,12}}{END}",
    rf"IncomingWebhook/{HEX}{{32}}(?:/{UUID})?",  # Teams
    rf"SSWS 00{URL}{{40}}",  # Okta
    rf"{'A' * 21}{WORD}{{10,60}}%(?:3D|2B|2F)[A-Za-z0-9%]{{20,200}}",  # X
    rf"[MNO][DTjz]{URL}{{22,26}}(?:\.G|\.X|\.Y|\.Z){URL}{{5}}\.{URL}{{27}}",
    rf"[0-9]{{8,10}}:AA{URL}{{32}}",  # Telegram
    r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",  # Microsoft Entra
    rf"{WORD}{{52}}JQQJ9{WORD}{{27}}",  # Microsoft Azure
    rf"{WORD}{{76}}AZDO{WORD}{{4}}",  # Azure DevOps
    rf"{WORD}{{6}}_{WORD}{{29}}_mmk{END}",  # MaxMind
)

API_KEY_WITHIN = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}(?:{'|'.join(_FORMS)})",
    tail=TAIL,
    examples=(
        "123456789:" + "AA" + "a1B2-" * 7,
        "https://hooks.slack.com/" + "services/T00000000/B00000000/" + "a1B2" * 6,
        "https://hooks.slack.com/" + "workflows/T00000000/A00000000/1234567890/" + "a1B2" * 6,
        "https://discord.com/api/" + "webhooks/123456789012345678/" + "a1B2" * 17,
        "https://hooks.zapier.com/" + "hooks/catch/1234567/" + "a1b2c3d",
        "/IncomingWebhook/" + "0123456789abcdef" * 2,
        "Authorization: SSWS " + "00" + "a1B2" * 10,
        "AAAAAAAAAAAAAAAAAAAAA" + "a1B2" * 6 + "%3D" + "c3D4" * 10,
        "abcdefghij1234." + "atlasv1." + "a1B2" * 16,
        "MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".GaBcDe." + "a1B2" * 9,
        "a1B8Q" + "~" + "a1B2." * 6 + "c3D4",
        "a1B2" * 13 + "JQQJ9" + "9BCAC" + "a1B2" * 6,
    ),
    counter_examples=(
        "12345678:AAA",
        "AAAAAAAAAAAAAAAAAAAAA" + "a1B2" * 20,
        "services/Test/Build",
        "x.atlasv1.y",
        "MINERAL.G.x",
        "abcQ~def",
        "/api/webhooks/123",
    ),
)

API_KEY_ENDING = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}{HEX}{{32}}(?:-us[0-9]{{1,2}}|(?:{HEX}{{4}}|FFFF)NRAL){END}",  # Mailchimp, New Relic
    examples=("0123456789abcdef" * 2 + "-us" + "12", "0123456789" * 3 + "abcdef" + "NRAL"),
    counter_examples=("0123456789abcdef0123456789abcdef-user", "0123456789abcdef-us12", "0123456789abcdefNRAL"),
)
