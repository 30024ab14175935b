from linode_orm import Image, Instance, Session

with Session() as session:
    web = session.query(Instance).order_by(Instance.id).limit(1).one()
    golden = Image(label="golden", disk=web.disks[0], tags=["weekly"])
    session.add(golden)
    session.commit()  # 1 request
    golden.wait_until(Image.status == "available", timeout=1800)
    web.rebuild(golden, root_pass="0n-3-l0ng-Word")
    print(web.status)  # rebuilding
