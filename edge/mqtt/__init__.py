"""The user's own MQTT broker: what the house is told by it, and by which the team's letters go.

The house is told how sensing stands, never what was sensed: `discovery.py` says it in Home
Assistant's words, `state.py` folds what happened into it. `connection.py` keeps a connection to the
broker, whoever uses it: `edge/runtime/home_mqtt.py` and `edge/runtime/team.py`.
"""
