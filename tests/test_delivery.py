"""Deliveries to web addresses, real ones that verify, fail, hang, redirect and refuse; and several workers at once."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from geo_service.workers.delivery import deliver, send, signature
from layers import channels, deliveries
from layers.rules.sending import MOST_ATTEMPTS
from layers.store import Store, open_store
from tests.receivers import LATER, NOW, Web, mail_server, only, settings, subscribed, told, with_people

SECONDS = timedelta(seconds=1)


@pytest.fixture
def town(store: Store) -> Store:
    return with_people(store)


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.stop()


# ---------------------------------------------------------------- web address


def test_a_web_address_gets_signed_json(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", f"{web.url}/hook?key=1")
    told(town)
    assert deliver(town, settings(), NOW) == 1
    path, headers, body = web.got[0]
    assert path == "/hook?key=1"
    stamp = headers["x-geo-service-timestamp"]
    expected = hmac.new(hook.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-geo-service-signature"] == f"sha256={expected}"
    assert int(stamp) == int(NOW.timestamp())
    said = json.loads(body)
    assert said["delivery"] == headers["x-geo-service-delivery"]
    assert (said["kind"], said["code"], said["problem_id"]) == ("returned", "P1", 7)
    assert said["people"] == [{"code": "GRID", "name": "张网格"}]
    assert said["link"] == "http://map.town.example/maps/open-problems?id=7"
    assert signature("other", stamp, body) != headers["x-geo-service-signature"]


def test_it_fails_twice_and_then_arrives_with_the_same_number(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", web.url)
    told(town)
    web.answers = [500, 503]
    at = NOW
    for error in ("HTTP 500", "HTTP 503"):
        assert deliver(town, settings(), at) == 0
        waiting = only(town, hook)
        assert waiting.last_error == error and waiting.next_at is not None
        assert deliver(town, settings(), waiting.next_at - 2 * SECONDS) == 0  # not before its time
        at = waiting.next_at + SECONDS
    assert deliver(town, settings(), at) == 1
    assert len(web.got) == 3
    assert len({headers["x-geo-service-delivery"] for _, headers, _ in web.got}) == 1
    assert (only(town, hook).attempts, only(town, hook).last_error) == (3, "")


def test_it_is_given_up_after_so_many_tries(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", web.url)
    told(town)
    web.answers = [500] * 50
    for day in range(MOST_ATTEMPTS + 3):
        deliver(town, settings(), NOW + timedelta(days=day))
    ended = only(town, hook)
    assert (ended.attempts, ended.next_at, ended.done_at, ended.last_error) == (MOST_ATTEMPTS, None, None, "HTTP 500")
    assert len(web.got) == MOST_ATTEMPTS


@pytest.mark.parametrize("status", [199 + 101, 302, 307, 404])
def test_only_success_counts_and_no_redirect_is_followed(town: Store, web: Web, status: int) -> None:
    hook = subscribed(town, "webhook", web.url)
    told(town)
    web.answers = [status]
    assert deliver(town, settings(), NOW) == 0
    assert [path for path, _, _ in web.got] == ["/"]
    assert only(town, hook).last_error == f"HTTP {status}"


def test_an_address_that_is_gone_is_switched_off_and_somebody_is_told(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", web.url)
    told(town)
    told(town)
    web.answers = [410]
    deliver(town, settings(), NOW)
    assert deliver(town, settings(), NOW + LATER) == 0
    assert len(web.got) == 1
    with town.reading() as session:
        assert not session.channels.get(hook.id).active
        assert session.channels.get(hook.id).note == "HTTP 410"
        assert [one.kind for one in session.notices.of("ADMIN")] == ["channel_off"]


def test_one_that_hangs_does_not_hold_up_the_others(town: Store, web: Web) -> None:
    slow = subscribed(town, "webhook", f"{web.url}/slow")
    other = Web()
    try:
        good = subscribed(town, "webhook", other.url)
        for _ in range(3):
            told(town)
        web.answers = [5.0]
        assert deliver(town, settings(), NOW) == 3
        assert [path for path, _, _ in web.got] == ["/slow"]  # tried once, then left alone
        assert len(other.got) == 3
        with town.reading() as session:
            errors = {one.last_error for one in session.deliveries.of(slow.id, 9)}
            assert {one.last_error for one in session.deliveries.of(good.id, 9)} == {""}
        assert any("timed out" in error for error in errors)
    finally:
        other.stop()


def test_an_answer_that_is_no_http_is_a_failure(town: Store) -> None:
    with mail_server() as (_, given):
        hook = subscribed(town, "webhook", f"http://127.0.0.1:{given.smtp_port}/")
        told(town)
        assert deliver(town, given, NOW) == 0
    assert only(town, hook).last_error


# ---------------------------------------------------------------- several workers


def test_two_workers_never_send_the_same(town: Store, store_url: str, web: Web) -> None:
    subscribed(town, "webhook", web.url)
    for _ in range(12):
        told(town)
    others = [open_store(store_url) for _ in range(2)]
    begin = threading.Barrier(len(others))
    arrived: list[int] = []

    def work(store: Store) -> None:
        begin.wait()
        arrived.append(deliver(store, settings(), NOW))

    run_all([lambda store=store: work(store) for store in others])  # type: ignore[misc]
    for store in others:
        store.close()
    numbers = [headers["x-geo-service-delivery"] for _, headers, _ in web.got]
    assert len(numbers) == len(set(numbers)) == sum(arrived) == 12


def run_all(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_what_a_dead_worker_had_taken_comes_back(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", web.url)
    told(town)
    assert deliveries.take(town, now=NOW) is not None  # and then it dies
    assert deliver(town, settings(), NOW + SECONDS) == 0
    assert deliver(town, settings(), NOW + deliveries.LEASE + SECONDS) == 1
    assert only(town, hook).attempts == 2


def test_a_test_message_is_sent_at_once_whatever_was_asked_for(town: Store, web: Web) -> None:
    hook = subscribed(town, "webhook", web.url, kinds=("closed",))
    made = channels.test(town, hook.id, now=NOW, keep_until=NOW + deliveries.LEASE)
    assert deliver(town, settings(), NOW) == 0  # the workers leave it alone
    with town.reading() as session:
        parcel = deliveries.parcel(session, made)
    assert send(town, settings(), parcel, now=NOW).error == ""
    assert json.loads(web.got[0][2])["kind"] == "test"
    assert only(town, hook).done_at == NOW
