CREATE TABLE "audit_log" (
	"audit_key" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_audit_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"release_id" integer,
	"reason" text,
	"arguments" jsonb NOT NULL,
	"outcome" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "control_epoch" (
	"only" integer PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL,
	"leader" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "control_epoch_one_row" CHECK ("control_epoch"."only" = 1)
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"notice_key" text PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"release_id" integer,
	"text" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"send_after" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "replicas" (
	"name" text PRIMARY KEY NOT NULL,
	"release_id" integer NOT NULL,
	"runtime" text NOT NULL,
	"state" text NOT NULL,
	"url" text,
	"handle" jsonb,
	"started_at" timestamp with time zone NOT NULL,
	"stopped_at" timestamp with time zone,
	"detail" jsonb,
	CONSTRAINT "replicas_state_known" CHECK ("replicas"."state" in ('starting', 'ready', 'draining', 'stopped', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "routing_snapshots" (
	"version" bigint PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"release_id" integer,
	"snapshot" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"release_id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "releases_release_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"submitted_at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"ref" text NOT NULL,
	"code" text NOT NULL,
	"build" text NOT NULL,
	"bundle_id" text,
	"plan" jsonb NOT NULL,
	"plan_hash" text NOT NULL,
	"expectation" jsonb,
	"actor" text NOT NULL,
	"source" text NOT NULL,
	"tag" text,
	CONSTRAINT "releases_kind_known" CHECK ("releases"."kind" in ('trial', 'main')),
	CONSTRAINT "releases_code_shape" CHECK ("releases"."code" ~ '^([0-9a-f]{40}|sha256:[0-9a-f]{64})$'),
	CONSTRAINT "releases_plan_hash_shape" CHECK ("releases"."plan_hash" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "rollout_transitions" (
	"release_id" integer NOT NULL,
	"sequence" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"epoch" bigint NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"from_step" integer,
	"to_step" integer NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"decided_from" jsonb NOT NULL,
	CONSTRAINT "rollout_transitions_release_id_sequence_pk" PRIMARY KEY("release_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "rollouts" (
	"release_id" integer PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"window" integer DEFAULT 0 NOT NULL,
	"detail" jsonb NOT NULL,
	"sequence" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "analysis_progress" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"detail" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "analysis_progress_release_id_window_pk" PRIMARY KEY("release_id","window")
);
--> statement-breakpoint
CREATE TABLE "analysis_sums" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"track" text NOT NULL,
	"hour" integer NOT NULL,
	"metric" text NOT NULL,
	"sums" jsonb NOT NULL,
	CONSTRAINT "analysis_sums_release_id_window_track_hour_metric_pk" PRIMARY KEY("release_id","window","track","hour","metric")
);
--> statement-breakpoint
CREATE TABLE "analysis_users" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"user_id" bigint NOT NULL,
	"track" text NOT NULL,
	"first_exposed_at" timestamp with time zone NOT NULL,
	"hour" integer NOT NULL,
	"crossed_over" integer DEFAULT 0 NOT NULL,
	"summed_at" timestamp with time zone,
	"figures" jsonb,
	CONSTRAINT "analysis_users_release_id_window_user_id_pk" PRIMARY KEY("release_id","window","user_id")
);
--> statement-breakpoint
CREATE TABLE "exposure_minutes" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"track" text NOT NULL,
	"step" integer NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "exposure_minutes_release_id_window_minute_track_step_pk" PRIMARY KEY("release_id","window","minute","track","step")
);
--> statement-breakpoint
CREATE TABLE "verdicts" (
	"release_id" integer NOT NULL,
	"window" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"row" integer NOT NULL,
	"kind" text NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"record" jsonb NOT NULL,
	CONSTRAINT "verdicts_release_id_window_at_pk" PRIMARY KEY("release_id","window","at"),
	CONSTRAINT "verdicts_row_range" CHECK ("verdicts"."row" between 1 and 9)
);
--> statement-breakpoint
ALTER TABLE "exposures" ADD COLUMN "release_id" integer;--> statement-breakpoint
ALTER TABLE "replicas" ADD CONSTRAINT "replicas_release_id_releases_release_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("release_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_transitions" ADD CONSTRAINT "rollout_transitions_release_id_releases_release_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("release_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_release_id_releases_release_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("release_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_release_id_releases_release_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("release_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_by_time" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "notices_unsent" ON "notices" USING btree ("send_after") WHERE "notices"."sent_at" is null;--> statement-breakpoint
CREATE INDEX "replicas_by_release" ON "replicas" USING btree ("release_id");--> statement-breakpoint
CREATE UNIQUE INDEX "releases_tag" ON "releases" USING btree ("tag");--> statement-breakpoint
CREATE INDEX "releases_by_code" ON "releases" USING btree ("code");--> statement-breakpoint
CREATE INDEX "rollouts_by_state" ON "rollouts" USING btree ("state");