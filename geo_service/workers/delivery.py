"""Sends what waits in the outbox: mails by SMTP, signed JSON to web addresses.

At least once, with a number by which the receiver knows what came twice. A delivery is taken by one worker at a time,
tried again with growing waits, and given up in the end; its last error stays readable.
"""

import hmac
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from random import random
from time import monotonic
from urllib.parse import urlsplit

import orjson

from geo_service import notice_texts
from geo_service.problem_answers import names_of
from geo_service.schemas.problems import Names
from geo_service.settings import Settings
from geo_service.words import words_of
from layers import deliveries
from layers.deliveries import Parcel
from layers.rules.sending import Outcome, is_closed
from layers.store import Store

MOST_SECONDS = 30.0  # of one turn, for other tasks wait; what is left is sent at the next
_GONE, _REFUSED_FOR_GOOD = 410, 500


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to write and send: the settings, the words, the town's name."""

    settings: Settings
    names: Names
    town: str
    at: datetime


def deliver(store: Store, settings: Settings, now: datetime) -> int:
    """Send what is due; how much arrived. A channel that failed is left alone until the next turn."""
    begun, arrived = monotonic(), 0
    failed: set[int] = set()
    while monotonic() - begun < MOST_SECONDS:
        at = now + timedelta(seconds=monotonic() - begun)
        taken = deliveries.take(store, now=at, without=failed)
        if taken is None:
            break
        outcome = send(store, settings, taken, now=at)
        arrived += not outcome.error
        if outcome.error:
            failed.add(taken.channel.id)
    return arrived


def send(store: Store, settings: Settings, parcel: Parcel, *, now: datetime) -> Outcome:
    """Send one delivery that was taken, and write what came of it."""
    with store.reading() as session:
        names = names_of(session, words_of(settings.language))
        desk = Desk(settings, names, session.town.get().name, now)
    outcome = _WAYS[parcel.channel.channel](desk, parcel)
    deliveries.settle(store, parcel, outcome, now=now, chance=random())  # noqa: S311 (no secret hangs on it)
    return outcome


# ---------------------------------------------------------------- mail


def mail(desk: Desk, parcel: Parcel) -> EmailMessage:
    """The mail of a delivery: plain text; no value can break out of its header."""
    ready = parcel.delivery.payload or {}
    made = EmailMessage(policy=SMTP)
    made["From"] = desk.settings.smtp_from
    made["To"] = parcel.channel.target
    made["Subject"] = _line(ready.get("subject") or notice_texts.subject(parcel.notice, desk.names, desk.town))
    made["Date"] = format_datetime(desk.at)
    made["Message-ID"] = f"<{_number(parcel)}@geo-service>"
    made["Auto-Submitted"] = "auto-generated"
    text = ready.get("text") or notice_texts.body(parcel.notice, desk.names, desk.settings.base_url)
    made.set_content(str(text), charset="utf-8", cte="base64")
    return made


def _send_mail(desk: Desk, parcel: Parcel) -> Outcome:
    settings = desk.settings
    if not settings.smtp_host:
        return Outcome("no mail server is set (GEO_SERVICE_SMTP_HOST)")
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.send_timeout_s) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail(desk, parcel))
    except smtplib.SMTPRecipientsRefused as error:
        ((code, said),) = error.recipients.values()
        return Outcome(f"{code} {said.decode(errors='replace')}", final=code >= _REFUSED_FOR_GOOD)
    except OSError as error:  # smtplib's own errors are of this kind too
        return Outcome(_said(error))
    return Outcome()


# ---------------------------------------------------------------- web address


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in X-Geo-Service-Signature: HMAC-SHA256 over `timestamp.body`, as `sha256=` and hexadecimal."""
    return "sha256=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def _send_json(desk: Desk, parcel: Parcel) -> Outcome:
    payload = parcel.delivery.payload or {}
    event = notice_texts.event(parcel.notice, payload.get("people", []), desk.names, desk.settings.base_url)
    number = _number(parcel)
    body = orjson.dumps({"delivery": number, "town": desk.town, **event, **_extra(payload)})
    timestamp = str(int(desk.at.astimezone(UTC).timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "geo-service",
        "X-Geo-Service-Delivery": number,
        "X-Geo-Service-Timestamp": timestamp,
        "X-Geo-Service-Signature": signature(parcel.channel.secret, timestamp, body),
    }
    try:
        status = _post(parcel.channel.target, body, headers, desk.settings)
    except NotThere as error:
        return Outcome(_said(error), final=True)
    except (OSError, HTTPException, ValueError) as error:
        return Outcome(_said(error))
    return Outcome() if status in range(200, 300) else Outcome(f"HTTP {status}", gone=status == _GONE)


class NotThere(Exception):
    """Nothing is sent to that address, whoever wants it."""


def _post(address: str, body: bytes, headers: dict[str, str], settings: Settings) -> int:
    """The status of the answer; a redirect is an answer like any other, and is not followed.

    What a name leads to is known only once we are connected, so that is where it is looked at. Raises NotThere.
    """
    parts = urlsplit(address)
    if settings.base_url and parts.netloc.lower() == urlsplit(settings.base_url).netloc.lower():
        raise NotThere("the service itself")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=settings.send_timeout_s)
    try:
        connection.connect()
        _check_peer(connection.sock, settings)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _check_peer(ours: socket.socket, settings: Settings) -> None:
    """Neither an address that is closed, nor our own: then both ends are on this machine, and the port is ours."""
    there, port = ours.getpeername()[:2]
    is_here = there == ours.getsockname()[0] or ip_address(there.partition("%")[0]).is_loopback
    if is_closed(there) or (is_here and port == settings.bound_port):
        raise NotThere("a closed address" if is_closed(there) else "the service itself")


def _extra(payload: object) -> dict[str, object]:
    """A text that was made beforehand takes the place of the notice's own."""
    assert isinstance(payload, dict)  # noqa: S101 (our own writing)
    return {name: payload[name] for name in ("text",) if name in payload}


_WAYS: dict[str, Callable[[Desk, Parcel], Outcome]] = {"mail": _send_mail, "webhook": _send_json}


def _number(parcel: Parcel) -> str:
    """The same at every try: by it a receiver knows what it has already."""
    return f"{parcel.channel.id}-{parcel.delivery.id}"


def _line(text: object) -> str:
    """One line, whatever was in it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
