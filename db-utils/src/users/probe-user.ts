/**
 * A user id that is reserved for lines of our own, which measure how soon an event can be served: the greatest there is.
 * Its lines are counted apart, tell nothing of how far the platform is, and are left out of availability.
 */
export const PROBE_USER_ID = Number.MAX_SAFE_INTEGER;
