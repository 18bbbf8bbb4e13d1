"""E-mail, phone and street addresses: they only warn."""

import re
from collections.abc import Iterator

import phonenumbers

from core.screening.numbers import LABEL_REACH, PHONE_LABEL
from core.screening.spans import EMAIL, PHONE, STREET_ADDRESS, Folded, Span

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
)
_PHONE = re.compile(
    r"(?<![\d+.,/-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ .-]?(?:\(0\))?[ ]?\d{1,4}(?:[ .-]{0,3}\d{2,4}){2,4}"
    r"|\(?(?:08|0[1-9]\d{1,2}|010)\)?(?:[ -]{0,3}|/)"
    r"(?:\d{5,8}|\d{2,3}(?:[ -]\d{2,3}){1,3}|\d{3}[ -]\d{4})"
    r"|07[02369](?:\.\d{2,3}){3}"
    r"|0[1-9](?: \d{2}){4}"
    r")(?![\d]|[.:-]\d)"
)
_STREET = re.compile(
    r"\b(?!(?:hem|om|halv|gen|motor|åter|gång|cykel|lands|in|ut|bak|gå|sido|huvud|tvär)"
    r"(?:vägen|gatan))(?:(?:norra|södra|östra|västra|stora|lilla)\s|\w{2,30})"
    r"(?:gatan|vägen|gränd|stigen|allén|esplanaden|gata|väg)"
    r"\s+\d{1,4}(?:\s?[a-h]\b|-\d{1,4})?(?!\d|[.:/]\d|\s*(?:av|personer|pers|st|deltagare|gånger|"
    r"minuter|min|timmar|dagar|kr|jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)\w*\b)",
    re.IGNORECASE,
)


def _numbering_plan() -> re.Pattern[str]:
    """Sweden's numbers without their first 0, as the plan of phonenumbers knows them."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region("SE")
    assert plan is not None
    kinds = (
        *(plan.fixed_line, plan.mobile, plan.toll_free, plan.premium_rate, plan.shared_cost),
        *(plan.personal_number, plan.voip, plan.pager, plan.uan, plan.voicemail),
    )
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns if pattern))


_RUNG = _numbering_plan()


def _is_rung(written: str, lead: str) -> bool:
    """Whether bare digits are in Sweden's numbering plan; divided or labelled ones are believed."""
    if not (len(written) == 10 and written.isdigit()):
        return True
    return _RUNG.fullmatch(written[1:]) is not None or PHONE_LABEL.search(lead) is not None


def addresses(text: str, folded: Folded) -> Iterator[Span]:
    """E-mail and street address in the text as typed, phone numbers in the folded text."""
    for pattern, kind in ((_EMAIL, EMAIL), (_STREET, STREET_ADDRESS)):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), kind)
    for match in _PHONE.finditer(folded.text):
        fewest = 11 if match[0].startswith("00") else 8
        lead = folded.text[max(0, match.start() - LABEL_REACH) : match.start()].lower()
        digits = sum(char.isdigit() for char in match[0])
        if fewest <= digits <= 15 and _is_rung(match[0], lead):
            yield folded.span(match.start(), match.end(), PHONE)
