"""What runs inside the container `render` of docker-compose.yml; only the standard library and `vigie` are there."""
