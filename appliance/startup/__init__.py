"""Start-up (启动): one readable list of steps, and what is shown instead of a clinic when one of them says no."""
