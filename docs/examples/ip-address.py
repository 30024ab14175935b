from linode_orm import Instance, IPAddress, Session

with Session() as session:
    web = session.query(Instance).filter(Instance.label == "web-6").one()
    web.allocate_ip(type="ipv4", public=True)  # 1 request
    for address in session.query(IPAddress).filter(IPAddress.linode == web):
        print(address.address, address.prefix, address.public)  # 203.16.60.70 24 True
    session.load(IPAddress, web.ipv4[0]).rdns = None  # back to the default name
    session.commit()
