import pytest

from addons.core.approval.ids import ALPHABET, ID_CHARS, RANDOM_BYTES, id_from, prefix_from
from addons.core.approval.states import ApprovalError

TYPED = [
    ("a1b2", "a1b2"),
    (" A1B2C3D4E5 ", "a1b2c3d4e5"),
    ("o0il", "0011"),
    ("a1b", None),
    ("", None),
    ("a1b2c3d4e5f", None),
    ("a1b2u", None),
    ("a1b%", None),
    ("a1b_", None),
    ("a1b\x00", None),
    ("\ud800aaa", None),
]


@pytest.mark.parametrize(("typed", "prefix"), TYPED)
def test_typed_prefixes(typed: str, prefix: str | None) -> None:
    if prefix is None:
        with pytest.raises(ApprovalError, match="is no approval id"):
            prefix_from(typed)
    else:
        assert prefix_from(typed) == prefix


def test_an_id_is_ten_characters_of_the_alphabet_and_uses_every_bit() -> None:
    assert id_from(bytes(RANDOM_BYTES)) == "0" * ID_CHARS
    assert id_from(b"\xff" * RANDOM_BYTES) == ALPHABET[-1] * ID_CHARS
    assert prefix_from(id_from(b"\x01\x23\x45\x67\x89\xab\xcd")) == id_from(b"\x01\x23\x45\x67\x89\xab\xcd")
    flipped = {id_from((1 << bit).to_bytes(RANDOM_BYTES)) for bit in range(50)}
    assert len(flipped) == 50
