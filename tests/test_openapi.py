"""What the document of the API says of signing in is what the service asks for."""

import httpx
import pytest

from geo_service.security.rules import RULES
from tests.conftest import COOKIES, Service

ASKED = "/api/v1/people"  # for everybody who has signed in


@pytest.fixture
def document(service: Service) -> dict:
    return httpx.get(f"{service.web}/openapi.json").raise_for_status().json()


def test_token_and_cookie_let_in_as_the_document_says(service: Service, document: dict) -> None:
    schemes = document["components"]["securitySchemes"]
    token, session = schemes["token"], schemes["session"]
    assert (token["type"], session["type"], session["in"]) == ("http", "apiKey", "cookie")
    shown = {
        "token": {"authorization": f"{token['scheme']} {service.token}"},
        "session": {"cookie": f"{session['name']}={COOKIES[service.url]}"},
    }
    offered = document["paths"][ASKED]["get"]["security"]
    assert offered == [{name: []} for name in shown]
    for headers in shown.values():
        assert httpx.get(service.web + ASKED, headers=headers).status_code == 200
    assert httpx.get(service.web + ASKED).status_code == 401


def test_only_what_the_public_may_do_is_offered_without_signing_in(document: dict) -> None:
    said = {
        (method.upper(), path): {} in operation["security"]
        for path, operations in document["paths"].items() for method, operation in operations.items()
    }  # fmt: skip
    assert said[("GET", "/api/v1/problems")] and not said[("POST", "/api/v1/problems")]
    assert said == {key: RULES[key].public for key in said}
