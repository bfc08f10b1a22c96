"""International bank account numbers (ISO 13616): the country's length, check digits modulo 97, in groups or plain."""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD FK",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM TL SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""Length, and the countries that use it: the IBAN registry, release 99."""
_LENGTHS = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}
_LONGEST = max(_LENGTHS.values())
_NOT_IN_A_UUID = "(?<![0-9a-f]{4}-.{4})"


def iban_length(value: str) -> int:
    """Return how many characters of ``value`` are an IBAN: its country's length, check digits by ISO 7064, MOD 97-10.

    Words that follow it look like more groups.
    """
    places = [place for place, char in enumerate(value) if char.isalnum()]
    length = _LENGTHS.get(value[:2].upper(), len(places) + 1)
    if length > len(places) or places[length - 1] + 1 in places[length : length + 1]:
        return 0
    plain = "".join(value[place] for place in places[:length]).upper()
    number = int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4]))
    return places[length - 1] + 1 if number % 97 == 1 else 0


IBAN = Detector(
    name="iban",
    label="IBAN",
    groups=("pii",),
    pattern=rf"[A-Za-z]{{2}}[0-9]{{2}}(?:{start(4)}|(?<=(?i:iban).{{4}})){_NOT_IN_A_UUID}(?<=(?i:{'|'.join(_LENGTHS)}).{{2}})"
    rf"(?:[ \u00a0\u202f-]?[A-Za-z0-9]){{11,{_LONGEST - 3}}}",
    measure=iban_length,
    examples=(
        "GB82WEST12345698765432",
        "GB82 WEST 1234 5698 7654 32",
        "de89370400440532013000",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO9386011117947",
        "NL91-ABNA-0417-1643-00",
        "IBAN: CH93 0076 2011 6238 5295 7 please",
        "MT84MALT011000012345MTLCAST001S",
        "\\nBE68539007547034",
        "IBANDE89370400440532013000",
    ),
    counter_examples=(
        "GB82WEST12345698765433",
        "GB82 WEST 1234 5698 7654",
        "XX82WEST12345698765432",
        "DE8937040044053201300",
        "DE893704004405320130001",
        "xDE89370400440532013000",
        "SE0123456789",
        "b725f2c5-3329-d391-be21-24ccd2df4f81",
    ),
)
