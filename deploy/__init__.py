"""What runs the whole of Vigie on one machine."""
