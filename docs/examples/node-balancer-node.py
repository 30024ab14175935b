from linode_orm import NodeBalancer, NodeBalancerNode, Session

with Session() as session:
    port = session.query(NodeBalancer).order_by(NodeBalancer.id).limit(1).one().configs[0]
    spare = NodeBalancerNode(label="spare", address="192.168.130.9:80", mode="backup")
    port.nodes.append(spare)
    old = port.nodes[0]
    old.mode = "drain"
    session.commit()  # 3 requests: nodes that are there, the new one, the old one
    for node in port.nodes:
        print(node.label, node.address, node.mode)  # spare 192.168.130.9:80 backup
