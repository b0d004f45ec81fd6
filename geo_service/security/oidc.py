"""Signing in with an OpenID provider: authorization code, PKCE, state, nonce (OpenID Connect Core 1.0, RFC 7636).

What the provider says is believed only after its signature was checked with one of its public keys, by an algorithm
of public keys, and only if it was said now, by this provider, to us, and in answer to this browser.
"""

import secrets
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from http.client import HTTPException
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from layers.errors import NotSignedIn
from layers.words import msg

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY_S = 60
_MOST_BYTES = 1 << 20
_RANDOM_BYTES = 32
_Form = tuple[bytes | None, Mapping[str, str]]
_AT_ONCE = BoundedSemaphore(8)  # a provider that is slow must not keep every thread of the service waiting
_NO_FORM: _Form = (None, {})
_REFUSED = msg("The other service did not confirm who you are.")


class NotConfirmed(NotSignedIn):
    """The provider has not confirmed who somebody is; `why` is for the log."""

    def __init__(self, why: str):
        super().__init__(_REFUSED)
        self.why = why


@dataclass(frozen=True, slots=True)
class Client:
    """How we are known to the provider, and how long we wait for it."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    wait_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Errand:
    """What a browser is sent to the provider with, and must bring back: only it knows these."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def new(cls, there: str) -> "Errand":
        """Fresh random values; `there` is where to go on to afterwards."""
        state, nonce, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3))
        return cls(state, nonce, verifier, there)

    def packed(self) -> str:
        """As the value of a cookie."""
        said = {"state": self.state, "nonce": self.nonce, "verifier": self.verifier, "next": self.next}
        return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")

    @classmethod
    def unpacked(cls, value: str) -> "Errand":
        """From the cookie; NotConfirmed where it is missing or broken."""
        try:
            said = orjson.loads(_unpadded(value))
            return cls(*(str(said[name]) for name in ("state", "nonce", "verifier", "next")))
        except (ValueError, KeyError, TypeError) as error:
            raise NotConfirmed("the cookie of the errand is missing or broken") from error


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whom the provider has confirmed."""

    subject: str
    username: str


def way_there(client: Client, errand: Errand, back: str) -> str:
    """Where to send the browser; it comes back to `back`. NotConfirmed where the provider cannot be reached."""
    challenge = urlsafe_b64encode(sha256(errand.verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": back, "scope": "openid profile",
        "state": errand.state, "nonce": errand.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    address = str(_description(client)["authorization_endpoint"])
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def confirmed(client: Client, errand: Errand, answer: Mapping[str, str], back: str, *, now_s: float) -> Confirmed:
    """Whom the answer that the browser brings stands for. NotConfirmed for anything that is not in order."""
    if not compare_digest(answer.get("state", "").encode(), errand.state.encode()):
        raise NotConfirmed("the state is not the one that was sent")
    if answer.get("iss", client.issuer) != client.issuer:  # RFC 9207
        raise NotConfirmed("the answer comes from another provider")
    if "code" not in answer:
        raise NotConfirmed(f"the provider said: {answer.get('error', 'nothing')[:80]!r}")
    about = _description(client)
    said = _fetched(client, str(about["token_endpoint"]), _for_code(client, errand, answer["code"], back))
    keys = _fetched(client, str(about["jwks_uri"]))
    return _checked(client, str(said.get("id_token", "")), keys, errand.nonce, now_s)


def _checked(client: Client, id_token: str, keys: Mapping[str, Any], nonce: str, now_s: float) -> Confirmed:
    rules = jwt.JWTClaimsRegistry(
        now=int(now_s), leeway=_LEEWAY_S, iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id}, exp={"essential": True}, iat={"essential": True},
        sub={"essential": True}, nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        key_set = KeySet.import_key_set({"keys": [key for key in keys["keys"] if key.get("use", "sig") == "sig"]})
        claims = jwt.decode(id_token, key_set, algorithms=_ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotConfirmed(f"the id token is not in order: {type(error).__name__}: {error}") from error
    if claims.get("azp", client.client_id) != client.client_id:
        raise NotConfirmed("the id token was made for another client")
    return Confirmed(str(claims["sub"]), str(claims.get("preferred_username") or ""))


def _description(client: Client) -> Mapping[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""
    about = _fetched(client, f"{client.issuer.rstrip('/')}/.well-known/openid-configuration")
    if about.get("issuer") != client.issuer:
        raise NotConfirmed(f"the provider calls itself {about.get('issuer')!r}")
    missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - about.keys()
    if missing:
        raise NotConfirmed(f"the provider does not name its {sorted(missing)}")
    return about


def _for_code(client: Client, errand: Errand, code: str, back: str) -> _Form:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": client.client_id,
            "code_verifier": errand.verifier}  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if client.secret:
        pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return urlencode(form).encode(), headers


class _Staying(HTTPRedirectHandler):
    """A secret is not carried on to another address."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def _fetched(client: Client, address: str, form: _Form = _NO_FORM) -> Mapping[str, Any]:
    """The JSON object at an address of the provider; by http only where the provider itself is so."""
    schemes = {"https", urlsplit(client.issuer).scheme} & {"https", "http"}
    if urlsplit(address).scheme not in schemes:
        raise NotConfirmed(f"an address that is not taken: {address[:200]!r}")
    body, headers = form
    asked = Request(address, body, {"Accept": "application/json", **headers})  # noqa: S310 (the scheme was checked)
    if not _AT_ONCE.acquire(blocking=False):
        raise NotConfirmed("too many are on their way at this moment")
    try:
        with build_opener(_Staying()).open(asked, timeout=client.wait_s) as answer:
            said = orjson.loads(answer.read(_MOST_BYTES))
    except (OSError, HTTPException, ValueError) as error:
        raise NotConfirmed(f"{urlsplit(address).path}: {error}") from error
    finally:
        _AT_ONCE.release()
    if not isinstance(said, dict):
        raise NotConfirmed(f"{urlsplit(address).path}: not a JSON object")
    return said


def _unpadded(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))
