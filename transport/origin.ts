/** Whose page it is that a browser acts for, by what it says of itself. Programs that are no browsers may say anything. */

/**
 * Whether `Host` names us by an IP address or as `localhost`. Any other name may be a stranger's who lets it lead here, so
 * that a page of his would count as ours.
 */
export function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && OWN_HOST.test(host);
}

const OWN_HOST = /^(localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Whether who asks is our own page, or no page at all: every browser says whose page asks for a WebSocket. MaChat's
 * client names its server too, with a path behind it.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return isOwnHost(host) && origin.toLowerCase().replace(/\/$/, "") === `http://${host}`.toLowerCase();
}

/** As {@linkcode isOwnOrigin}, for a page that another program on the same machine, or at the same name, serves. */
export function isNeighboursOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const asked = OWN_HOST.exec(host ?? "")?.[1]?.toLowerCase();
  const page = OWN_HOST.exec(origin.replace(/^https?:\/\//i, "").replace(/\/$/, ""))?.[1]?.toLowerCase();
  return asked !== undefined && page === asked && /^https?:\/\//i.test(origin);
}
