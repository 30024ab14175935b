from linode_orm import LKECluster, LKENode, LKENodePool, Session, not_

with Session() as session:
    cluster = session.query(LKECluster).order_by(LKECluster.id).limit(1).one()
    large = LKENodePool(type="g6-standard-4", count=2, labels={"size": "large"})
    cluster.pools.append(large)
    session.commit()  # 2 requests: pools that are there, and the new one
    large.count = 3
    session.commit()  # 1 request
    session.wait(large, not_(LKENodePool.nodes.any(LKENode.status != "ready")), timeout=900)
    print(large.count, large.labels)  # 3 {'size': 'large'}
