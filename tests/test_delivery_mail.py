"""Mails against a real mail server: what arrives, what is refused, what is trusted."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from geo_service.settings import Settings
from geo_service.workers.delivery import deliver
from layers.store import Store
from tests.conftest import missing
from tests.postgis_servers import free_port
from tests.receivers import LATER, NOW, Post, mail_server, only, settings, smtp, subscribed, told, with_people


@pytest.fixture
def town(store: Store) -> Store:
    return with_people(store)


@pytest.fixture
def post() -> Iterator[tuple[Post, Settings]]:
    with mail_server() as made:
        yield made


def test_a_mail_arrives_in_chinese_as_plain_text(town: Store, post: tuple[Post, Settings]) -> None:
    handler, given = post
    mine = subscribed(town, "mail", "grid@town.example", person="GRID")
    told(town)
    assert deliver(town, given, NOW) == 1
    (mail,) = handler.mails
    assert handler.to == ["grid@town.example"]
    assert mail["Subject"] == "返工 P1"
    assert mail["From"] == "geo@town.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "案件编号：P1" in text.splitlines()
    assert "福强路东段" in text and "暴露垃圾" in text and "还有垃圾" in text
    assert "http://map.town.example/maps/open-problems?id=7" in text
    sent = only(town, mine)
    assert (sent.attempts, sent.next_at, sent.last_error) == (1, None, "")
    assert sent.done_at is not None
    assert deliver(town, given, NOW + LATER) == 0


def test_nothing_can_break_out_of_a_header(town: Store, post: tuple[Post, Settings]) -> None:
    handler, given = post
    subscribed(town, "mail", "grid@town.example", person="GRID")
    told(town, code="P1\r\nBcc: thief@town.example\r\n\r\nhello")
    assert deliver(town, given, NOW) == 1
    (mail,) = handler.mails
    assert handler.to == ["grid@town.example"]
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("P1 Bcc: thief@town.example hello")


def test_who_is_refused_for_good_is_not_tried_again(town: Store, post: tuple[Post, Settings]) -> None:
    _, given = post
    gone = subscribed(town, "mail", "refused@town.example", person="GRID")
    told(town)
    assert deliver(town, given, NOW) == 0
    assert only(town, gone).next_at is None
    assert only(town, gone).last_error.startswith("550 no such person")


def test_who_is_refused_for_now_is_tried_again(town: Store, post: tuple[Post, Settings]) -> None:
    _, given = post
    later = subscribed(town, "mail", "later@town.example", person="GRID")
    told(town)
    deliver(town, given, NOW)
    assert only(town, later).next_at is not None
    assert only(town, later).last_error.startswith("451")


def test_without_a_mail_server_it_waits_and_says_why(town: Store) -> None:
    mine = subscribed(town, "mail", "grid@town.example", person="GRID")
    told(town)
    assert deliver(town, settings(), NOW) == 0
    assert "GEO_SERVICE_SMTP_HOST" in only(town, mine).last_error
    assert deliver(town, settings(smtp_host="127.0.0.1", smtp_port=free_port()), NOW + LATER) == 0
    assert "ConnectionRefusedError" in only(town, mine).last_error


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_it_logs_in_where_the_server_asks_for_it(town: Store) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"geo", b"h0ly")
        return AuthResult(success=right, handled=False)

    handler = Post()
    server = smtp(handler, authenticator=check, auth_require_tls=False, auth_required=True)
    try:
        given = settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_user="geo", smtp_password="h0ly")
        mine = subscribed(town, "mail", "grid@town.example", person="GRID")
        told(town)
        assert deliver(town, settings(smtp_host="127.0.0.1", smtp_port=server.port), NOW) == 0
        assert only(town, mine).next_at is not None
        assert deliver(town, given, NOW + LATER) == 1
        assert len(handler.mails) == 1
    finally:
        server.stop()
    assert "h0ly" not in repr(given)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    if shutil.which("openssl") is None:
        missing("openssl")
    made, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def test_with_starttls_only_a_server_that_can_prove_itself_is_trusted(
    town: Store, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    handler = Post()
    server = smtp(handler, tls_context=context, require_starttls=True)
    try:
        given = settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_starttls=True)
        mine = subscribed(town, "mail", "grid@town.example", person="GRID")
        told(town)
        assert deliver(town, given, NOW) == 0
        assert "CERTIFICATE_VERIFY_FAILED" in only(town, mine).last_error
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert deliver(town, given, NOW + LATER) == 1
    finally:
        server.stop()
    assert len(handler.mails) == 1
