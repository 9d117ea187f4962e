/** How long the measuring takes, and waits; nobody has to wait so long in a test. */
export type Pace = Readonly<{
  /** So long the author speaks before it counts: compilers are warm then, and members have said what they have to. */
  warmUpS: number;
  idleS: number;
  /** A trial of a rate: so long it is sent, and so much later at most everything has arrived. */
  trialS: number;
  trialGraceS: number;
  /** How long it is waited at most, before each trial, until all are done with what the one before has left them. */
  restWithinS: number;
  /** Messages a second that are not exceeded. */
  rateMax: number;
  /** How long the author speaks before and after a death. */
  beforeDeathS: number;
  afterDeathS: number;
  /** What is not with all by then never came, and counts as that late; the same after a death. */
  lateMs: number;
  recoveryLateMs: number;
}>;

export const PACE: Pace = {
  warmUpS: 60,
  idleS: 10,
  trialS: 2,
  trialGraceS: 1,
  restWithinS: 15,
  rateMax: 524_288,
  beforeDeathS: 3,
  afterDeathS: 5,
  lateMs: 30_000,
  recoveryLateMs: 10_000,
};
