CREATE TABLE "operator_tokens" (
	"name" text PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "operator_tokens_hashed" CHECK ("operator_tokens"."sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "credential" text;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "source" text;