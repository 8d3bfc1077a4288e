-- What drizzle cannot say of a table: its partitions and its storage. (PARTITION BY itself stands in 0000_schema.sql.)
-- Partitions by day come and go at run time: src/partitions.ts.

-- Fill factor 80 leaves room beside a row, so that a further minute stays a heap-only update.
-- Vacuum at 2 % of change: a partition has millions of rows, and the default of 20 % would leave much bloat.
DO $$
BEGIN
  FOR remainder IN 0..7 LOOP
    EXECUTE format(
      'CREATE TABLE interactions_p%s PARTITION OF interactions FOR VALUES WITH (MODULUS 8, REMAINDER %s)
         WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05)',
      remainder, remainder);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Small tables whose rows change many times a second: half-empty pages, vacuumed often.
ALTER TABLE movie_statistics SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE movie_hours SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE stream_offsets SET (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
--> statement-breakpoint
ALTER TABLE rejection_counts SET (fillfactor = 50);
--> statement-breakpoint
-- Artifacts are compressed before they come here, or do not compress.
ALTER TABLE bundle_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
