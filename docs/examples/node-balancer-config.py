from linode_orm import NodeBalancer, NodeBalancerConfig, Session

with Session() as session:
    front = session.query(NodeBalancer).order_by(NodeBalancer.id).limit(1).one()
    port = NodeBalancerConfig(port=8080, check="http", check_path="/health", nodes=[])
    port.protocol = "http"
    front.configs.append(port)
    session.commit()  # 2 requests: ports that are there, and the new one
    port.stickiness = "http_cookie"
    session.commit()  # 1 request
    print(port.nodes_status.up, port.nodes_status.down)  # 0 0
