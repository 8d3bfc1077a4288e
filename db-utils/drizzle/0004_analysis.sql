CREATE TABLE "analysis_marks" (
	"mark_key" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "analysis_marks_mark_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"minute" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "step_users" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"step" integer NOT NULL,
	"user_id" bigint NOT NULL,
	"track" text NOT NULL,
	"first_exposed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "step_users_release_id_window_step_user_id_pk" PRIMARY KEY("release_id","window","step","user_id")
);
--> statement-breakpoint
CREATE INDEX "analysis_users_waiting" ON "analysis_users" USING btree ("release_id","window","first_exposed_at") WHERE "analysis_users"."summed_at" is null;