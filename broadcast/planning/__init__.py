"""Planning, pure: audiences, lanes and contacts in, deliveries with reasons out."""
