"""Where messages are delivered to in tests: real servers for mail and web; and a town with something to tell."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from geo_service.settings import Settings
from layers import channels, inbox
from layers.channels import Subscription
from layers.model import Category, Person, Stage
from layers.store import Store
from layers.store.notices import Channel, Delivery, Notice
from tests.postgis_servers import free_port

NOW = datetime(2021, 12, 3, 2, 0, tzinfo=UTC)
RUBBISH = Category(code="0102", parent="01", name_zh="暴露垃圾", name_en="Rubbish",
                   case_limit=Stage("case", "natural_days", 3))  # fmt: skip
FACTS = {"code": "P1", "category": "0102", "place": "福强路东段", "note": "还有垃圾", "by": "CHECK"}
LATER = timedelta(days=2)


class Post:
    """A mail server that keeps what it gets; mails to `refused@…` are refused for good."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("refused@"):
            return "550 no such person"
        if address.startswith("later@"):
            return "451 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.to.extend(envelope.rcpt_tos)
        return "250 OK"


def smtp(handler: Post, **options: Any) -> Controller:
    made = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    made.start()
    return made


def settings(**more: Any) -> Settings:
    return Settings(base_url="http://map.town.example", send_timeout_s=0.5, **more)


@contextmanager
def mail_server() -> Iterator[tuple[Post, Settings]]:
    """A mail server, and the settings that lead to it."""
    handler = Post()
    server = smtp(handler)
    try:
        yield handler, settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_from="geo@town.example")
    finally:
        server.stop()


class Web:
    """A web server that answers as it is told, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[int | float] = []  # a status, or seconds to hang
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = outer.answers.pop(0) if outer.answers else 204
                if isinstance(answer, float):
                    time.sleep(answer)
                    return
                self.send_response(answer)
                if answer in (301, 302, 307):
                    self.send_header("Location", f"{outer.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def with_people(store: Store) -> Store:
    """A category, somebody in the field, somebody who checks, and an administrator."""
    with store.writing() as session:
        session.town.put_categories([RUBBISH])
        session.duties.put_people([
            Person(code="GRID", name="张网格"), Person(code="CHECK", name="李督查"),
            Person(code="ADMIN", name="王管理", roles=("administrator",)),
        ])  # fmt: skip
    return store


def subscribed(store: Store, channel: str, target: str, **more: Any) -> Channel:
    return channels.subscribe(store, Subscription(channel=channel, target=target, **more), now=NOW)


def told(store: Store, kind: str = "returned", person: str = "GRID", **facts: Any) -> None:
    with store.writing() as session:
        inbox.put(session, [
            Notice(person=person, kind=kind, urgency="now", at=NOW, problem_id=7, facts={**FACTS, **facts})
        ])  # fmt: skip


def only(store: Store, channel: Channel) -> Delivery:
    with store.reading() as session:
        (one,) = session.deliveries.of(channel.id, 9)
    return one
