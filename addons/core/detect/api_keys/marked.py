"""Keys whose mark is short, or has neither an underscore nor a dash at its end."""

from addons.core.detect.api_keys.forms import BASE64, END, HEX, MIXED, TAIL, URL, UUID, WORD
from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_OPENAI = (
    rf"(?:proj|svcacct|admin|None|service|or|let|helicone)-{URL}{{20}}",  # OpenAI, OpenRouter, Letta, Helicone
    rf"ant-{URL}{{16}}",  # Anthropic
    rf"lf-{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}",  # Langfuse
    rf"{WORD}{{20}}",  # OpenAI until 2024, DeepSeek, LiteLLM
)
_SHORT = (
    rf"sk-(?:{'|'.join(_OPENAI)})",
    rf"fc-{HEX}{{32}}",  # Firecrawl
    rf"pa-{MIXED}{URL}{{43}}(?!{URL})",  # Voyage
    *(rf"{kind}-{MIXED}{WORD}{{22}}(?!{URL})" for kind in ("ak", "as")),  # Modal
    rf"ak_{MIXED}{URL}{{20}}(?!{URL})",  # Composio
    rf"ak-{UUID}-{URL}{{20}}",  # Arize
    rf"nk-{MIXED}{URL}{{40}}",  # Nomic
    rf"m0-{WORD}{{36}}",  # Mem0
    rf"NF-{WORD}{{32}}{END}",  # Nightfall
    r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",  # 1Password
    rf"md-{MIXED}{URL}{{22}}(?!{URL})",  # Mandrill
    rf"re_{WORD}{{8}}_{WORD}{{24}}",  # Resend
)
_DOTTED = (
    rf"ya29\.{URL}{{30}}",  # Google
    rf"hv[sbr]\.{URL}{{24}}",  # HashiCorp Vault
    rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?{WORD}{{40}}",  # Doppler
    rf"SG\.{URL}{{20,24}}\.{URL}{{40}}",  # SendGrid
    rf"sl\.(?:u\.)?{URL}{{60}}",  # Dropbox
    rf"dt0[a-z][0-9]{{2}}\.{WORD}{{8,24}}\.{WORD}{{60}}",  # Dynatrace
    *(rf"{kind}k\.eyJ{URL}{{40}}{URL}{{0,200}}\.{URL}{{20}}" for kind in "spt"),  # Mapbox
    rf"t1\.{URL}{{40,240}}={{0,2}}\.{URL}{{86}}",  # Yandex
    rf"xoxe\.xox[bp]-[0-9]-{WORD}{{60}}",  # Slack
    rf"mlsn\.{HEX}{{64}}",  # MailerSend
    *(rf"{kind}at\.{URL}{{22}}\.{WORD}{{24}}\.{WORD}{{20}}" for kind in "ps"),  # Harness
    rf"pat{WORD}{{14}}\.{HEX}{{64}}",  # Airtable
    rf"v1\.0-{HEX}{{24}}-{HEX}{{140}}",  # Cloudflare's certificate authority
)
_AK = (
    f"IA[A-Z2-7]{{16}}{END}",  # Amazon
    f"ID{WORD}{{32}}{END}",  # Tencent
    f"Cp{WORD}{{60}}",  # JFrog
)
_AQ = (rf"\.A[a-z]{URL}{{40}}", f"VN{URL}{{35}}", rf"[EF][A-Za-z]{{1,2}}hmf{BASE64}{{40,200}}")  # Google, Yandex, Adyen
_AT = (
    f"(?:ATT3|CTT3){URL}{{60,240}}(?:=[0-9A-F]{{8}})?",
    f"BB{WORD}{{32}}",
    f"TA{HEX}{{64}}",
)  # Atlassian and its Trello
_CLOSED = (
    rf"AIza{URL}{{35}}",  # Google
    rf"1//0{URL}{{40}}",
    rf"AK(?:{'|'.join(_AK)})",
    rf"AQ(?:{'|'.join(_AQ)})",
    rf"AT(?:{'|'.join(_AT)})",
    *(rf"{kind}[A-Z2-7]{{16}}{END}" for kind in ("ASIA", "ABIA", "ACCA")),  # Amazon
    rf"LTAI{WORD}{{12,20}}{END}",  # Alibaba
    rf"bce-v3/ALTAK-{WORD}{{21}}/{HEX}{{40}}",  # Baidu
    *(rf"{kind}{HEX}{{32}}{END}" for kind in ("dapi", "dose", "dkea")),  # Databricks
    rf"GR1348941{URL}{{20}}",  # GitLab
    rf"cmVmd{WORD}{{59}}",  # JFrog
    rf"SK{HEX}{{32}}{END}",  # Twilio
    rf"EZ[AT]K{WORD}{{54}}",  # EasyPost
    rf"(?<![+/])EAA{URL}{{60}}",  # Meta, Square
    rf"oy2[a-z0-9]{{43}}{END}",  # NuGet
    rf"cio{WORD}{{32}}{END}",  # crates.io
    rf"GOOG[A-Z0-9]{{20,61}}{END}",  # Google's storage
    rf"6L{URL}{{6}}AAAAA{URL}{{27}}",  # reCAPTCHA
    rf"IG(?:QV|QW|AA){URL}{{80}}",  # Instagram
    *(rf"{version}/[0-9]{{13,19}}(?:/[0-9]{{13,19}})?:{HEX}{{32}}" for version in (1, 2)),  # Asana
    rf"sha256~{URL}{{43}}",  # OpenShift
    rf"access_token\$(?:production|sandbox)\$[0-9a-z]{{16}}\${HEX}{{32}}",  # Braintree
)

