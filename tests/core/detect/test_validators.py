"""Checks that a policy can name: numbers from their own definitions, and what one wrong digit does."""

import pytest

from addons.core.detect.validators import VALIDATORS

TRUE = {
    "damm": ["5724", "112946"],
    "iban": ["GB82WEST12345698765432", "de89 3704 0044 0532 0130 00"],
    "luhn": ["79927398713", "4111 1111 1111 1111"],
    "mod11": ["0-306-40615-2", "943 476 5919", "080442957X"],
    "mod11_10": ["07945"],
    "mod11_2": ["0000-0002-1825-0097", "11010519491231002X"],
    "mod97": ["WEST12345698765432GB82"],
    "verhoeff": ["2363", "123451"],
}


def test_each_validator_has_a_case() -> None:
    assert TRUE.keys() == VALIDATORS.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TRUE.items() for value in values])
def test_a_true_value_is_accepted(name: str, value: str) -> None:
    assert VALIDATORS[name](value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TRUE.items() for value in values])
def test_a_wrong_digit_is_refused(name: str, value: str) -> None:
    place = next(at for at in range(len(value) - 1, -1, -1) if value[at].isdecimal())
    for wrong in set("0123456789") - {value[place]}:
        assert not VALIDATORS[name](f"{value[:place]}{wrong}{value[place + 1 :]}")


@pytest.mark.parametrize("name", VALIDATORS)
@pytest.mark.parametrize("value", ["", "-", "0", "00", "\u0661\u0662\u0663", "\u00b2\u00b2\u00b2"])
def test_what_is_too_short_or_of_other_digits_is_refused(name: str, value: str) -> None:
    assert not VALIDATORS[name](value)


@pytest.mark.parametrize("name", ["mod11", "mod11_2"])
@pytest.mark.parametrize("value", ["X123456789", "12345A7890", "123456789Y"])
def test_letters_have_their_places(name: str, value: str) -> None:
    assert not VALIDATORS[name](value)
