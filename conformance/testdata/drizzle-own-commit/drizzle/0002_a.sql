INSERT INTO mg_people VALUES (1);--> statement-breakpoint
COMMIT;--> statement-breakpoint
INSERT INTO mg_people VALUES (2);--> statement-breakpoint
INSERT INTO mg_people VALUES (3);--> statement-breakpoint
