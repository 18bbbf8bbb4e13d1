"""The outbox under faults, with real servers and processes: nothing lost, nothing done twice.

The same Message-ID twice is allowed: with UID and SEQUENCE unchanged it has no second effect.
"""

import signal
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from email import message_from_bytes

import icalendar
import pytest

from tests import servers
from tests.faults.house import BOOK, SEND, House, said
from tests.mailserver import Answer, Mail, MailServer, smtp
from tests.processes import free_port, wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

Make = Callable[..., House]


def ids(mails: list[Mail]) -> list[str]:
    return [str(message_from_bytes(mail.raw)["Message-ID"]) for mail in mails]


def stored_ids(house: House) -> list[str]:
    return [row for (row,) in house.query("SELECT message_id FROM scheduling_message ORDER BY id")]


def test_the_mail_server_is_away_for_an_hour(make: Make, redis_url: str) -> None:
    port = free_port()
    house = make(EMAIL_URL=f"smtp://127.0.0.1:{port}", REDIS_URL=redis_url)
    house.run(BOOK, 3)
    with servers.celery_worker(house.environment) as worker:
        house.wake()
        worker.says("ConnectionRefusedError")
    assert house.states() == {"waiting": 3}
    with smtp(port) as server, servers.celery_worker(house.at(3600)):
        house.wake()
        mails = server.wait_for(3)
        wait_until(lambda: house.states() == {"sent": 3}, "all marked")
    assert Counter(ids(mails)) == Counter(stored_ids(house))
    assert house.query("SELECT max(attempts) FROM scheduling_message") == [(2,)]


@pytest.mark.parametrize("answer", [Answer.LATER, Answer.CLOSE])
def test_not_now_and_cut_after_the_data_are_tried_again(
    make: Make, smtp_server: MailServer, answer: Answer
) -> None:
    house = make(EMAIL_URL=smtp_server.url)
    smtp_server.answer_next(answer)
    house.run(BOOK, 1)
    assert house.run(SEND).split() == ["0"]
    assert house.states() == {"waiting": 1}
    assert house.run(SEND, CLOCK_AHEAD_SECONDS="31").split() == ["1"]
    assert house.states() == {"sent": 1}
    first, second = smtp_server.attempts
    assert first.raw == second.raw
    assert set(ids(smtp_server.attempts)) == set(stored_ids(house))


def test_a_worker_is_killed_between_sending_and_marking(
    make: Make, smtp_server: MailServer, redis_url: str
) -> None:
    house = make(EMAIL_URL=smtp_server.url, REDIS_URL=redis_url)
    house.run(BOOK, 2)
    smtp_server.answer_next(Answer.HANG)
    with servers.celery_worker(house.environment) as worker:
        house.wake()
        smtp_server.wait_for(1)
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
    smtp_server.let_go()
    # Both were claimed; nobody else takes them before the claim is void.
    assert house.states() == {"sending": 2}
    assert house.run(SEND).split() == ["0"]
    assert house.run(SEND, CLOCK_AHEAD_SECONDS="121").split() == ["2"]
    assert house.states() == {"sent": 2}
    one, other = stored_ids(house)
    assert ids(smtp_server.mails) == [one, one, other]
    assert len({mail.raw for mail in smtp_server.mails}) == 2


def test_redis_is_stopped_and_started(make: Make, smtp_server: MailServer) -> None:
    port = free_port()
    house = make(EMAIL_URL=smtp_server.url, REDIS_URL=f"redis://127.0.0.1:{port}/0")
    with ExitStack() as crew:
        with servers.redis(port):
            worker = crew.enter_context(servers.celery_worker(house.environment))
            crew.enter_context(servers.celery_beat(house.environment))
            house.run(BOOK, 1)
            smtp_server.wait_for(1)
        # The booking stands and its mail waits: the broker is nobody's memory.
        house.run(BOOK.replace("days=20", "days=40"), 1)
        assert house.states() == {"sent": 1, "waiting": 1}
        with servers.redis(port):
            smtp_server.wait_for(2, seconds=60)
            wait_until(lambda: house.states() == {"sent": 2}, "both marked")
            assert worker.process.poll() is None
            crew.close()
    assert ids(smtp_server.mails) == stored_ids(house)


