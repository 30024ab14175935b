"""NodeBalancerConfig: one port of a NodeBalancer, and how its traffic is balanced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import UNSET, Field, Many, Model, Nested, One, ReadOnly, SessionBase, Unset, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.nodebalancers.node_balancer_node import NodeBalancerNode


class NodeBalancerConfigNodesStatus(Nested):
    """What stands under `nodes_status` of a NodeBalancerConfig."""

    down: ReadOnly[int]
    up: ReadOnly[int]


class NodeBalancerConfig(
    Model, path="/nodebalancers/{node_balancer}/configs", parent="NodeBalancer", natural_key=("port",)
):
    """One port of a NodeBalancer, and how its traffic is balanced."""

    id: ReadOnly[int]
    algorithm: Field[Literal["roundrobin", "leastconn", "ring_hash", "source"] | str]
    check: Field[Literal["none", "connection", "http", "http_body"] | str]
    check_attempts: Field[int]
    check_body: Field[str]
    check_interval: Field[int]
    check_passive: Field[bool]
    check_path: Field[str]
    check_timeout: Field[int]
    cipher_suite: Field[Literal["recommended", "legacy"] | str]
    nodebalancer_id: ReadOnly[int] = ReadOnly(refers="NodeBalancer")
    nodes_status: ReadOnly[NodeBalancerConfigNodesStatus] = ReadOnly(volatile=True)
    port: Field[int]
    protocol: Field[Literal["udp", "tcp", "http", "https"] | str]
    proxy_protocol: Field[Literal["none", "v1", "v2"] | str]
    ssl_cert: Field[str | None] = Field(redacted=True, format="ssl-cert")
    ssl_commonname: ReadOnly[str]
    ssl_fingerprint: ReadOnly[str]
    ssl_key: Field[str | None] = Field(redacted=True, format="ssl-key")
    stickiness: Field[Literal["none", "session", "source_ip", "table", "http_cookie"] | str]
    udp_check_port: Field[int | None] = Field(absent=True, default=80)
    udp_session_timeout: ReadOnly[int | None] = ReadOnly(absent=True)
    node_balancer: One[NodeBalancer] = One("NodeBalancer")
    nodes: Many[NodeBalancerNode] = Many("NodeBalancerNode", create_key="nodes")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: NodeBalancer | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            nodes: Sequence[NodeBalancerNode] | Sequence[Mapping[str, object]],
            node_balancer: NodeBalancer | int = ...,
            algorithm: Literal["roundrobin", "leastconn", "ring_hash", "source"] | str = ...,
            check: Literal["none", "connection", "http", "http_body"] | str = ...,
            check_attempts: int = ...,
            check_body: str = ...,
            check_interval: int = ...,
            check_passive: bool = ...,
            check_path: str = ...,
            check_timeout: int = ...,
            cipher_suite: Literal["recommended", "legacy"] | str = ...,
            port: int = ...,
            protocol: Literal["udp", "tcp", "http", "https"] | str = ...,
            proxy_protocol: Literal["none", "v1", "v2"] | str = ...,
            ssl_cert: str | None = ...,
            ssl_key: str | None = ...,
            stickiness: Literal["none", "session", "source_ip", "table", "http_cookie"] | str = ...,
            udp_check_port: int | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "rebuild", answers="NodeBalancerConfig")
    def rebuild(
        self,
        *,
        algorithm: str | Unset = UNSET,
        check: str | Unset = UNSET,
        check_attempts: int | Unset = UNSET,
        check_body: str | Unset = UNSET,
        check_interval: int | Unset = UNSET,
        check_passive: bool | Unset = UNSET,
        check_path: str | Unset = UNSET,
        check_timeout: int | Unset = UNSET,
        cipher_suite: str | Unset = UNSET,
        nodes: Sequence[Mapping[str, object]] | Unset = UNSET,
        port: int | Unset = UNSET,
        protocol: str | Unset = UNSET,
        proxy_protocol: str | Unset = UNSET,
        ssl_cert: str | None | Unset = UNSET,
        ssl_key: str | None | Unset = UNSET,
        stickiness: str | Unset = UNSET,
        udp_check_port: int | Unset = UNSET,
    ) -> NodeBalancerConfig:
        """Replace the configuration and its nodes in one request."""
        return act(self, "rebuild", locals())
