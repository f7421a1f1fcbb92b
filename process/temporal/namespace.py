"""Set-up of a namespace and its clients: search attributes, and payloads that nobody else reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.service import RPCError, RPCStatusCode

from process.temporal.messages import AWAITS_ATTRIBUTE, STATE_ATTRIBUTE


async def register_search_attributes(client: Client) -> None:
    """Register what ``Cases.find`` searches by, in the client's namespace; again changes nothing.

    Needs the right to administer the namespace.
    """
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes={STATE_ATTRIBUTE: keyword, AWAITS_ATTRIBUTE: keyword}
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def missing_search_attributes(client: Client) -> list[str]:
    """The names of those that are not registered; none where the server does not say."""
    wanted = STATE_ATTRIBUTE, AWAITS_ATTRIBUTE
    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError:
        return []
    return [name for name in wanted if name not in answer.custom_attributes]


def encrypted(encrypt: Callable[[bytes], bytes], decrypt: Callable[[bytes], bytes]) -> DataConverter:
    """A converter for ``Client.connect(…, data_converter=…)`` under which the engine stores only what *encrypt* gives.

    Without it, accounts and references stand readable in the engine's histories and pages, for as long as the namespace
    keeps them. What is not covered, as the engine has to read it: the workflow's id, which holds the order; the names and
    times of what happens; and the search attributes, state and whose move it is. All clients and workers need the same.

    Args:
        encrypt: as ``cryptography.fernet.Fernet(key).encrypt``.
        decrypt: its inverse.
    """
    return replace(
        DataConverter.default,
        payload_codec=_Codec(encrypt, decrypt),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


class _Codec(PayloadCodec):
    ENCODING = b"binary/encrypted"

    def __init__(self, encrypt: Callable[[bytes], bytes], decrypt: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._encrypt, self._decrypt = encrypt, decrypt

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [
            Payload(metadata={"encoding": self.ENCODING}, data=self._encrypt(payload.SerializeToString()))
            for payload in payloads
        ]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self._decoded(payload) for payload in payloads]

    def _decoded(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != self.ENCODING:
            return payload
        return Payload.FromString(self._decrypt(payload.data))
