"""The unit of work behind `await`: `AsyncSession`, for asyncio and trio (extra `async`)."""

from __future__ import annotations

try:
    import anyio as _anyio  # noqa: F401  what the modules below stand on
except ImportError as _error:
    _MSG = "linode_orm.aio needs anyio: pip install 'linode_orm[async]'"
    raise ImportError(_MSG) from _error

from linode_orm.aio.query import AsyncQuery
from linode_orm.aio.session import AsyncSession

__all__ = ["AsyncQuery", "AsyncSession"]
