/** That a guest of this member has come under a name, at that time by the member's clock. */
export type NameClaim = Readonly<{ member: string; wallMs: number }>;

/**
 * Whether `one` has the name rather than `other`: who came first, and of two that came at the same time the one of the
 * member whose name comes first. All who know both decide alike.
 */
export function isFirstClaim(one: NameClaim, other: NameClaim): boolean {
  return one.wallMs < other.wallMs || one.wallMs === other.wallMs && one.member < other.member;
}
