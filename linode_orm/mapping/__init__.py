"""What a resource is: fields, conditions, relations, states; no requests and no I/O."""

from linode_orm.mapping.expressions import Attribute, Expression, Order, and_, not_, or_
from linode_orm.mapping.fields import Field, Fixed, ReadOnly, Secret
from linode_orm.mapping.model import Model, Nested
from linode_orm.mapping.operations import act, operation
from linode_orm.mapping.owner import Owner
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
    "TagList",
    "TrackedDict",
    "TrackedList",
    "Unset",
    "act",
    "and_",
    "not_",
    "operation",
    "or_",
    "raiseload",
    "selectin",
]
