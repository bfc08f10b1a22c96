"""Phone numbers after a word that says they are: there a number needs no separators, and any plan will do."""

from addons.core.detect.detector import Detector
from addons.core.detect.phone import MORE
from addons.core.detect.phone_plan import EXTENSION, named_phone_length

_WORDS = (
    *(
        "[Pp]hone",
        "PHONE",
        "[Tt]ele?(?:phone|fono?|foon)?",
        "TEL",
        "[Mm]obil(?:e|nr)?",
        "MOBILE",
        "[Mm]obiel",
        "[Cc]ell",
        "[Mm]ob",
        "[Hh]otline",
    ),
    *("[Ff]ax", "FAX", "[Ww]hats[Aa]pp", "WHATSAPP", "[Hh]andy", "[Rr]ufnummer", "[Tt]lf", "[Tt]fn", "[Pp]uh", "GSM"),
    *(
        "[Mm]\u00f3vil",
        "[Cc]elular",
        "[Tt]el\u00e9fono",
        "[Tt]\u00e9l(?:\u00e9phone)?",
        "[Pp]ortable",
        "[Tt]elem\u00f3vel",
    ),
    *("\u96fb\u8a71(?:\u756a\u53f7)?", "\u7535\u8bdd", "\u624b\u673a", "\u0442\u0435\u043b"),
)
_CALLS = (
    "(?:[Cc]all|[Rr]ing|[Tt]ext|[Rr]each|[Dd]ial)(?: [A-Za-z\u00c0-\u024f]{1,15}){0,3} (?:me|us|on|at|under)",
    "[Rr]ing",
    "[Dd]ial",
    "(?:[Mm]y|[Mm]eine) [Nn]um(?:ber|mer) (?:is|ist)",
    "[Rr]uf(?:en Sie)? (?:mich|uns) an",
    "[Ll]lama(?:me)? al",
    "[Aa]ppel(?:ez|le)(?:-moi|-nous)? au",
)
_NAMED = (
    rf"(?<=(?:(?<![A-Za-z])(?:{'|'.join(_WORDS)})"
    r"(?:[ _-]?(?:[Nn]umber|NUMBER|[Nn]o|[Nn]r))?"
    r"(?: ?\([A-Za-z]{3,8}\)|;[A-Za-z=,;-]{3,40}|</[A-Za-z0-9]{1,6}>)?|"
    rf"(?<![A-Za-z])(?:{'|'.join(_CALLS)}))"
    r"[ ]?[.:=#\"'(>\\]{0,4}[ ]?[\"'+(\\]{0,2}.)"
)

PHONE_NAMED = Detector(
    name="phone",
    label="PHONE",
    groups=("pii",),
    pattern=rf"[0-9(](?<=[ .:=#\"'(+>].)(?={MORE}{{6}}){_NAMED}{MORE}{{6,15}}(?i:{EXTENSION})?(?!_?[0-9A-Za-z])",
    measure=named_phone_length,
    examples=(
        "Phone: 4155552671",
        '"phone": "123-456-7890"',
        "tel:02079460958",
        "mobile number 07700900123",
        "Fax (030) 901820",
        "phone_number=4155552671&x=1",
        "telefon 030901820",
        "Tlf. 34-56-01-17",
        "You can reach Ali at 0701364218 after six.",
        "my number is 21 53 15 17",
        "Ruf mich an: 01 234815553",
        "TEL;TYPE=CELL:0612345552",
        "<phone>0812-3456-7570</phone>",
        "<b>Phone</b>: 98765 43972",
        "Tel (work): 0612345675",
        "dial 0612345651 for support",
        '\\"phone\\":\\"4155552671\\"',
        "\u96fb\u8a71\u756a\u53f7: 0312402052",
    ),
    counter_examples=(
        "4155552671",
        "phone 2024-01-15",
        "phone 15 pro",
        "telephone since 1876",
        "telemetry 1700000000",
        "hotel 1700000000",
        "mobile: 12345",
        "phone_id: a1234567890",
        "a recall at 1700000000",
        "The call at 10:30 took 1700000000 ns",
        "reach 12345678 users",
        "string 0612345651",
        "a phone (model) 15 pro",
    ),
)
