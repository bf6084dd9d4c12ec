"""A phone's authenticator in memory: it makes passkeys and signs with them as a browser would hand it on."""

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://localhost:8000"


class Phone:
    """``verified`` False: touched, but not unlocked."""

    def __init__(self, *, origin: str = ORIGIN, verified: bool = True) -> None:
        self.origin = origin
        flags = AuthenticatorData.FLAG
        self.flags = flags.UP | (flags.UV if verified else flags(0))
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.user_handle = b""

    def make(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page (``data-options``), as the hidden field carries it."""
        asked = options["publicKey"]
        self.user_handle = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()), self.flags | AuthenticatorData.FLAG.AT, 0, credential
        )
        attestation = AttestationObject.create("none", data, {})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=bytes(attestation))

    def sign(self, options: dict[str, Any]) -> str:
        asked = options["publicKey"]
        data = AuthenticatorData.create(sha256(asked["rpId"].encode()), self.flags, 1)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(bytes(data) + sha256(client), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.user_handle
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: bytes) -> str:
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": {},
            }
        )
