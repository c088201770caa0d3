"""``xundian closure``: streets that are closed for some days."""
