"""The Netherlands and Belgium: burgerservicenummer (Wabb), rijksregisternummer (Royal Decree of 3 April 1984)."""

from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import is_born, numbers, weighted
from addons.core.detect.national.number import DONE, GAP, NATIONAL_ID, after_word, begin, national

_BSN_WORDS = (
    "bsn(?:[ _-]?(?:nummer|nr|number))?|burger[ _-]?service[ _-]?(?:nummer|nr)|sofi[ _-]?(?:nummer|nr)|"
    f"citizen service (?:number|no)|{NATIONAL_ID}"
)
_BELGIAN_WORDS = (
    "rijksregister(?:nummer|nr|[ _-]?n[r\u00b0])?|insz|niss|inss|num\u00e9ro (?:de registre )?national|"
    "registre national|nrn|rrn|"
    f"num[e\u00e9]ro national|nationalregisternummer|{NATIONAL_ID}"
)
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_FOREIGN = (0, 20, 40)
"""What is added to the month of people without a residence (bis numbers), where their sex is known and where not."""


def is_bsn(value: str) -> bool:
    """Say whether the number passes the "elfproef"."""
    digits = numbers(value)
    return len(set(digits)) > 1 and weighted(digits, _BSN_WEIGHTS) % 11 == 0


def is_belgian(value: str) -> bool:
    """Say whether there is a birthday in it, or none known, and the last two digits are right; 2 is for the 2000s."""
    plain = "".join(map(str, numbers(value)))
    body, check = int(plain[:9]), int(plain[9:])
    unknown = plain[2:4] in {"00", "20", "40"}
    right = check in {97 - body % 97, 97 - (2 * 10**9 + body) % 97}
    return right and (unknown or is_born(plain, months=_FOREIGN))


NL_BSN = national(
    name="nl_bsn",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9](?:{begin(3)}[0-9][.][0-9]{{2}}[.][0-9]{{3}}{DONE}"
    rf"|{after_word(3, rf'(?:{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}|[0-9][.][0-9]{{2}}[.][0-9]{{3}})', _BSN_WORDS)})",
    validate=is_bsn,
    examples=(
        "BSN: 111222333",
        "bsn 123456782",
        "burgerservicenummer 1112.22.333",
        "1112.22.333",
        '{"bsn": "111222333"}',
        "BSN-nummer is 111 222 333",
        "customerBsn=123456782",
        "naam,bsn\nJan,111222333",
        "Mijn burgerservicenummer is 123456782.",
    ),
    counter_examples=(
        "111222333",
        "BSN 111222334",
        "BSN 1112223330",
        "absnet 111222333",
        "1112.22.334",
        "BSN 000000000",
        "bsn: a111222333",
        "bsn 12 111222333",
    ),
)

BE_NATIONAL_NUMBER = national(
    name="be_national_number",
    pattern=rf"[0-9]{{2}}{outside(2)}(?:(?:{begin(2)}[.-][0-9]{{2}}[.-][0-9]{{2}}[ .-][0-9]{{3}}[ .-][0-9]{{2}}){DONE}"
    rf"|{after_word(2, rf'{GAP}[0-9]{{2}}{GAP}[0-9]{{2}}{GAP}[0-9]{{3}}{GAP}[0-9]{{2}}', _BELGIAN_WORDS)})",
    validate=is_belgian,
    examples=(
        "85.07.30-033.28",
        "NRN 85073003328",
        "Rijksregisternummer: 85 07 30 033 28",
        "NISS 85.07.30-033.28",
        '"insz":"17073003384"',
        "\\n85.07.30-033.28",
    ),
    counter_examples=(
        "85.07.30-033.29",
        "85073003328",
        "85.13.30-033.28",
        "185073003328",
        "0.85073003328",
        "insz 85073003329",
    ),
)
