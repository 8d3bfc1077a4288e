CREATE TABLE "service_releases" (
	"service_release_id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "service_releases_service_release_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"submitted_at" timestamp with time zone NOT NULL,
	"service" text NOT NULL,
	"ref" text NOT NULL,
	"code" text NOT NULL,
	"tag" text,
	"actor" text NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "service_releases_service_known" CHECK ("service_releases"."service" in ('stream-parser', 'load-balancer', 'monitoring')),
	CONSTRAINT "service_releases_state_known" CHECK ("service_releases"."state" in ('queued', 'preparing', 'replacing', 'serving', 'replaced', 'failed', 'rolled-back')),
	CONSTRAINT "service_releases_code_shape" CHECK ("service_releases"."code" ~ '^[0-9a-f]{40}$')
);
--> statement-breakpoint
ALTER TABLE "release_tags" ADD COLUMN "service_release_id" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "service_releases_tag" ON "service_releases" USING btree ("tag");--> statement-breakpoint
CREATE UNIQUE INDEX "service_releases_one_serves" ON "service_releases" USING btree ("service") WHERE "service_releases"."state" = 'serving';--> statement-breakpoint
CREATE INDEX "service_releases_open" ON "service_releases" USING btree ("service_release_id") WHERE "service_releases"."state" in ('queued', 'preparing', 'replacing');