"""A small OpenID provider of the tests: a real HTTP server that signs id tokens, and lies on request.

Run as `python -m tests.openid_provider PORT`. What it shall say is posted to /behave as JSON: `claims` to set in the
id token (null leaves one out), `alg` ("none", "HS256"), `foreign_key` (sign with a key that it does not publish),
`iss` of the answer, `issuer` of the description.
"""

import sys
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import uvicorn
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "geo-service", "a secret: with/signs"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, auto_kid=False)
FOREIGN = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)


def application(base: str) -> FastAPI:
    app = FastAPI()
    asked: dict[str, dict[str, str]] = {}
    says: dict[str, Any] = {}

    @app.post("/behave")
    async def behave(request: Request) -> Response:
        says.clear()
        says.update(await request.json())
        return Response(status_code=204)

    @app.get("/.well-known/openid-configuration")
    def describe() -> dict[str, str]:
        return {
            "issuer": says.get("issuer", base), "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/keys",
        }  # fmt: skip

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        """The person has signed in here already and agrees at once."""
        query = dict(request.query_params)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(asked)}"
        asked[code] = query
        answer = {"code": code, "state": query["state"], "iss": says.get("iss", base)}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(says.get('answer', answer))}", 303)

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        query = asked.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        user = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        right = user == "geo-service:a%20secret%3A%20with%2Fsigns"
        if (
            not query
            or not right
            or query["code_challenge"] != challenge
            or query["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed(query["nonce"])})

    def signed(nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": base, "aud": CLIENT, "sub": "s-1", "preferred_username": "zhang", "nonce": nonce, "iat": now,
                  "exp": now + 300, **says.get("claims", {})}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if says.get("alg") == "none":
            parts = ({"alg": "none", "kid": "one"}, claims)
            return ".".join([*(urlsafe_b64encode(orjson.dumps(p)).decode().rstrip("=") for p in parts), ""])
        if says.get("alg") == "HS256":  # signed with what everybody may know: the public key
            key = OctKey.import_key(KEY.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, key)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, FOREIGN if says.get("foreign_key") else KEY)

    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(application(f"http://127.0.0.1:{port}"), host="127.0.0.1", port=port, log_level="warning")
