from linode_orm import Instance, Session, Tag

with Session() as session:
    old = next(tag for tag in session.query(Tag) if tag.label == "web")  # 1 request
    carriers = [each for each in old.objects() if isinstance(each, Instance)]  # 1 request
    session.add(Tag(label="shop", linodes=[each.id for each in carriers]))
    session.delete(old)
    session.commit()  # 2 requests
    session.refresh(carriers[0])
    print(carriers[0].label, carriers[0].tags)  # web-6 ['prod', 'shop']
