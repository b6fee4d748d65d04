"""The wearer's phone: how it is paired, what it is told, what it may ask.

`wire` names everything that is said, `key` is the device's own, `pairing` lets a phone in, `phones`
knows who was, `feed` is what is told and told again, `live` is one connection, `server` the port,
`discovery` how a phone finds it. What a request does is done by whoever opens it (`requests.Does`).
"""
