"""What is the house told by MQTT, and what may it ask? How sensing stands, never what was sensed.

`discovery.py` says it in Home Assistant's words, `state.py` folds what happened into it, and
`connection.py` keeps a connection to the user's own broker. `edge/runtime/house.py` puts them
together.
"""
