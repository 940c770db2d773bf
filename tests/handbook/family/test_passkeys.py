"""Passkeys on the server's side, with a device made of software; the browser's side is tried in Chromium."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from tests.handbook.family.conftest import account, signed_in
from yakuba.handbook.models import FamilyAccount, PasskeyChallenge
from yakuba.handbook.services.families import passkeys
from yakuba.handbook.services.families.errors import BadField, Locked, Wrong

pytestmark = pytest.mark.django_db
HOST, ORIGIN, HERE = "localhost:8460", "http://localhost:8460", "192.0.2.1"
FLAG = AuthenticatorData.FLAG


@dataclass
class Device:
    """An authenticator with one key; ``count`` is its signature counter (0: it has none)."""

    name: bytes = b"device-1"
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = b""
    origin: str = ORIGIN
    flags: int = FLAG.UP | FLAG.UV

    def _data(self, options: dict[str, Any], *, new: bool) -> AuthenticatorData:
        named = options["rp"]["id"] if new else options["rpId"]
        made = AttestedCredentialData.create(
            b"\0" * 16, self.name, ES256.from_cryptography_key(self.key.public_key())
        )
        flags = FLAG(self.flags | (FLAG.AT if new else 0))
        return AuthenticatorData.create(
            sha256(named.encode()).digest(), flags, self.count, made if new else b""
        )

    def _client(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["challenge"]), self.origin)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        packed = {key: websafe_encode(value) for key, value in response.items()}
        named = websafe_encode(self.name)
        return {"id": named, "rawId": named, "type": "public-key", "response": packed}

    def create(self, begun: passkeys.Begun) -> dict[str, Any]:
        options = begun.options["publicKey"]
        self.handle = websafe_decode(options["user"]["id"])
        made = AttestationObject.create("none", self._data(options, new=True), {})
        return self._answer(clientDataJSON=self._client("webauthn.create", options), attestationObject=made)

    def get(self, begun: passkeys.Begun) -> dict[str, Any]:
        options = begun.options["publicKey"]
        client, data = self._client("webauthn.get", options), self._data(options, new=False)
        signature = self.key.sign(bytes(data) + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.handle
        )


def add(adult: FamilyAccount, device: Device, now: datetime) -> None:
    begun = passkeys.begin_adding(adult, HOST, now)
    passkeys.finish_adding(adult, HOST, begun.secret, device.create(begun), "Android", now)


def sign_in(device: Device, now: datetime, begun: passkeys.Begun | None = None) -> FamilyAccount:
    begun = begun or passkeys.begin_sign_in(HOST, now)
    return passkeys.finish_sign_in(HOST, begun.secret, device.get(begun), HERE, now)


@pytest.fixture
def device(parent: FamilyAccount, now: datetime) -> Device:
    """A device that holds a passkey of the mother."""
    found = Device()
    add(parent, found, now)
    return found


def test_a_passkey_signs_in_its_own_account(parent: FamilyAccount, device: Device, now: datetime) -> None:
    account("他人")
    assert sign_in(device, now) == parent


def test_nothing_secret_is_kept(parent: FamilyAccount, device: Device) -> None:
    (kept,) = parent.passkeys
    assert set(kept) == {"id", "data", "count", "label", "added_on"}


def test_a_challenge_is_used_once(device: Device, now: datetime) -> None:
    begun = passkeys.begin_sign_in(HOST, now)
    sign_in(device, now, begun)
    with pytest.raises(Wrong):
        sign_in(device, now, begun)


def test_a_challenge_lives_for_five_minutes(device: Device, now: datetime) -> None:
    begun = passkeys.begin_sign_in(HOST, now)
    with pytest.raises(Wrong):
        sign_in(device, now + passkeys.LIFE, begun)
    begun = passkeys.begin_sign_in(HOST, now)
    assert sign_in(device, now + passkeys.LIFE - timedelta(seconds=1), begun)


def test_old_challenges_are_forgotten(device: Device, now: datetime) -> None:
    passkeys.begin_sign_in(HOST, now)
    passkeys.begin_sign_in(HOST, now + passkeys.LIFE)
    assert PasskeyChallenge.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://example.org"},
        {"origin": "http://localhost.example.org"},
        {"flags": FLAG.UP},
        {"flags": FLAG.UV},
        {"handle": b"somebody else"},
        {"handle": b"\xff"},
        {"name": b"another device"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    device: Device, now: datetime, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(device, name, value)
    with pytest.raises(Wrong):
        sign_in(device, now)


def test_a_copied_device_is_noticed_by_its_counter(parent: FamilyAccount, now: datetime) -> None:
    device = Device(count=5)
    add(parent, device, now)
    with pytest.raises(Wrong):
        sign_in(device, now)
    device.count = 6
    sign_in(device, now)
    with pytest.raises(Wrong):
        sign_in(device, now)


def test_the_challenge_of_one_account_adds_nothing_to_another(parent: FamilyAccount, now: datetime) -> None:
    begun = passkeys.begin_adding(parent, HOST, now)
    other = account("他人")
    with pytest.raises(Wrong):
        passkeys.finish_adding(other, HOST, begun.secret, Device().create(begun), "", now)
    with pytest.raises(Wrong):
        passkeys.finish_sign_in(HOST, begun.secret, Device().create(begun), HERE, now)
    assert other.passkeys == []


@pytest.mark.parametrize("change", [{"origin": "https://example.org"}, {"flags": FLAG.UP}])
def test_a_new_passkey_that_does_not_fit_is_not_kept(
    parent: FamilyAccount, now: datetime, change: dict[str, Any]
) -> None:
    with pytest.raises(Wrong):
        add(parent, Device(**change), now)
    parent.refresh_from_db()
    assert parent.passkeys == []


def test_a_forgotten_passkey_no_longer_signs_in(parent: FamilyAccount, device: Device, now: datetime) -> None:
    passkeys.remove(parent, parent.passkeys[0]["id"])
    with pytest.raises(Wrong):
        sign_in(device, now)


def test_ten_passkeys_are_enough(parent: FamilyAccount, now: datetime) -> None:
    for at in range(passkeys.MOST_PASSKEYS):
        add(parent, Device(name=f"device {at}".encode()), now)
    with pytest.raises(BadField):
        passkeys.begin_adding(parent, HOST, now)


def test_failures_are_counted_per_address(device: Device, now: datetime) -> None:
    device.flags = FLAG.UP
    for _ in range(20):
        with pytest.raises(Wrong):
            sign_in(device, now)
    device.flags = FLAG.UP | FLAG.UV
    with pytest.raises(Locked):
        sign_in(device, now)


class TestPages:
    """What the script asks and what it is told."""

    def post(self, client: Client, name: str, body: Any) -> Any:
        return client.post(f"/handbook/{name}/", json.dumps(body), content_type="application/json")

    def test_the_whole_way(self, inside: Client, parent: FamilyAccount) -> None:
        device = Device(origin="https://testserver")
        asked = self.post(inside, "account/passkeys/begin", {}).json()
        begun = passkeys.Begun(asked["options"], asked["secret"])
        body = {"secret": begun.secret, "credential": device.create(begun), "next": ""}
        assert self.post(inside, "account/passkeys/finish", body).json() == {
            "next": "/handbook/account/?passkey"
        }
        client = Client()
        asked = self.post(client, "passkey/begin", {}).json()
        begun = passkeys.Begun(asked["options"], asked["secret"])
        body = {"secret": begun.secret, "credential": device.get(begun), "next": "https://example.org/"}
        assert self.post(client, "passkey/finish", body).json() == {"next": "/handbook/children/"}
        assert client.get("/handbook/account/").status_code == 200
        parent.refresh_from_db()
        (kept,) = parent.passkeys
        client.post(f"/handbook/account/passkeys/{kept['id']}/remove/")
        parent.refresh_from_db()
        assert parent.passkeys == []

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("no object", 400),
            ({}, 400),
            ({"secret": 1, "credential": {}}, 400),
            ({"secret": "x", "credential": []}, 400),
            ({"secret": "x", "credential": {}, "next": 1}, 400),
            ({"secret": "x" * 30_000, "credential": {}}, 400),
            ({"secret": "x", "credential": {}}, 422),
        ],
    )
    def test_bodies_that_are_none(self, client: Client, home: object, body: Any, status: int) -> None:
        assert self.post(client, "passkey/finish", body).status_code == status

    def test_a_body_that_is_no_json(self, client: Client, home: object) -> None:
        answer = client.post("/handbook/passkey/finish/", b"\xff{", content_type="application/json")
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "credential",
        [
            {},
            {"response": {}},
            {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "!"}},
        ],
    )
    def test_answers_that_are_none_sign_nobody_in(
        self, client: Client, home: object, credential: Any
    ) -> None:
        asked = self.post(client, "passkey/begin", {}).json()
        answer = self.post(client, "passkey/finish", {"secret": asked["secret"], "credential": credential})
        assert answer.status_code == 422
        assert client.get("/handbook/account/").status_code == 302

    def test_a_link_asks_for_nothing(self, client: Client, home: object) -> None:
        for name in ("passkey/begin", "passkey/finish", "account/passkeys/begin", "account/passkeys/finish"):
            assert client.get(f"/handbook/{name}/")["Location"] == "/handbook/"

    def test_only_the_sign_in_page_may_ask_the_device(self, client: Client, inside: Client) -> None:
        assert "publickey-credentials-get=(self)" in client.get("/handbook/")["Permissions-Policy"]
        assert "publickey-credentials-get=()" in inside.get("/handbook/account/")["Permissions-Policy"]

    def test_strangers_add_nothing(self, client: Client, home: object) -> None:
        assert self.post(client, "account/passkeys/begin", {}).status_code == 302
        assert not PasskeyChallenge.objects.exists()

    def test_the_device_is_named_for_its_person(self, parent: FamilyAccount) -> None:
        client = signed_in(parent)
        assert "Android, Chrome" in client.get("/handbook/account/").content.decode()
