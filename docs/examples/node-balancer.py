from linode_orm import NodeBalancer, NodeBalancerConfig, NodeBalancerNode, Session

with Session() as session:
    backend = NodeBalancerNode(label="web-1", address="192.168.130.1:80")
    http = NodeBalancerConfig(port=80, protocol="http", check="connection", nodes=[backend])
    front = NodeBalancer(label="front", region="us-east", configs=[http])
    front.client_conn_throttle = 10
    session.add(front)
    session.commit()  # 1 request: ports and backends go with it
    print([(config.port, len(config.nodes)) for config in front.configs])  # [(80, 1)]
