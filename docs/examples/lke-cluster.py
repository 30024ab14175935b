from linode_orm import LKECluster, LKEKubeconfig, LKENode, LKENodePool, Session, not_

with Session() as session:
    pools = [{"type": "g6-standard-1", "count": 3}]
    kitchen = LKECluster(label="kitchen", region="us-east", k8s_version="1.31", node_pools=pools)
    session.add(kitchen)
    session.commit()  # 1 request
    session.wait(kitchen.pools, not_(LKENodePool.nodes.any(LKENode.status != "ready")), timeout=900)
    session.load(LKEKubeconfig, kitchen).write_to("kubeconfig")
    print([pool.count for pool in kitchen.pools])  # [3]
