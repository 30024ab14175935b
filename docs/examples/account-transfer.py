from linode_orm import AccountTransfer, Session

with Session() as session:
    pool = session.load(AccountTransfer)  # 1 request
    print(pool.used, "of", pool.quota, "GB")  # 8000 of 9000 GB
    print([(region.id, region.used) for region in pool.region_transfers])  # []
