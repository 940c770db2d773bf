"""A small OpenID Connect provider on loopback: discovery, authorize, token, keys, userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "yakuba"
CLIENT_SECRET = "a client secret"


class Provider:
    """Serves until ``close``; ``claims`` are put into the ID token; the switches plant faults."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key: Any = self.key
        self.claims: dict[str, Any] = {"sub": "subject-1", "preferred_username": "1001"}
        self.audience = CLIENT_ID
        self.without_id_token = False
        self.issuer = ""  # what discovery says; empty = its own address
        self.nonce: str | None = "echo"  # what the ID token carries; "echo" = what was sent
        self.token_key: tuple[Any, str] | None = None  # another key and algorithm for the ID token
        self.moved_to = ""  # where discovery redirects to
        self.authorized: list[dict[str, str]] = []
        self.issued: list[str] = []
        self.lifetime = 300
        self.codes: dict[str, dict[str, str]] = {}
        self.redeemed: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        entry = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**entry, "kid": "key-1", "alg": "RS256", "use": "sig"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, as if the person had signed in there."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        self.authorized.append(query)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or form.get("client_secret") != CLIENT_SECRET
            or asked["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        self.redeemed.append(form)
        answer: dict[str, Any] = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        if not self.without_id_token:
            now = int(time.time())
            claims = {
                "iss": self.url,
                "aud": self.audience,
                "iat": now,
                "exp": now + self.lifetime,
                **self.claims,
            }
            if self.nonce is not None:
                claims["nonce"] = asked.get("nonce") if self.nonce == "echo" else self.nonce
            key, algorithm = self.token_key or (self.signing_key, "RS256")
            answer["id_token"] = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "key-1"})
        self.issued += [str(answer[name]) for name in ("access_token", "id_token") if name in answer]
        return 200, answer

    def _handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                if provider.moved_to and parts.path == "/.well-known/openid-configuration":
                    self.send_response(302)
                    self.send_header("Location", provider.moved_to)
                    self.end_headers()
                elif parts.path in ("/.well-known/openid-configuration", "/elsewhere"):
                    self.answer(200, provider.discovery())
                elif parts.path == "/keys":
                    self.answer(200, provider.keys())
                elif parts.path == "/userinfo":
                    self.answer(200, provider.claims)
                else:
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*provider.token({key: values[0] for key, values in parse_qs(body).items()}))

            def answer(self, status: int, content: dict[str, Any]) -> None:
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        return Handler
