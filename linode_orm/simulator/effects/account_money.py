"""What the account pays: methods, payments and promotions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, answer, check, fill, instead

if TYPE_CHECKING:
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.store import Body


@fill("/account/payment-methods")
def _method(call: Call) -> None:
    """Show only the last digits of a card's number."""
    data = call.body.get("data") or {}
    if call.route.verb == "create":
        shown = {
            "card_type": "Visa",
            "last_four": str(data.get("card_number") or "")[-4:],
            "email": "",
            "paypal_id": "",
        }
        expiry = f"{int(data.get('expiry_month') or 1):02}/{data.get('expiry_year') or 2030}"
        call.draft["data"] = {**shown, "expiry": expiry}


@after("POST /account/payment-methods")
def _added(call: Call) -> None:
    if call.item.body["is_default"]:
        _only(call)


@answer("POST /account/payment-methods/{}/make-default")
def _only(call: Call) -> None:
    for row in call.state.rows("PaymentMethod"):
        row.change(is_default=row is call.item)


@check("DELETE /account/payment-methods/{}")
def _may_go(call: Call) -> None:
    if call.state.guesses and call.item.body["is_default"]:
        raise bad("Cannot delete the default payment method")


@fill("/account/invoices/{}/items")
def _item(call: Call) -> None:
    """Bill one piece over a time, as the example of `GET /account/invoices/{invoiceId}/items` in the API reference."""
    draft = call.draft
    for key, value in (("from", call.state.now), ("to", call.state.now), ("quantity", 1)):
        draft[key] = value if draft.get(key) is None else draft[key]
    draft["unit_price"] = draft.get("unit_price") or str(draft.get("amount") or 0.0)


@fill("/account/payments")
def _payment(call: Call) -> None:
    usd = call.body.get("usd", call.draft.get("usd"))
    call.draft["usd"] = float(usd or 0)


@check("POST /account/payments")
def _amount(call: Call) -> None:
    try:
        float(call.given("usd") or 0)
    except (TypeError, ValueError):
        raise bad("Invalid number", "usd") from None


@instead("POST /account/payments/paypal")
def _stage(call: Call) -> Body:
    number = call.state.store.new_id("Payment")
    return {"payment_id": f"PAY-{number:024X}", "checkout_token": f"EC-{number:017X}"}


@instead("POST /account/payments/paypal/execute")
def _done(call: Call) -> None:
    """Change nothing, and answer `{}`."""


@instead("POST /account/credit-card")
def _card(call: Call) -> None:
    """Tell that the card was replaced (Cloud Manager, Events/factories/creditCard.tsx), and answer `{}`."""
    call.state.events.add("credit_card_updated", call.state.account)


@answer("POST /account/promo-codes")
def _promotion(call: Call) -> Body:
    del call
    texts = {
        "description": "Receive up to $10 off your services every month.",
        "summary": "$10 off your Linode a month!",
    }
    amounts = {"credit_monthly_cap": "10.00", "credit_remaining": "50.00", "this_month_credit_remaining": "10.00"}
    return {**texts, **amounts, "expire_dt": "2999-12-12T05:00:00", "service_type": "all", "image_url": ""}
