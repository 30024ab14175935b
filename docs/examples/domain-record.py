from linode_orm import Domain, DomainRecord, Session

with Session() as session:
    zone = session.query(Domain).filter(Domain.domain == "example-1.org").one()
    www = DomainRecord(domain=zone, type="A", name="www", target="203.0.113.9")
    www.ttl_sec = 300
    session.upsert(www, key=("type", "name"))  # 1 request: the lookup
    session.commit()  # 1 request
    print([each.target for each in zone.records if each.name == "www"])  # ['203.0.113.9']
