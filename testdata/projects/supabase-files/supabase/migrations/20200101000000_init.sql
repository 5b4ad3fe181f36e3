SELECT 'skipped';
