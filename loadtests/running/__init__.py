"""A load run from its first arrival to its verdict. Only ``open_user`` and ``locust_run`` import locust and gevent."""
