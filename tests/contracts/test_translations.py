"""English is complete, Swedish is itself, and the compiled catalogues are those of the texts."""

import gettext
import re
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def catalogue(language: str) -> dict[object, str]:
    path = LOCALE / language / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        found: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}


def written(language: str) -> tuple[int, int]:
    """How many texts the .po file has, and how many of them are empty."""
    text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n")[1:] if re.search("^msgid", block, re.M)]
    empty = [block for block in blocks if re.search(r'^msgstr(\[\d\])? ""(?!\n")', block, re.M)]
    return len(blocks), len(empty)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_nothing_is_untranslated(language: str) -> None:
    total, empty = written(language)
    assert total > 1000
    assert empty == 0


def test_both_know_the_same_texts() -> None:
    assert set(catalogue("en")) == set(catalogue("sv"))


def test_placeholders_are_kept() -> None:
    for key, text in catalogue("en").items():
        singular = key if isinstance(key, str) else key[0]  # type: ignore[index]
        if isinstance(key, str):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(singular)), key


def test_swedish_is_itself() -> None:
    assert all(text == key for key, text in catalogue("sv").items() if isinstance(key, str))
