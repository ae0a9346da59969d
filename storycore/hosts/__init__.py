"""Where painters run: any number of GPU hosts, or this machine; who gets which job next."""
