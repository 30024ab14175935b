from linode_orm import Firewall, Session

with Session() as session:
    world = {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]}
    web = {"action": "ACCEPT", "protocol": "TCP", "ports": "80,443", "addresses": world}
    rules = {"inbound_policy": "DROP", "inbound": [web], "outbound_policy": "ACCEPT"}
    wall = Firewall(label="web-only", rules=rules)
    session.add(wall)
    session.commit()  # 1 request
    wall.rules.inbound[0].ports = "443"
    print(session.commit().applied[0].operation)  # PUT /networking/firewalls/1234567/rules
