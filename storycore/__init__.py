"""The core of Fireside: scripts to scenes, scenes to pictures, pictures and voices to films. Knows no Discord."""
