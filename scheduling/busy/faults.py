"""Why a foreign calendar could not be read. Pure; the words are made at the edge."""

from enum import StrEnum


class Fault(StrEnum):
    """A stable code, stored with the calendar. None of them tells the address."""

    ADDRESS = "address"
    NOT_HTTPS = "not_https"
    NOT_PUBLIC = "not_public"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NOT_A_CALENDAR = "not_a_calendar"
    TOO_DENSE = "too_dense"
    SEAL = "seal"


class Unreadable(Exception):
    """The calendar gave nothing; what was read before still stands."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault
