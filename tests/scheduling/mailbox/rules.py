"""Each rule of ICAL.md B and each row of C: a mail that it decides, and how it is switched off.

``off`` replaces the one function or constant that the rule is; nothing else changes. The mail's
expectation must then fail (``test_rules``).
"""

import re
from datetime import timedelta

from scheduling.booking import change
from scheduling.calendars import replies, unpack, zones
from scheduling.calendars.answers import Method
from scheduling.mailbox import (
    apply,
    loops,
    match,
    parts,
    reading,
    receive,
    refreshing,
    standing,
    trust,
)
from scheduling.mailbox.match import Order, Ruling, Tag
from scheduling.outbox import enqueue
from scheduling.states import InvitationState, MessageKind
from tests.factories import at
from tests.scheduling.mailbox import staging as on
from tests.scheduling.mailbox import switches as off
from tests.scheduling.mailbox.staging import Proof
from tests.scheduling.mailbox.switches import gives, puts, wraps
from tests.scheduling.mailbox.test_shapes import LO, look, nothing, yes

STALE = nothing("stale")
REFRESHED = ({"action": "refresh", "reason": "", "attendee": LO}, "pending")
OUTDATED = ({"action": "counter", "reason": "outdated"}, "pending")
WITHDRAWN = (nothing("withdrawn")[0], "withdrawn")
NO_AND_YES = ({"action": "reply"}, "accepted declined")
ANYBODY = gives(match, "who_may_answer", Ruling.APPLY)
NO_ORDER = off.ordered(dict.fromkeys(Order, Order.NEWER))
NOT_CLOSED = gives(standing, "closed", "")
TAKEN_AS_REPLY = puts(replies, "_method", lambda *_args: Method.REPLY)
NEVER = re.compile("never")

#: Rule of ICAL.md B -> its proofs.
RULES: dict[str, list[Proof]] = {
    "B1 a change counts SEQUENCE up": [Proof("stale", off.keeps_sequence, STALE, on.moved)],
    "B2 a change asks again": [
        Proof("stale", gives(change, "ask_again", None), STALE, on.answered_then_moved)
    ],
    "B3 nothing overtakes": [
        Proof(
            "refresh",
            gives(enqueue, "_has_news_on_its_way", False),
            nothing("news_on_its_way"),
            on.not_sent_yet,
        )
    ],
    "B4 one more guest is no news to the others": [
        Proof("stale", off.tells_all, yes(), on.with_a_colleague)
    ],
    "B5 a CANCEL says CANCELLED": [
        Proof(
            "refresh",
            gives(enqueue, "_what_stands", MessageKind.REQUEST),
            REFRESHED,
            on.cancelled,
            effect=on.last_sent,
            seen=(True, True),
        )
    ],
    "B6a size and loops": [
        Proof("many-parts", puts(reading, "MAX_PARTS", 999)),
        Proof("bulk", gives(loops, "is_bulk", False)),
        Proof("list", gives(loops, "is_bulk", False)),
        Proof("null-sender", gives(loops, "is_from_nobody", False)),
        Proof("out-of-office", gives(loops, "is_automatic", False)),
        Proof("own-mail", gives(trust, "is_own", False)),
    ],
    "B6b the calendar part": [
        Proof("calendar-as-text", gives(parts, "_is_calendar_file", False)),
        Proof("six-calendars", wraps(parts, "calendars", lambda found, *_: found[:4])),
    ],
    "B6c METHOD": [
        Proof("method-only-in-header", gives(parts, "parameter", None)),
        Proof("two-methods", wraps(unpack, "_methods", lambda found, *_: list(found)[:1])),
    ],
    "B6d an unknown UID is ignored": [Proof("unknown-uid", off.any_invitation)],
    "B6e who answers": [
        Proof("tag-other-contact", gives(match, "whose_tag", Tag.OWN)),
        Proof("no-tag", ANYBODY),
    ],
    "B6f one UID": [Proof("several-uids", puts(replies, "_uid", off.first_uid))],
    "B6g only dates of ours": [
        Proof("unknown-instance", puts(apply, "dates_of", lambda case, _date: [case.invitation]))
    ],
    "B6h in order": [Proof("stale", NO_ORDER, STALE, on.moved)],
    "B6i nothing but the answer": [
        Proof(
            "changes-everything",
            wraps(apply, "_answer", off.moves_the_visit),
            effect=on.times,
            seen=(at(1, 10), at(1, 11, 15)),
        )
    ],
    "B7 the newest answer": [
        Proof("accept", NO_ORDER, (nothing("older")[0], "declined"), on.declined_later),
        Proof("proton-reply", NO_ORDER, (nothing("duplicate")[0], "accepted"), on.answered_at_once),
        Proof("decline", off.ordered({Order.NEWER: Order.OLDER}), None, on.answered_at_once),
        Proof(
            "huge-sequence",
            puts(apply, "_given", lambda _case, item, _row: item.sequence),
            effect=on.stored("sequence"),
            seen=0,
        ),
        Proof(
            "future-stamp",
            puts(replies, "CLOCK_TOLERANCE", timedelta(days=36_500)),
            effect=on.stored("stamp"),
            seen=on.WRITTEN,
        ),
        Proof("cdo-sequence", puts(replies, "_sequence", off.plain_sequence), yes(), on.moved),
        Proof("no-stamp-no-sequence", gives(replies, "_sequence", 0), yes(), on.moved),
    ],
    "B8 several dates, each its own answer": [
        Proof(
            "two-events",
            wraps(replies, "_without_contradiction", lambda found, *_: found[:1]),
            NO_AND_YES,
            on.a_series,
            on.SECOND,
        ),
        Proof(
            "accept", gives(standing, "has_own_answer", False), NO_AND_YES, on.a_series_with_a_no
        ),
    ],
    "B9 PARTSTAT": [
        Proof(
            "lower-case-partstat",
            puts(replies, "_partstat", lambda value: replies._param(value, "PARTSTAT")),
        ),
        Proof("google-deleted", puts(replies, "NO_ANSWERS", frozenset({"", "DELETED"}))),
        Proof(
            "needs-action", puts(apply, "STATES", {**apply.STATES, "": InvitationState.ACCEPTED})
        ),
    ],
    "B10 delegation is a person's to decide": [
        Proof(
            "notes-delegated",
            puts(apply, "STATES", {**apply.STATES, "DELEGATED": InvitationState.DECLINED}),
        ),
        Proof("delegate", ANYBODY),
    ],
    "B11 party crashers wait": [Proof("party-crasher", ANYBODY)],
    "B12 a COUNTER is a wish": [
        Proof("google-counter", TAKEN_AS_REPLY),
        Proof("stale-counter", NO_ORDER, OUTDATED, on.moved),
    ],
    "B13 REFRESH at most hourly": [
        Proof("refresh", puts(refreshing, "HOURLY", 99), nothing("refresh_too_soon"), on.refreshed)
    ],
    "B14 only answers are taken": [
        Proof(f"attendee-{method}", TAKEN_AS_REPLY)
        for method in ("request", "cancel", "add", "publish", "declinecounter")
    ],
    "B15 what is over is history": [
        Proof("accept", NOT_CLOSED, nothing("cancelled"), on.cancelled),
        Proof("accept", NOT_CLOSED, nothing("cancelled"), on.cancelled_for_the_partner),
        Proof("accept", NOT_CLOSED, WITHDRAWN, on.no_longer_invited),
    ],
    "B16 the same mail once": [
        Proof("words", off.another_key, nothing("duplicate"), on.wrote_in_words)
    ],
    "authenticated by our own server": [
        Proof("no-tag-dmarc", gives(trust, "is_authenticated", False)),
        Proof("no-tag-dmarc-in-comment", puts(trust, "_bare", str.lower)),
        Proof("no-tag-dmarc-other-sender", ANYBODY),
        Proof("no-tag-dmarc-foreign-server", off.any_server),
        Proof("answered-as", puts(match, "WHO_MAY_ANSWER", off.NO_MARKS)),
    ],
}

#: Row of ICAL.md C -> its proofs.
SHAPES: dict[str, list[Proof]] = {
    "Google": [
        Proof("google-reply", gives(replies, "_remark", "")),
        Proof("google-reply", puts(replies.html, "unescape", str)),
        Proof("google-deleted", puts(replies, "ANSWERS", replies.ANSWERS | {"DELETED"})),
        Proof("google-counter", gives(replies, "_proposal", None)),
    ],
    "Exchange/Outlook 365": [
        Proof("outlook-reply", wraps(receive, "read_answer", off.needs_organizer)),
        Proof("outlook-decline", puts(replies, "clean_text", lambda text, *_, **_k: text)),
    ],
    "Outlook COUNTER": [
        Proof("outlook-counter", TAKEN_AS_REPLY),
        Proof("outlook-counter", gives(replies, "_proposal", None)),
    ],
    "Outlook with TNEF": [Proof("outlook-winmail", gives(parts, "is_tnef", False))],
    "zone names": [
        Proof("outlook-zone-name", gives(replies, "zone_of", None)),
        Proof("outlook-brussels", puts(zones, "_ONE_HOUR_EAST", NEVER)),
        Proof("evolution-counter", puts(zones, "_PATH", NEVER)),
        Proof("outlook-unknown-zone", gives(replies, "zone_of", zones.STOCKHOLM)),
    ],
    "Apple": [
        Proof("apple-reply", gives(unpack, "_methods", [])),
        Proof("apple-reply", gives(apply, "_answered_as", "")),
    ],
    "Thunderbird": [
        Proof("thunderbird-reply", off.takes_each_copy),
        Proof("google-reply", puts(receive, "_gist", id)),
        Proof("thunderbird-counter", TAKEN_AS_REPLY),
    ],
    "Nextcloud": [Proof("nextcloud-reply", gives(apply, "_answered_as", ""))],
    "Zimbra": [
        Proof("zimbra-reply", gives(parts, "calendars", ())),
        Proof("zimbra-instance", gives(replies, "zone_of", None)),
    ],
    "HCL Notes": [
        Proof("notes-counter", gives(unpack, "_zone", None)),
        Proof("notes-delegated", puts(replies, "_voice", off.without_delegate)),
    ],
    "Yahoo, Proton": [Proof("proton-reply", puts(unpack, "_methods", off.as_written))],
    "in general: what is missing": [
        Proof("no-method", puts(replies, "_method", lambda *_args: Method.REPLY)),
        Proof("no-uid", puts(replies, "_uid", lambda _unpacked: "none")),
        Proof("no-stamp-no-sequence", gives(replies, "_sequence", 0), yes(), on.moved),
        Proof("method-only-in-header", gives(parts, "parameter", None)),
        Proof("method-extended", puts(parts, "collapse_rfc2231_value", lambda _value: "")),
    ],
    "in general: who is listed": [
        Proof("one-person-two-lines", puts(replies, "_speakers", off.first_line)),
        Proof(
            "alias-beside",
            puts(apply, "_of_the_invited", lambda case: case.answer.items),
            effect=on.waiting,
            seen=0,
        ),
        Proof("organizer-as-guest", gives(replies, "_organizer", "")),
        Proof("contradicting-lines", puts(replies, "_speakers", off.last_line)),
        Proof("two-people", puts(replies, "_speakers", off.last_line), look("several_attendees")),
    ],
    "in general: damage": [
        Proof("broken-name", wraps(unpack, "_attendee", lambda _found, line: line)),
        Proof("lone-quote", wraps(unpack, "_attendee", lambda _found, line: line)),
        Proof("windows-1252", puts(unpack, "_decode", off.as_utf8)),
        Proof("false-charset", puts(unpack, "_decode", off.as_utf8)),
        Proof("utf-16", puts(unpack.codecs, "BOM_UTF16_LE", b"never")),
        Proof("bom-and-bare-lf", puts(unpack, "_decode", off.as_utf8)),
        Proof("unfinished", puts(unpack, "_tree", off.strict_tree)),
        Proof("quoted-encoding", puts(parts, "_COMMENT", NEVER)),
    ],
}
