"""Made-up API keys, in the form and the full length that their issuers hand out."""

import string
from random import Random
from uuid import UUID

from tests.bench.labelled_values import BASE32, BASE64, HEX, UPPER, URL, WORD, digits, of

LOWER = string.ascii_lowercase + string.digits
_BY_PREFIX: tuple[tuple[str, str, int], ...] = (
    # what it begins with, the alphabet of the rest, how many of them
    *(("sk-proj-", URL, 156), ("sk-svcacct-", URL, 156), ("sk-admin-", URL, 148), ("sk-", WORD, 48)),
    *(("sk-ant-api03-", URL, 95), ("sk-ant-admin01-", URL, 95), ("sk-or-v1-", HEX, 64), ("sk-", HEX, 32)),
    *(("AIzaSy", URL, 33), ("hf_", string.ascii_letters, 34), ("api_org_", string.ascii_letters, 34)),
    *(("gsk_", WORD, 52), ("xai-", WORD, 80), ("pplx-", WORD, 48), ("r8_", WORD, 37), ("csk-", LOWER, 48)),
    *(("fw_", WORD, 24), ("nvapi-", URL, 64), ("tvly-dev-", WORD, 32), ("tvly-", WORD, 32), ("fc-", HEX, 32)),
    *(("jina_", HEX, 32 + 28), ("pcsk_5", WORD, 69), ("ls__", HEX, 32), ("AGE-SECRET-KEY-1", UPPER, 58)),
    *((f"gh{kind}_", WORD, 36) for kind in "pousr"),
    *((f"{kind}-", URL, 20) for kind in ("glpat", "gldt", "glptt", "glft", "glsoat", "glrt")),
    *(("GR1348941", URL, 20), ("ATATT3xFfGF0", URL, 180), ("ATCTT3xFfGN0", URL, 180), ("npm_", WORD, 36)),
    *(("pypi-AgEIcHlwaS5vcmc", URL, 150), ("rubygems_", HEX, 48), ("dckr_pat_", URL, 27), ("CCIPAT_", WORD, 62)),
    *(("sntrys_", BASE64, 150), ("sntryu_", HEX, 64), ("lin_api_", WORD, 40), ("ntn_", WORD, 46)),
    *(("secret_", WORD, 43), ("figd_", URL, 40), ("AKIA", BASE32, 16), ("ASIA", BASE32, 16), ("GOCSPX-", URL, 28)),
    *(("ya29.a0", URL, 160), ("dapi", HEX, 32), ("dop_v1_", HEX, 64), ("doo_v1_", HEX, 64), ("hvs.", URL, 95)),
    *(("hvb.", URL, 140), ("pul-", HEX, 40), ("dp.pt.", WORD, 43), ("dp.st.dev.", WORD, 43), ("sbp_", HEX, 40)),
    *(("sb_secret_", URL, 31), ("pscale_tkn_", URL, 43), ("pscale_pw_", URL, 43), ("NRAK-", UPPER, 27)),
    *(("LTAI5t", WORD, 18), ("HRKU-AA", URL, 58), ("fm2_", BASE64, 160), ("sk_live_", WORD, 24)),
    *(("sk_test_51", WORD, 97), ("rk_live_", WORD, 24), ("whsec_", BASE64, 32), ("SK", HEX, 32)),
    *((f"shp{kind}_", HEX, 32) for kind in ("at", "ca", "pa", "ss")),
    *(("key-", HEX, 32), ("sq0atp-", URL, 22), ("sq0csp-", URL, 43), ("sl.", URL, 136)),
)


def _joined(source: Random) -> str:
    """Return one of those that have several parts."""
    return source.choice(
        (
            f"sk-lf-{UUID(int=source.getrandbits(128), version=4)}",
            f"lsv2_{source.choice(('pt', 'sk'))}_{of(source, HEX, 32)}_{of(source, HEX, 10)}",
            f"github_pat_{of(source, WORD, 22)}_{of(source, WORD, 59)}",
            f"glpat-{of(source, URL, 27)}.01.{of(source, LOWER, 9)}",
            f"PMAK-{of(source, HEX, 24)}-{of(source, HEX, 34)}",
            f"tskey-auth-k{of(source, WORD, 11)}CNTRL-{of(source, WORD, 32)}",
            f"glsa_{of(source, WORD, 32)}_{of(source, HEX, 8)}",
            f"xox{source.choice('bp')}-{digits(source, 12)}-{digits(source, 12)}-{of(source, WORD, 24)}",
            f"xapp-1-A{of(source, UPPER, 10)}-{digits(source, 13)}-{of(source, HEX, 64)}",
            f"SG.{of(source, URL, 22)}.{of(source, URL, 43)}",
            f"xkeysib-{of(source, HEX, 64)}-{of(source, WORD, 16)}",
            f"{of(source, WORD, 14)}.atlasv1.{of(source, URL, 67)}",
            f"{digits(source, 10)}:AA{of(source, URL, 33)}",
        )
    )


def api_key(source: Random) -> str:
    """Return a key."""
    if source.random() < 0.15:
        return _joined(source)
    prefix, alphabet, size = source.choice(_BY_PREFIX)
    body = of(source, alphabet, size)
    return prefix + (body[:-1] + "a" if body[-1] in "-_+/" else body)
