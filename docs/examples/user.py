from linode_orm import Session, User

with Session() as session:
    colleague = User(username="colleague", email="colleague@example.org", restricted=True)
    session.add(colleague)
    session.commit()  # 1 request
    for user in session.query(User):
        print(user.username, user.restricted)  # colleague True
    colleague.restricted = False
    session.commit()  # 1 request
