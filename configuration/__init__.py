"""What each section of the configuration files may say: pydantic models that become the plain values of the rooms."""
