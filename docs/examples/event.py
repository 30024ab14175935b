from linode_orm import Event, Session

with Session() as session:
    boots = session.query(Event).filter(Event.action == "linode_boot")
    last = boots.order_by(Event.id.desc()).limit(2).all()  # 1 request
    for event in last:
        print(event.username, event.status, event.message)  # simulated finished ...
    last[0].mark_seen()  # 1 request; it marks all earlier ones too
