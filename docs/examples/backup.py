from linode_orm import Backup, Instance, Session

with Session() as session:
    web = session.query(Instance).order_by(Instance.id).limit(1).one()
    web.enable_backups()
    copy = web.snapshot(label="before the upgrade")
    copy.wait_until(Backup.status == "successful", timeout=3600)
    print(copy.label, copy.type)  # before the upgrade snapshot
    copy.restore(web, overwrite=True)
