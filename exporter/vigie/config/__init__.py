"""`vigie.yaml`: what it may say (`model`) and how it is read (`load`)."""
