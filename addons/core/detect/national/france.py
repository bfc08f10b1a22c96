"""France: the NIR, "num\u00e9ro de s\u00e9curit\u00e9 sociale" (INSEE): thirteen characters, and a key modulo 97."""

from addons.core.detect.edges import outside
from addons.core.detect.national.number import ALONE, DONE, GAP, NATIONAL_ID, after_word, apart, national

_MONTH = "(?:0[1-9]|1[0-2]|[2-9][0-9])"
_BIRTH = rf"{GAP}[0-9]{{2}}{GAP}{_MONTH}{GAP}(?:[0-9]{{2}}|2[ABab]){GAP}[0-9]{{3}}{GAP}[0-9]{{3}}"
_KEY = r"[ \u00a0\u202f/.-]{0,3}[0-9]{2}"
_WORDS = (
    "nir|insee|s[e\u00e9]curit[e\u00e9] sociale|num[e\u00e9]ro(?: de)? s[e\u00e9]cu|"
    "n[\u00b0\u00ba] ?(?:de )?s[e\u00e9]cu|"
    f"s[e\u00e9]cu|nss|{NATIONAL_ID}"
)
_CORSICA = {"2A": "19", "2B": "18"}
_LENGTH = 15


def is_nir(value: str) -> bool:
    """Say whether the key is right, where there is one. Corsica counts as the department it was until 1976."""
    plain = "".join(char for char in value.upper() if char.isalnum())
    place = _CORSICA.get(plain[5:7], plain[5:7])
    if len(plain) < _LENGTH:
        return plain[5:7] != "00"
    return 97 - int(plain[:5] + place + plain[7:13]) % 97 == int(plain[13:])


FR_NIR = national(
    name="fr_nir",
    pattern=rf"[12]{outside(1)}(?:(?={GAP}[0-9]){apart(1)}{_BIRTH}{_KEY}{DONE}{ALONE}"
    rf"|{after_word(1, rf'{_BIRTH}(?:{_KEY})?', _WORDS)})",
    validate=is_nir,
    examples=(
        "2 69 05 49 588 157 80",
        "255081416802538",
        "2690549588157 80",
        "Num\u00e9ro de s\u00e9curit\u00e9 sociale : 2690549588157",
        '"nir": "255081416802538"',
        "\\n255081416802538",
        "1 84 12 2A 451 089 33",
        "2\u00a069\u00a005\u00a049\u00a0588\u00a0157\u00a080",
    ),
    counter_examples=(
        "2 69 05 49 588 157 81",
        "255081416802539",
        "2690549588157",
        "355081416802538",
        "255001416802538",
        "1255081416802538",
        "2550814168025381",
        "0.255081416802538",
        "nir 255001416802538",
        "12905 54708 29164 70222",
        "84762 12905 54708 29164",
    ),
)