API_KEY_MARKED = Detector(
    name="api_key",
    label="API_KEY",
    groups=("secrets",),
    pattern=rf"{start()}(?:{'|'.join((*_SHORT, *_DOTTED, *_CLOSED))})",
    vetted=True,
    tail=TAIL,
    examples=(
        "sk-" + "proj-" + "Ab1_" * 20,
        "sk-" + "ant-api03-" + "Zx9-" * 20,
        "sk-" + "ant-admin01-" + "Zx9-" * 20,
        "key=sk-" + "A1b2" * 12 + ";",
        "pa" + "-" + "a1B2" * 10 + "c3D",
        "ak" + "-" + "a1B2" * 5 + "c3",
        "re" + "_" + "a1B2" * 2 + "_" + "c3D4" * 6,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "AIza" + "a1B2_" * 7,
        "1//0" + "a1B2-" * 12,
        "ya29" + ".a0" + "a1B2_" * 12,
        "SG" + "." + "a1B2" * 5 + "ab." + "c3D4" * 10 + "efg",
        "SK" + "0123456789abcdef" * 2,
        "dapi" + "0123456789abcdef" * 2,
        "LTAI" + "5t" + "a1B2" * 4 + "xY",
        "dp.st" + ".dev." + "a1B2" * 10 + "c3d",
        "A3" + "-A1B2C3-D4E5F6-G7H8J" + "-K9L0M" * 3,
        "nk" + "-" + "a1B2" * 11,
        "md" + "-" + "a1B2" * 5 + "c3",
        "1/" + "1234567890123456" + ":" + "0123456789abcdef" * 2,
        "patAb1Cd2Ef3Gh4Ij" + "." + "0123456789abcdef" * 4,
        "sha256" + "~" + "a1B2" * 10 + "c3D",
    ),
    counter_examples=(
        "sk-learn",
        "task-force-something-long-enough-here",
        "sk-fading-circle sk-circle12",
        "AKIA1234",
        "SKU0123456789abcdef0123456789abcdef",
        "LTAIR",
        "dp.st.value",
        "pa-amount-of-words-joined-by-dashes-here-abcdef",
        "as-a-matter-of-fact-it-is",
        "1//0",
        "nk-something-long-and-all-in-lower-case-letters",
        "A3-sized paper",
        "md-autocomplete-wrapper-x",
        "1/2 of 12/2024:00",
        "6LABCDEFGHIJ",
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef",
        "ciothreetwoonezero",
    ),
)
