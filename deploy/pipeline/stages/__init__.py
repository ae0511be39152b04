"""The stages from photographs to font: a module each, whose function is plain in its inputs."""
