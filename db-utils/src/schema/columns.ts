import { customType, timestamp } from "drizzle-orm/pg-core";

/** A moment, stored with its zone. Event times carry milliseconds; a `Date` in code. */
export const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Raw bytes; a `Buffer` in code. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => "bytea",
});
