/** How the process ends, for systemd and scripts. Numbers of `sysexits.h` where one fits. */
export const EXIT = {
  ok: 0,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: Telegram refuses the token. */
  tokenRefused: 69,
  /** EX_SOFTWARE: a bug; the reason is in the log. */
  internal: 70,
  /** EX_TEMPFAIL: another bot uses the same data folder. */
  inUse: 75,
  /** EX_NOPERM: what it stands on is not as it should be: a folder, a port, a missing package. */
  unusable: 77,
  /** EX_CONFIG: the settings are missing or wrong. */
  settings: 78,
} as const;
