"""Who answers what recall cannot? A cascade of reasoners: what each may be sent, can do, and costs.

`cascade` is the order and the rule; `remote` asks one endpoint, with tools; `probe` finds out what
an endpoint can do; `withholding`, `prompt` and `purse` say what it is sent and how often.
"""
