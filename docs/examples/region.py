from linode_orm import Region, Session

with Session() as session:
    gpus = session.query(Region).filter(Region.capabilities.contains("GPU Linodes"))
    found = gpus.order_by(Region.id).all()
    print([each.id for each in found if each.country == "us"])  # ['us-east', 'us-lax', ...]
    for each in found[0].availability:
        print(each.plan, each.available)  # g1-gpu-rtx6000-1 True
