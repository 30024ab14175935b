from linode_orm import Domain, DomainRecord, Session

with Session() as session:
    zone = session.query(Domain).filter(Domain.domain == "example-1.org").one()
    found = session.query(DomainRecord).filter(DomainRecord.domain == zone, DomainRecord.name == "www").all()
    www = found[0] if found else DomainRecord(type="A", name="www")
    www.target, www.ttl_sec = "203.0.113.9", 300
    if not found:
        zone.records.append(www)
    session.commit()  # 1 request
    print(www.name, www.target)  # www 203.0.113.9
