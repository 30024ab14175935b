from linode_orm import Firewall, FirewallDevice, Instance, Session

with Session() as session:
    wall = session.query(Firewall).order_by(Firewall.id.desc()).limit(1).one()
    build = session.query(Instance).filter(Instance.label == "build-5").one()
    wall.devices.append(FirewallDevice(id=build.id, type="linode"))
    session.commit()  # 1 request
    print([device.entity.label for device in wall.devices])  # [..., 'build-5']
    session.delete(wall.devices[-1])
    session.commit()  # 1 request
