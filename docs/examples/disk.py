from linode_orm import Disk, Instance, Session

with Session() as session:
    web = session.query(Instance).order_by(Instance.id).limit(1).one()
    web.shutdown()
    web.wait_until(Instance.status == "offline", timeout=300)
    system = web.disks[0]
    system.resize(size=20_000)
    system.wait_until(Disk.status == "ready", timeout=300)
    print(system.label, system.size)  # System Disk 1 20000
