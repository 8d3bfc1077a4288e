/**
 * The user whose lines measure how soon an event can be served: the greatest id there is. Nobody else may have it. It
 * asks for no list, and is left out of what judges releases, of availability and of training.
 */
export const PROBE_USER_ID = Number.MAX_SAFE_INTEGER;
