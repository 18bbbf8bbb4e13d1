"""Phone numbers: any written form in, E.164 out; ``core.swedish.format_phone`` shows it. Pure."""

import re

import phonenumbers

_REGION = "SE"
_LETTERS = re.compile(r"^\W*(?:tel|tfn|telefon|mobil|mob|phone)\b[.:]?\s*", re.IGNORECASE)


class NotAPhoneNumberError(ValueError):
    """No number that can be called. The message never repeats what was typed."""


def to_e164(text: str) -> str:
    """``text`` as E.164 ("+46701740605"); Swedish where no country is given.

    Raises NotAPhoneNumberError for what cannot be called, short numbers and extensions included.
    """
    bare = _LETTERS.sub("", text)
    if re.search(r"[^\W\d_]", bare):
        raise NotAPhoneNumberError("letters")
    try:
        number = phonenumbers.parse(bare, _REGION)
    except phonenumbers.NumberParseException as error:
        raise NotAPhoneNumberError(str(error.error_type)) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise NotAPhoneNumberError("invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(e164: str) -> bool:
    """Whether a stored number can take text messages, as far as its digits tell."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    kinds = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(number) in {kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE}
