"""How the secrets of second factors are sealed."""

import base64
from uuid import UUID

from core.crypto import seal, unseal

_FIELD = "accounts.second_factor"
# allauth does not say whose secret it hands over, so the seal is bound to the kind of secret alone.
_ROW = UUID(int=0)


def seal_secret(text: str) -> str:
    """Seal with the data key (AES-256-GCM); base64."""
    return base64.b64encode(seal(text.encode(), field=_FIELD, row=_ROW)).decode()


def unseal_secret(sealed: str) -> str:
    """Open what `seal_secret` sealed. Raises KeyringError, SealBroken."""
    return unseal(base64.b64decode(sealed), field=_FIELD, row=_ROW).decode()
