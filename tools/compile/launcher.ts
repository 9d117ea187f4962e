/**
 * The shell script at the front of a self-extracting executable: it unpacks what is behind it once, into the cache of
 * whoever starts it, and becomes the program there. It needs no more than a POSIX system has, and gzip.
 */

/** What the script has to know. */
export type Launcher = Readonly<{
  /** The folder that the archive holds, named after its content. */
  folder: string;
  /** Such as "linux x86_64", to be said where it does not run. */
  platform: string;
  /** With what Deno runs `main.js`. */
  flags: readonly string[];
}>;

/** The script. The archive begins with the byte behind it. */
export function launcherScript(launcher: Launcher): string {
  const script = scriptFor(launcher);
  const offset = String(new TextEncoder().encode(script).length + 1);
  return script.replace(OFFSET, offset.padEnd(OFFSET.length));
}

/** As long as what takes its place, so that the length does not depend on the number. */
const OFFSET = "@OFFSET@";

function scriptFor({ folder, platform, flags }: Launcher): string {
  return `#!/bin/sh
# Parley: this script, and behind it an archive of the program, which is unpacked once.
set -eu
fail() {
  printf 'parley: %s\\n' "$1" >&2
  exit 1
}
cache="\${XDG_CACHE_HOME:-\${HOME:+$HOME/.cache}}"
[ -n "$cache" ] || fail 'there is no folder to unpack into: neither XDG_CACHE_HOME nor HOME is set'
cache="$cache/parley"
home="$cache/${folder}"
if [ ! -x "$home/deno" ] || [ ! -f "$home/main.js" ]; then
  mask=$(umask)
  umask 077
  mkdir -p "$cache" 2>/dev/null || fail "cannot unpack into $cache"
  [ ! -e "$home" ] || rm -rf "$home" # somebody removed a part of it
  find "$cache" -maxdepth 1 -name '.new.*' -mmin +60 -exec rm -rf {} + 2>/dev/null || :
  new=$(mktemp -d "$cache/.new.XXXXXX" 2>/dev/null) || fail "cannot unpack into $cache"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  { tail -c +${OFFSET} "$0" | gzip -dc 2>/dev/null || : >"$new/damaged"; } | tar -xf - -C "$new" 2>/dev/null ||
    fail "cannot unpack into $cache: this file is damaged, or the disk is full"
  [ ! -e "$new/damaged" ] || fail 'this file is damaged: get it again'
  "$new/${folder}/deno" --version >/dev/null 2>&1 ||
    fail "cannot run what was unpacked into $cache: it is for ${platform}, and not for a disk without programs"
  # Whoever was first at the same time has put the same there.
  mv "$new/${folder}" "$cache/" 2>/dev/null || [ -f "$home/main.js" ] || fail "cannot unpack into $cache"
  rm -rf "$new"
  umask "$mask"
  trap - EXIT HUP INT TERM
fi
[ -O "$home" ] && [ -O "$home/deno" ] && [ -O "$home/main.js" ] || fail "$home belongs to somebody else"
unset INIT_CWD # a task runner's folder is not where this was started
export DENO_DIR="$home/cache" DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
exec "$home/deno" run ${flags.join(" ")} "--allow-run=$home/deno" "$home/main.js" "$@"
`;
}
