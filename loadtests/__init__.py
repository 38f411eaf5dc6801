"""Locust journeys and their verdict. A laid room: imports slo only, so that gevent never reaches the store."""
