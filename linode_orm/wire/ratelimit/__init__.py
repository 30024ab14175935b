"""Rate limiting: the budgets of the API's endpoints, what answers report of them, and the wait for a request's turn."""
