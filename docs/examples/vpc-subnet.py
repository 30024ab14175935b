from linode_orm import VPC, Session, VPCSubnet

with Session() as session:
    network = session.query(VPC).order_by(VPC.id).limit(1).one()
    network.subnets.append(VPCSubnet(label="backends", ipv4="10.0.9.0/24"))
    session.commit()  # 1 request
    for subnet in network.subnets:
        print(subnet.label, subnet.ipv4, len(subnet.linodes))  # backends 10.0.9.0/24 0
