from linode_orm import VPC, Session, VPCSubnet

with Session() as session:
    desks = VPCSubnet(label="desks", ipv4="10.0.1.0/24")
    office = VPC(label="office", region="us-east", subnets=[desks])
    session.add(office)
    session.commit()  # 1 request
    office.description = "where people work"
    office.subnets.append(VPCSubnet(label="printers", ipv4="10.0.2.0/24"))
    session.commit()  # 2 requests
    print([subnet.ipv4 for subnet in office.subnets])  # ['10.0.1.0/24', '10.0.2.0/24']
