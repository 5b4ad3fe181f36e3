DROP FUNCTION mg_one();
