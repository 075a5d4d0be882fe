const CHECK_EVERY_MS = 1_000;

/**
 * Ends this process when the one that started it is gone. The engine ends its plugins itself, but not when it is
 * killed, and a plugin has no other work. A process whose parent ends gets another parent.
 */
export function endWithEngine(): void {
  const engine = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== engine) process.exit();
  }, CHECK_EVERY_MS);
  timer.unref();
}
