"""gate for teams without Node: the same bundle as the npm package model-gate."""
