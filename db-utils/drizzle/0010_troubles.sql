CREATE TABLE "troubles" (
	"trouble" text NOT NULL,
	"began_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"what" text NOT NULL,
	CONSTRAINT "troubles_trouble_began_at_pk" PRIMARY KEY("trouble","began_at"),
	CONSTRAINT "troubles_end_after_beginning" CHECK ("troubles"."ended_at" >= "troubles"."began_at")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "troubles_one_at_a_time" ON "troubles" USING btree ("trouble") WHERE "troubles"."ended_at" is null;