"""Record incidents, notices and deliveries: on disk before anything is sent."""
