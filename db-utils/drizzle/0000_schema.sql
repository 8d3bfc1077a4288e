CREATE TABLE "bundle_chunks" (
	"bundle_id" text NOT NULL,
	"artifact" text NOT NULL,
	"position" integer NOT NULL,
	"sha256" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "bundle_chunks_bundle_id_artifact_position_pk" PRIMARY KEY("bundle_id","artifact","position"),
	CONSTRAINT "bundle_chunks_position_range" CHECK ("bundle_chunks"."position" >= 0),
	CONSTRAINT "bundle_chunks_sha256_shape" CHECK ("bundle_chunks"."sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "bundles" (
	"bundle_id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"bytes" bigint NOT NULL,
	"schema_version" integer NOT NULL,
	"pinned" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'building' NOT NULL,
	"collection" text NOT NULL,
	"watermark" jsonb NOT NULL,
	"manifest" jsonb NOT NULL,
	CONSTRAINT "bundles_bundle_id_shape" CHECK ("bundles"."bundle_id" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "bundles_bytes_range" CHECK ("bundles"."bytes" >= 0),
	CONSTRAINT "bundles_schema_version_range" CHECK ("bundles"."schema_version" >= 1),
	CONSTRAINT "bundles_state_known" CHECK ("bundles"."state" in ('building', 'complete'))
);
--> statement-breakpoint
CREATE TABLE "exposures" (
	"user_id" bigint NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"snapshot_version" bigint,
	"step" integer,
	"status" integer NOT NULL,
	"latency_us" integer NOT NULL,
	"personalised" boolean NOT NULL,
	"pinned" boolean NOT NULL,
	"request_id" text NOT NULL,
	"assigned" text NOT NULL,
	"served" text NOT NULL,
	"reason" text NOT NULL,
	"build" text,
	"bundle" text,
	"replica" text,
	"attempts" jsonb NOT NULL,
	"list" text[] NOT NULL,
	"propensities" jsonb,
	CONSTRAINT "exposures_answered_at_request_id_pk" PRIMARY KEY("answered_at","request_id"),
	CONSTRAINT "exposures_assigned_known" CHECK ("exposures"."assigned" in ('main', 'nightly')),
	CONSTRAINT "exposures_served_known" CHECK ("exposures"."served" in ('main', 'nightly', 'none')),
	CONSTRAINT "exposures_latency_us_range" CHECK ("exposures"."latency_us" >= 0)
) PARTITION BY RANGE ("answered_at");
--> statement-breakpoint
CREATE TABLE "genres" (
	"genre_key" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "genres_genre_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	CONSTRAINT "genres_name_unique" UNIQUE("name"),
	CONSTRAINT "genres_name_length" CHECK (length("genres"."name") between 1 and 256)
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"user_id" bigint NOT NULL,
	"first_watched_at" timestamp with time zone,
	"last_watched_at" timestamp with time zone,
	"rated_at" timestamp with time zone,
	"movie_key" integer NOT NULL,
	"furthest_minute" integer,
	"rating" real,
	"rating_raw" numeric(3, 1),
	CONSTRAINT "interactions_user_id_movie_key_pk" PRIMARY KEY("user_id","movie_key"),
	CONSTRAINT "interactions_watched_whole" CHECK (num_nulls("interactions"."furthest_minute", "interactions"."first_watched_at", "interactions"."last_watched_at") in (0, 3)),
	CONSTRAINT "interactions_rated_whole" CHECK (num_nulls("interactions"."rating_raw", "interactions"."rating", "interactions"."rated_at") in (0, 3)),
	CONSTRAINT "interactions_not_empty" CHECK ("interactions"."first_watched_at" is not null or "interactions"."rated_at" is not null),
	CONSTRAINT "interactions_watched_order" CHECK ("interactions"."first_watched_at" <= "interactions"."last_watched_at"),
	CONSTRAINT "interactions_furthest_minute_range" CHECK ("interactions"."furthest_minute" >= 0),
	CONSTRAINT "interactions_rating_range" CHECK ("interactions"."rating" > 0 and "interactions"."rating" <= 1),
	CONSTRAINT "interactions_rating_raw_range" CHECK ("interactions"."rating_raw" between 0.5 and 10 and mod("interactions"."rating_raw", 0.5) = 0)
) PARTITION BY HASH ("user_id");
--> statement-breakpoint
CREATE TABLE "job_runs" (
	"run_key" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_runs_run_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"job" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"detail" jsonb,
	CONSTRAINT "job_runs_state_known" CHECK ("job_runs"."state" in ('running', 'succeeded', 'failed')),
	CONSTRAINT "job_runs_finished_whole" CHECK (("job_runs"."state" = 'running') = ("job_runs"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "movie_embeddings" (
	"collection" text NOT NULL,
	"movie_key" integer NOT NULL,
	"text_hash" text NOT NULL,
	"embedded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "movie_embeddings_collection_movie_key_pk" PRIMARY KEY("collection","movie_key"),
	CONSTRAINT "movie_embeddings_text_hash_length" CHECK (length("movie_embeddings"."text_hash") between 1 and 128)
);
--> statement-breakpoint
CREATE TABLE "movie_genres" (
	"movie_key" integer NOT NULL,
	"genre_key" integer NOT NULL,
	"position" smallint NOT NULL,
	CONSTRAINT "movie_genres_movie_key_genre_key_pk" PRIMARY KEY("movie_key","genre_key")
);
--> statement-breakpoint
CREATE TABLE "movie_hours" (
	"movie_key" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"viewers" integer NOT NULL,
	CONSTRAINT "movie_hours_movie_key_hour_pk" PRIMARY KEY("movie_key","hour"),
	CONSTRAINT "movie_hours_viewers_range" CHECK ("movie_hours"."viewers" >= 0),
	CONSTRAINT "movie_hours_hour_whole" CHECK ("movie_hours"."hour" = date_bin('1 hour', "movie_hours"."hour", '2000-01-01T00:00:00Z'))
);
--> statement-breakpoint
CREATE TABLE "movie_neighbours" (
	"collection" text NOT NULL,
	"movie_key" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"neighbours" integer[] NOT NULL,
	"similarities" real[] NOT NULL,
	CONSTRAINT "movie_neighbours_collection_movie_key_pk" PRIMARY KEY("collection","movie_key"),
	CONSTRAINT "movie_neighbours_lengths" CHECK (cardinality("movie_neighbours"."neighbours") = cardinality("movie_neighbours"."similarities") and cardinality("movie_neighbours"."neighbours") <= 100)
);
--> statement-breakpoint
CREATE TABLE "movie_people" (
	"movie_key" integer NOT NULL,
	"person_key" integer NOT NULL,
	"role" text NOT NULL,
	"position" smallint NOT NULL,
	CONSTRAINT "movie_people_movie_key_person_key_role_pk" PRIMARY KEY("movie_key","person_key","role"),
	CONSTRAINT "movie_people_role_known" CHECK ("movie_people"."role" in ('cast', 'director', 'writer'))
);
--> statement-breakpoint
CREATE TABLE "movie_statistics" (
	"movie_key" integer PRIMARY KEY NOT NULL,
	"watchers" integer DEFAULT 0 NOT NULL,
	"rating_count" integer DEFAULT 0 NOT NULL,
	"rating_sum" bigint DEFAULT 0 NOT NULL,
	"rating_square_sum" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "movie_statistics_watchers_range" CHECK ("movie_statistics"."watchers" >= 0),
	CONSTRAINT "movie_statistics_rating_count_range" CHECK ("movie_statistics"."rating_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "movie_tags" (
	"movie_key" integer NOT NULL,
	"tag_key" integer NOT NULL,
	"uses" integer NOT NULL,
	CONSTRAINT "movie_tags_movie_key_tag_key_pk" PRIMARY KEY("movie_key","tag_key"),
	CONSTRAINT "movie_tags_uses_range" CHECK ("movie_tags"."uses" > 0)
);
--> statement-breakpoint
CREATE TABLE "movies" (
	"movie_key" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "movies_movie_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"movie_id" text NOT NULL,
	"title" text,
	"original_title" text,
	"year" smallint,
	"overview" text,
	"language" text,
	"runtime_minutes" integer,
	"release_date" date,
	"adult" boolean,
	"tmdb_id" integer,
	"imdb_id" text,
	"wikipedia" text,
	"poster_path" text,
	"vote_average" real,
	"vote_count" integer,
	"popularity" real,
	"source" text NOT NULL,
	"metadata_state" text DEFAULT 'placeholder' NOT NULL,
	"lookup_attempts" integer DEFAULT 0 NOT NULL,
	"lookup_after" timestamp with time zone DEFAULT now(),
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "movies_movie_id_unique" UNIQUE("movie_id"),
	CONSTRAINT "movies_movie_id_bytes" CHECK (octet_length("movies"."movie_id") between 1 and 256),
	CONSTRAINT "movies_year_range" CHECK ("movies"."year" between 1800 and 2200),
	CONSTRAINT "movies_runtime_minutes_range" CHECK ("movies"."runtime_minutes" >= 0),
	CONSTRAINT "movies_vote_average_range" CHECK ("movies"."vote_average" between 0 and 10),
	CONSTRAINT "movies_vote_count_range" CHECK ("movies"."vote_count" >= 0),
	CONSTRAINT "movies_lookup_attempts_range" CHECK ("movies"."lookup_attempts" >= 0),
	CONSTRAINT "movies_source_known" CHECK ("movies"."source" in ('stream', 'platform', 'jsonl', 'movielens', 'demo')),
	CONSTRAINT "movies_metadata_state_known" CHECK ("movies"."metadata_state" in ('placeholder', 'known', 'unknown')),
	CONSTRAINT "movies_known_has_title" CHECK ("movies"."metadata_state" <> 'known' or "movies"."title" is not null)
);
--> statement-breakpoint
CREATE TABLE "people" (
	"person_key" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "people_person_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	CONSTRAINT "people_name_unique" UNIQUE("name"),
	CONSTRAINT "people_name_length" CHECK (length("people"."name") between 1 and 256)
);
--> statement-breakpoint
CREATE TABLE "platform_answers" (
	"user_id" bigint NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"status" integer NOT NULL,
	"ms" integer NOT NULL,
	"line_hash" "bytea" NOT NULL,
	"server" text NOT NULL,
	"list" text[] NOT NULL,
	"error" text,
	CONSTRAINT "platform_answers_answered_at_user_id_line_hash_pk" PRIMARY KEY("answered_at","user_id","line_hash"),
	CONSTRAINT "platform_answers_line_hash_length" CHECK (length("platform_answers"."line_hash") between 8 and 32)
) PARTITION BY RANGE ("answered_at");
--> statement-breakpoint
CREATE TABLE "rejected_lines" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"raw" "bytea" NOT NULL,
	"raw_bytes" integer NOT NULL,
	CONSTRAINT "rejected_lines_topic_partition_offset_pk" PRIMARY KEY("topic","partition","offset"),
	CONSTRAINT "rejected_lines_reason_shape" CHECK ("rejected_lines"."reason" ~ '^[a-z][a-z_]{0,63}$'),
	CONSTRAINT "rejected_lines_raw_bytes_range" CHECK ("rejected_lines"."raw_bytes" >= length("rejected_lines"."raw"))
);
--> statement-breakpoint
CREATE TABLE "rejection_counts" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"lines" bigint NOT NULL,
	CONSTRAINT "rejection_counts_topic_partition_hour_reason_pk" PRIMARY KEY("topic","partition","hour","reason"),
	CONSTRAINT "rejection_counts_reason_shape" CHECK ("rejection_counts"."reason" ~ '^[a-z][a-z_]{0,63}$'),
	CONSTRAINT "rejection_counts_lines_range" CHECK ("rejection_counts"."lines" >= 0),
	CONSTRAINT "rejection_counts_hour_whole" CHECK ("rejection_counts"."hour" = date_bin('1 hour', "rejection_counts"."hour", '2000-01-01T00:00:00Z'))
);
--> statement-breakpoint
CREATE TABLE "stream_offsets" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint NOT NULL,
	"last_offset_fingerprint" text,
	"high_event_at" timestamp with time zone,
	"lines_total" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stream_offsets_topic_partition_pk" PRIMARY KEY("topic","partition"),
	CONSTRAINT "stream_offsets_partition_range" CHECK ("stream_offsets"."partition" >= 0),
	CONSTRAINT "stream_offsets_next_offset_range" CHECK ("stream_offsets"."next_offset" >= 0),
	CONSTRAINT "stream_offsets_lines_total_range" CHECK ("stream_offsets"."lines_total" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"tag_key" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tags_tag_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	CONSTRAINT "tags_name_unique" UNIQUE("name"),
	CONSTRAINT "tags_name_length" CHECK (length("tags"."name") between 1 and 256)
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"account_created_at" timestamp with time zone,
	"lookup_after" timestamp with time zone DEFAULT now(),
	"lookup_attempts" integer DEFAULT 0 NOT NULL,
	"age" smallint,
	"gender" text,
	"occupation" text,
	"likes" text,
	"dislikes" text,
	"metadata_state" text DEFAULT 'placeholder' NOT NULL,
	CONSTRAINT "users_user_id_range" CHECK ("users"."user_id" between 0 and 9007199254740991),
	CONSTRAINT "users_age_range" CHECK ("users"."age" between 0 and 150),
	CONSTRAINT "users_lookup_attempts_range" CHECK ("users"."lookup_attempts" >= 0),
	CONSTRAINT "users_metadata_state_known" CHECK ("users"."metadata_state" in ('placeholder', 'known', 'unknown'))
);
--> statement-breakpoint
CREATE TABLE "watches" (
	"user_id" bigint NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"movie_key" integer NOT NULL,
	"first_minute" integer NOT NULL,
	"last_minute" integer NOT NULL,
	CONSTRAINT "watches_user_id_movie_key_hour_pk" PRIMARY KEY("user_id","movie_key","hour"),
	CONSTRAINT "watches_minutes_order" CHECK (0 <= "watches"."first_minute" and "watches"."first_minute" <= "watches"."last_minute"),
	CONSTRAINT "watches_hour_whole" CHECK ("watches"."hour" = date_bin('1 hour', "watches"."hour", '2000-01-01T00:00:00Z'))
) PARTITION BY RANGE ("hour");
--> statement-breakpoint
ALTER TABLE "bundle_chunks" ADD CONSTRAINT "bundle_chunks_bundle_id_bundles_bundle_id_fk" FOREIGN KEY ("bundle_id") REFERENCES "public"."bundles"("bundle_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_embeddings" ADD CONSTRAINT "movie_embeddings_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_genres" ADD CONSTRAINT "movie_genres_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_genres" ADD CONSTRAINT "movie_genres_genre_key_genres_genre_key_fk" FOREIGN KEY ("genre_key") REFERENCES "public"."genres"("genre_key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_hours" ADD CONSTRAINT "movie_hours_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_neighbours" ADD CONSTRAINT "movie_neighbours_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_people" ADD CONSTRAINT "movie_people_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_people" ADD CONSTRAINT "movie_people_person_key_people_person_key_fk" FOREIGN KEY ("person_key") REFERENCES "public"."people"("person_key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_statistics" ADD CONSTRAINT "movie_statistics_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_tags" ADD CONSTRAINT "movie_tags_movie_key_movies_movie_key_fk" FOREIGN KEY ("movie_key") REFERENCES "public"."movies"("movie_key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movie_tags" ADD CONSTRAINT "movie_tags_tag_key_tags_tag_key_fk" FOREIGN KEY ("tag_key") REFERENCES "public"."tags"("tag_key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bundles_newest_complete" ON "bundles" USING btree ("created_at") WHERE "bundles"."state" = 'complete';--> statement-breakpoint
CREATE INDEX "exposures_by_user" ON "exposures" USING btree ("user_id","answered_at");--> statement-breakpoint
CREATE INDEX "job_runs_by_job" ON "job_runs" USING btree ("job","started_at");--> statement-breakpoint
CREATE INDEX "movie_genres_by_genre" ON "movie_genres" USING btree ("genre_key");--> statement-breakpoint
CREATE INDEX "movie_people_by_person" ON "movie_people" USING btree ("person_key");--> statement-breakpoint
CREATE INDEX "movie_tags_by_tag" ON "movie_tags" USING btree ("tag_key");--> statement-breakpoint
CREATE INDEX "movies_lookup_due" ON "movies" USING btree ("lookup_after") WHERE "movies"."lookup_after" is not null;--> statement-breakpoint
CREATE INDEX "movies_title_words" ON "movies" USING gin (to_tsvector('simple', coalesce("title", '')));--> statement-breakpoint
CREATE INDEX "platform_answers_by_user" ON "platform_answers" USING btree ("user_id","answered_at");--> statement-breakpoint
CREATE INDEX "rejected_lines_by_received_at" ON "rejected_lines" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "users_lookup_due" ON "users" USING btree ("lookup_after") WHERE "users"."lookup_after" is not null;