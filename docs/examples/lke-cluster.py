from linode_orm import LKECluster, LKEKubeconfig, LKENode, LKENodePool, Session

with Session() as session:
    pools = [{"type": "g6-standard-1", "count": 3}]
    lke = LKECluster(label="lke", region="us-east", k8s_version="1.31", node_pools=pools)
    session.add(lke)
    session.commit()  # 1 request
    session.wait(lke.pools, LKENodePool.nodes.any(LKENode.status == "ready"), timeout=900)
    session.load(LKEKubeconfig, lke).write_to("kubeconfig")
    print([pool.count for pool in lke.pools])  # [3]
