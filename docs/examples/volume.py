from linode_orm import Instance, Session, Volume

with Session() as session:
    web = session.query(Instance).filter(Instance.region == "us-east").limit(1).one()
    data = Volume(label="data-new", size=20, linode=web)  # in the region of its Linode
    session.add(data)
    session.commit()  # 1 request
    data.wait_until(Volume.status == "active", timeout=300)
    print(data.filesystem_path)  # /dev/disk/by-id/scsi-0Linode_Volume_data-new
    data.resize(size=40)
    data.detach()
