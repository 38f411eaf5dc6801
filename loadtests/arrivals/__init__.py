"""When borrowers arrive: schedules as pure functions of the plan, never of the answers. Locust-free."""
