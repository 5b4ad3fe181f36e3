SELECT 'a --> statement-breakpoint';
