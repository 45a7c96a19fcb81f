"""What somebody asks of the registries: a talk, a sample, a visit at home, a call."""
