from linode_orm import Instance, Session, Type

with Session() as session:
    roomy = session.query(Type).filter(Type.memory >= 8192, Type.class_ == "standard").all()
    cheapest = min(roomy, key=lambda plan: plan.price.monthly)
    print(cheapest.id, cheapest.vcpus)  # g6-standard-4 4
    print(session.query(Instance).filter(Instance.type == cheapest).count())  # 7
