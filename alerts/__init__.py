"""Telling people what happened: rules choose alerts, an outbox keeps them, Apprise delivers them."""
