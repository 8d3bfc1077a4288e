CREATE TABLE "gate_results" (
	"release_id" integer PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"verdict" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"report" jsonb,
	CONSTRAINT "gate_results_verdict_known" CHECK ("gate_results"."verdict" in ('pass', 'fail', 'no-data', 'skipped'))
);
--> statement-breakpoint
ALTER TABLE "gate_results" ADD CONSTRAINT "gate_results_release_id_releases_release_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("release_id") ON DELETE no action ON UPDATE no action;