from linode_orm.models.tags.tag import Tag

class TagsFactories:
    def tag(self, *, label: str = ...) -> Tag: ...
