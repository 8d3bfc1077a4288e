CREATE TABLE "hidden_movies" (
	"user_id" bigint NOT NULL,
	"hidden_at" timestamp with time zone DEFAULT now() NOT NULL,
	"movie_key" integer NOT NULL,
	CONSTRAINT "hidden_movies_user_id_movie_key_pk" PRIMARY KEY("user_id","movie_key")
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"run_key" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "training_runs_run_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"since" timestamp with time zone,
	"users" bigint,
	"interactions" bigint,
	"bytes" bigint,
	"seed" integer NOT NULL,
	"movies" integer,
	"state" text DEFAULT 'running' NOT NULL,
	"code" text NOT NULL,
	"watermark" jsonb,
	"data_hash" text,
	"parameters" jsonb,
	"durations" jsonb,
	"metrics" jsonb,
	"bundle_id" text,
	"failure" text,
	CONSTRAINT "training_runs_state_known" CHECK ("training_runs"."state" in ('running', 'succeeded', 'failed')),
	CONSTRAINT "training_runs_finished_whole" CHECK (("training_runs"."state" = 'running') = ("training_runs"."finished_at" is null)),
	CONSTRAINT "training_runs_succeeded_whole" CHECK ("training_runs"."state" <> 'succeeded' or num_nulls("training_runs"."bundle_id", "training_runs"."data_hash", "training_runs"."parameters") = 0),
	CONSTRAINT "training_runs_data_hash_shape" CHECK ("training_runs"."data_hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "training_runs_seed_range" CHECK ("training_runs"."seed" >= 0)
);
--> statement-breakpoint
CREATE TABLE "training_trials" (
	"split_hash" text NOT NULL,
	"model" text NOT NULL,
	"config_hash" text NOT NULL,
	"tried_at" timestamp with time zone DEFAULT now() NOT NULL,
	"score" double precision,
	"seconds" double precision NOT NULL,
	"metric" text NOT NULL,
	"config" jsonb NOT NULL,
	"failure" text,
	CONSTRAINT "training_trials_split_hash_model_metric_config_hash_pk" PRIMARY KEY("split_hash","model","metric","config_hash"),
	CONSTRAINT "training_trials_split_hash_shape" CHECK ("training_trials"."split_hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "training_trials_config_hash_shape" CHECK ("training_trials"."config_hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "training_trials_whole" CHECK (("training_trials"."score" is null) = ("training_trials"."failure" is not null))
);
--> statement-breakpoint
ALTER TABLE "hidden_movies" ADD CONSTRAINT "hidden_movies_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "hidden_movies_by_movie" ON "hidden_movies" USING btree ("movie_key");--> statement-breakpoint
CREATE INDEX "training_runs_by_bundle" ON "training_runs" USING btree ("bundle_id");