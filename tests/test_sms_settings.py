"""The settings of texts: what is taken, and a sentence for what is not."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, read_secret, read_sms_sender, read_sms_url

Reader = Callable[[str], str]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_sms_url, ""),
        (read_sms_url, "46elks://user:pass@"),
        (read_sms_url, "46elks://user:pass@relay.example:8443"),
        (read_sms_url, "https://user:pass@sms.example/send"),
        (read_sms_url, "http://127.0.0.1:9000/send"),
        (read_sms_url, "file:"),
        (read_sms_url, "file:/var/lib/sms.jsonl"),
        (read_sms_sender, "+46766861000"),
        (read_sms_sender, "Biblioteket"),
        (read_secret, ""),
        (read_secret, "a-secret-of-24-letters-00"),
    ],
)
def test_taken(read: Reader, value: str) -> None:
    assert Environment({"X": value}).parsed("X", value, read, "so") == value


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (read_sms_url, "46elks://user@", "46elks wants a user and a password"),
        (read_sms_url, "ftp://u:hemligt@sms.example", "not a kind of service"),
        (read_sms_url, "http://u:hemligt@sms.example/", "unencrypted"),
        (read_sms_url, "https:///send", "names no host"),
        (read_sms_url, "https://u:hemligt@sms.example:0/", "port 0"),
        (read_sms_sender, "070-174 06 05", "no sender of texts"),
        (read_sms_sender, "Svartåbiblioteket", "no sender of texts"),
        (read_sms_sender, "1234", "no sender of texts"),
        (read_secret, "short", "too short"),
        (read_secret, "with a space in it, and long enough", "too short"),
    ],
)
def test_told(read: Reader, value: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured) as raised:
        Environment({"X": value}).parsed("X", "", read, "something better")
    said = str(raised.value)
    assert said.startswith("X is not usable: ")
    assert words in said
    assert said.endswith("Write something better.")
    assert "hemligt" not in said
