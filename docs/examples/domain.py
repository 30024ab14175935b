from linode_orm import Domain, DomainRecord, Session

with Session() as session:
    zone = Domain(domain="shop.example", type="master", soa_email="dns@shop.example")
    zone.records.append(DomainRecord(type="A", name="www", target="203.0.113.5"))
    session.add(zone)
    session.commit()  # 2 requests: the domain, then its record
    copy = zone.clone(domain="shop.test")
    print(copy.domain, [record.name for record in copy.records])  # shop.test ['www']
