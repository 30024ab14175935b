from linode_orm import Instance, Session

with Session() as session:
    web = Instance(region="us-east", type="g6-nanode-1", image="linode/debian12")
    web.label, web.root_pass = "web-new", "0n-3-l0ng-Word"
    session.add(web)
    session.commit()  # 1 request
    web.wait_until(Instance.status == "running", timeout=300)
    print([disk.size for disk in web.disks])  # [25088, 512]
    web.resize("g6-standard-1")
    web.wait_until(Instance.type == "g6-standard-1", timeout=600)
    print(web.specs.memory)  # 2048
