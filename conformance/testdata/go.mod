// The folders here are projects of their own: what the module above requires does
// not speak for any of them.
module testdata
