CREATE TABLE "release_tags" (
	"repository" text NOT NULL,
	"tag" text NOT NULL,
	"code" text NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"outcome" text NOT NULL,
	"release_id" integer,
	"reason" text,
	CONSTRAINT "release_tags_repository_tag_pk" PRIMARY KEY("repository","tag"),
	CONSTRAINT "release_tags_outcome" CHECK ("release_tags"."outcome" in ('before', 'pending', 'submitted', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "tag_repositories" (
	"repository" text PRIMARY KEY NOT NULL,
	"watched_since" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "release_tags" ADD CONSTRAINT "release_tags_repository_tag_repositories_repository_fk" FOREIGN KEY ("repository") REFERENCES "public"."tag_repositories"("repository") ON DELETE no action ON UPDATE no action;