"""A crowd at work over HTTP while the web process is killed: who they are, what they did, what must be there after."""
