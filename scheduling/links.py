"""Addresses that leave the house: capability links and tagged mail addresses."""

from django.conf import settings

from core import tokens
from scheduling.models import Feed, Invitation, SeriesInvitation

ANSWER = "answer"
FEED = "feed"
SERIES = "series"


def _token(purpose: str, row: Invitation | Feed | SeriesInvitation) -> str | None:
    if row.token_fingerprint is None:
        return None
    return tokens.reveal(purpose, row.pk, row.token_epoch, row.token_fingerprint)


def issue(row: Invitation | Feed | SeriesInvitation) -> str:
    """Give ``row`` (saved, in the caller's transaction) the token of its epoch and return it."""
    purpose = {Invitation: ANSWER, Feed: FEED, SeriesInvitation: SERIES}[type(row)]
    token = tokens.mint(purpose, row.pk, row.token_epoch)
    row.token_fingerprint = tokens.fingerprint(token)
    row.save(update_fields=["token_fingerprint", "token_epoch"])
    return token


def answer_path(invitation: Invitation) -> str:
    """``/svar/<token>``; empty where the key that made the link is gone."""
    token = _token(ANSWER, invitation)
    return f"/svar/{token}" if token else ""


def answer_url(invitation: Invitation) -> str:
    """The answer page's whole address."""
    path = answer_path(invitation)
    return f"{settings.BASE_URL}{path}" if path else ""


def short_url(invitation: Invitation) -> str:
    """The answer page's short address, for text messages, paper and codes."""
    token = _token(ANSWER, invitation)
    return f"{settings.BASE_URL}/s/{token}" if token else ""


def series_path(row: SeriesInvitation) -> str:
    """``/serie/<token>``; empty where the key that made the link is gone."""
    token = _token(SERIES, row)
    return f"/serie/{token}" if token else ""


def series_url(row: SeriesInvitation) -> str:
    """The whole address of the page with all dates."""
    path = series_path(row)
    return f"{settings.BASE_URL}{path}" if path else ""


def feed_url(feed: Feed) -> str:
    """The feed's https (or http) address; empty where the key that made it is gone."""
    token = _token(FEED, feed)
    return f"{settings.BASE_URL}/feeds/{token}.ics" if token else ""


def tagged_address(tag: str) -> str:
    """ORGANIZER = From = envelope sender of one contact (MAIL_TAG_STYLE)."""
    local, _, domain = settings.MAIL_FROM.rpartition("@")
    mark = {"plus": f"+{tag}", "dash": f"-{tag}", "none": ""}[settings.MAIL_TAG_STYLE]
    return f"{local}{mark}@{domain}"


def page_url(path: str) -> str:
    """A public page's whole address."""
    return f"{settings.BASE_URL}/{path}"
