"""
The story of the stack in containers, end to end, on a real engine: `scripts/test-containers`.

`story` is what a user does and sees. Where no engine answers, `packages` and `namespace` make one out of Debian's
packages, and `images` the images that it cannot pull.
"""
