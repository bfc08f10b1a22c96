"""The policy: what ``policies.yaml`` says, parsed once into frozen values, and how it is evaluated."""