RACE = """
import json
booking = Booking.objects.get()
sam = User.objects.get(username="sam")
sys.stdin.readline()
for minutes in range(1, 41):
    services.move(actor=sam, now=clock.now(), booking=booking,
                  start=booking.start + timedelta(minutes=5 * minutes))
print(json.dumps({"start": Booking.objects.get().start.isoformat()}))
"""
COURIER = """
import json, threading
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), sys.stdin.readline(), over.set())).start()
sent = 0
while not over.is_set():
    sent += deliver.deliver_due(clock=clock.now)
print(json.dumps(sent))
"""


def test_a_newer_change_races_with_sending(house: House, smtp_server: MailServer) -> None:
    """One moves the visit forty times while two send: each is sent or replaced, in order."""
    house.run(BOOK, 1)
    mover = house.start(RACE)
    couriers = [house.start(COURIER) for _ in range(2)]
    for process in (mover, *couriers):
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    start = said(mover)["start"]
    for process in couriers:
        assert process.stdin is not None
        process.stdin.write("enough\n")
        process.stdin.flush()
    sent = sum(said(process) for process in couriers) + int(house.run(SEND))

    assert set(house.states()) <= {"sent", "superseded"}
    assert house.states()["sent"] == sent == len(smtp_server.mails)
    events = [event(mail) for mail in smtp_server.mails]
    sequences = [int(found["SEQUENCE"]) for found in events]
    assert sequences == sorted(set(sequences))
    assert len({str(found["UID"]) for found in events}) == 1
    # What came last is what stands.
    assert events[-1].decoded("dtstart") == datetime.fromisoformat(start)
    # Whatever was claimed has arrived: nothing is both replaced and on its way.
    arrived = Counter(ids(smtp_server.mails))
    marked = house.query("SELECT message_id FROM scheduling_message WHERE state = 'sent'")
    assert arrived == Counter(row for (row,) in marked)


def event(mail: Mail) -> icalendar.Event:
    """The mail's one VEVENT."""
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (found,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(found, icalendar.Event)
    return found


THOUSAND = """
from partners.folding import fold
from partners.models import Contact
from scheduling.models import Invitation
invitation = Invitation.objects.get()
mail = invitation.messages.get()
numbers = range(int(sys.argv[1]) - 1)
organisation = Contact.objects.get().organisation
contacts = Contact.objects.bulk_create(
    Contact(organisation=organisation, name=f"Kontakt {n}", search=fold(f"Kontakt {n}"),
            email=f"k{n}@vagval.example",
            mail_tag=f"tag{n}", created_at=mail.created_at) for n in numbers)
invitations = Invitation.objects.bulk_create(
    Invitation(booking=mail.booking, contact=row, created_at=mail.created_at) for row in contacts)
def copy(n, row):
    message_id = f"<{n}.thousand@svarta.example>"
    raw = bytes(mail.raw).replace(mail.message_id.encode(), message_id.encode())
    values = {f.attname: getattr(mail, f.attname) for f in Message._meta.concrete_fields}
    values |= {"id": None, "invitation_id": row.pk, "recipient": row.contact.email,
               "message_id": message_id, "raw": raw}
    return Message(**values)
Message.objects.bulk_create(copy(n, row) for n, row in enumerate(invitations))
"""


def test_a_thousand_mails_wait_for_two_workers(house: House, smtp_server: MailServer) -> None:
    house.run(BOOK, 1)
    house.run(THOUSAND, 1000)
    with (
        servers.celery_worker(house.environment),
        servers.celery_worker(house.environment),
    ):
        house.wake()
        house.wake()
        smtp_server.wait_for(1000, seconds=120)
        wait_until(lambda: house.states() == {"sent": 1000}, "all marked")
    assert Counter(ids(smtp_server.mails)) == Counter(stored_ids(house))
    assert len(smtp_server.attempts) == 1000
