"""What a resource is: fields, conditions, relations, states; no requests and no I/O."""

from linode_orm.mapping.expressions import Expression, and_, not_, or_
from linode_orm.mapping.fields import Field, Fixed, ReadOnly, Secret, WriteOnly
from linode_orm.mapping.model import Model, Nested
from linode_orm.mapping.operations import act, operation
from linode_orm.mapping.operators import Attribute, Order
from linode_orm.mapping.owner import Owner, SessionBase
from linode_orm.mapping.query import Query
from linode_orm.mapping.relations import Collection, Many, One, raiseload, selectin
from linode_orm.mapping.tracked import TagList, TrackedDict, TrackedList
from linode_orm.mapping.values import ABSENT, JSON, UNSET, Unset

__all__ = [
    "ABSENT",
    "JSON",
    "UNSET",
    "Attribute",
    "Collection",
    "Expression",
    "Field",
    "Fixed",
    "Many",
    "Model",
    "Nested",
    "One",
    "Order",
    "Owner",
    "Query",
    "ReadOnly",
    "Secret",
    "SessionBase",
    "TagList",
    "TrackedDict",
    "TrackedList",
    "Unset",
    "WriteOnly",
    "act",
    "and_",
    "not_",
    "operation",
    "or_",
    "raiseload",
    "selectin",
]
