"""Flows, commands and services: what runs when. The only package that puts the other two together."""
