from linode_orm import Invoice, InvoiceItem, Session

with Session() as session:
    last = session.query(Invoice).order_by(Invoice.id.desc()).limit(1).one()
    items = session.query(InvoiceItem).filter(InvoiceItem.invoice == last).all()
    for item in items:
        print(item.label, item.total)  # Linode 2GB - web-1 (1234) 13.75
    print(sum(item.amount for item in items), "before tax")  # 25.0 before tax
