"""Italy: the codice fiscale of persons (D.M. 12 March 1974), also with letters for digits where two would be alike."""

from addons.core.detect.edges import END, outside, start
from addons.core.detect.national.number import national

_DIGIT = "[0-9LMNP-V]"
_ALL_BUT_NAME = rf"[ ]?{_DIGIT}{{2}}[ABCDEHLMPRST]{_DIGIT}{{2}}[ ]?[A-Z]{_DIGIT}{{3}}[ ]?[A-Z]{END}"
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""What the letters of the alphabet count for at the odd places; digits count as the first ten letters."""
_LETTERS_FOR_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
_DIGITS_FROM_LETTERS = str.maketrans("0123456789", "ABCDEFGHIJ")
_LONGEST_MONTH = 31
_FEMALE = 40


def is_codice_fiscale(value: str) -> bool:
    """Say whether the day is one (women have 40 added) and the check letter is right."""
    plain = value.replace(" ", "").upper()
    day = int(plain[9:11].translate(_LETTERS_FOR_DIGITS)) % _FEMALE
    places = [ord(char) - ord("A") for char in plain.translate(_DIGITS_FROM_LETTERS)]
    total = sum(_ODD[place] for place in places[:15:2]) + sum(places[1:15:2])
    return 0 < day <= _LONGEST_MONTH and total % 26 == ord(plain[15]) - ord("A")


IT_CODICE_FISCALE = national(
    name="it_codice_fiscale",
    pattern=rf"[A-Z]{{2}}{outside(2)}[A-Z]{start(3)}[ ]?[A-Z]{{3}}{_ALL_BUT_NAME}",
    validate=is_codice_fiscale,
    examples=(
        "RSSMRA85T10A562S",
        "RSS MRA 85T10 A562S",
        "RSS MRA 85T10 A562 S",
        '"codice_fiscale": "RCCMNL83S18D969H"',
        "\\nRCCMNL83S18D969H",
        "cf=RCCMNL83S18D969H&x=1",
    ),
    counter_examples=(
        "RSSMRA85T10A562T",
        "RSSMRA85F10A562S",
        "XRSSMRA85T10A562S",
        "RSSMRA85T10A562SX",
        "RSSMRA85T72A562S",
        "Rssmra85t10a562s",
    ),
)

IT_CODICE_FISCALE_SMALL = national(
    name="it_codice_fiscale",
    pattern=rf"[a-z]{{6}}[0-9]{{2}}[abcdehlmprst][0-9]{{2}}[a-z][0-9]{{3}}[a-z]{END}{start(16)}",
    validate=is_codice_fiscale,
    examples=(
        "codice fiscale: rssmra85t10a562s",
        "rccmnl83s18d969h",
        '"codiceFiscale": "rssmra85t10a562s"',
    ),
    counter_examples=("rssmra85t10a562t", "rssmra85f10a562s", "xrssmra85t10a562s", "rssmra85t10a562sx"),
)
"""In small letters, with digits where there should be some: enough to tell it from anything else."""
