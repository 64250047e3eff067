"""Personal data is masked before anything is indexed, stored or sent on."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<![\w€])(?:\+\d{2}\s?\(?0?\)?[\s-]?\d{1,3}|\(0\d{1,3}\)|0\d{1,3})(?:[\s-]?\d{2,4}){2,4}(?![\w%])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}\s?(?:[A-Z0-9]{4}\s?){2,6}[A-Z0-9]{1,4}\b")
_BSN = re.compile(r"(?<!\d)(\d{9}|\d{4}[.\s]\d{2}[.\s]\d{3})(?!\d)")
_NAME = r"[A-ZÀ-Þ][\w’'-]+(?:\s+(?:van|de|der|den|ter|ten|te|von|el|la|[A-ZÀ-Þ][\w’'-]+)){1,4}"
_NAME_WORD = r"(?:[A-ZÀ-Þ][\w’'-]+|van|de|der|den)"
_INTRODUCED = re.compile(
    rf"\b([Mm]ijn naam is|[Ii]k heet|[Mm]y name is|[Ii] am called)\s+({_NAME_WORD}(?:\s+{_NAME_WORD}){{0,3}})"
)
_NEAR_CONTACT = re.compile(
    rf"({_NAME})(?=(?:[\s,:]+(?:op|via|at|on|Tel|tel|Telefoon|T|M|E|Mail|mail)[.:]?){{0,2}}[\s,:]*\[(?:telefoon|e-mail)\])"
)


def _is_bsn(digits: str) -> bool:
    """The eleven test that a Dutch citizen service number passes (weights 9..2, -1)."""
    numbers = [int(char) for char in digits if char.isdigit()]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return any(numbers) and sum(w * n for w, n in zip(weights, numbers, strict=True)) % 11 == 0


def mask_contacts(text: str) -> str:
    """Replace phone numbers, e-mail addresses and the name just before them."""
    masked = _EMAIL.sub("[e-mail]", text)
    masked = _PHONE.sub("[telefoon]", masked)
    return _NEAR_CONTACT.sub("[naam]", masked)


def mask_personal(text: str) -> str:
    """Replace what nobody needs in a question: contacts, IBAN, BSN, and a name after "mijn naam is"."""
    masked = _IBAN.sub("[iban]", text)
    masked = _BSN.sub(lambda found: "[bsn]" if _is_bsn(found[0]) else found[0], masked)
    masked = mask_contacts(masked)
    return _INTRODUCED.sub(lambda found: f"{found[1]} [naam]", masked)
